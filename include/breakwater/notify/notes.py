"""What a stage left in a finding's detail that a reader wants beside the number.

Only what is named here is shown, and only as a number or as one short line.
"""

from collections.abc import Callable, Iterator, Mapping

from breakwater.core.finding import EXAMPLES, Finding, Rule
from breakwater.core.numbers import amount, duration
from breakwater.core.plain import one_line
from breakwater.notify.anomaly import notes_of_anomaly, titles_of_events
from breakwater.notify.detail import Detail, number_in
from breakwater.notify.words import number_of

_LONGEST_WORD = 60
_MOST_PARTS = 3


def notes_of(finding: Finding, *, is_outside: bool = False) -> tuple[str, ...]:
    """List the notes of a finding, in reading order; none when its rule has none.

    Args:
        finding: what is told.
        is_outside: a vendor reads, who is told of a known event only when the event says so.
    """
    note = _NOTES.get(finding.rule)
    detail = _for_vendors(finding.detail) if is_outside else finding.detail
    return () if note is None else (*note(detail), *_examples(detail))


def said_of(finding: Finding, *, is_outside: bool = False) -> str:
    """Put a finding into words: its number, then its notes.

    What an anomaly leaves to say is sentences; of others they are clauses of one.
    """
    said = [number_of(finding), *notes_of(finding, is_outside=is_outside)]
    return (". " if finding.rule is Rule.KPI_ANOMALY else "; ").join(said)


def _for_vendors(detail: Detail) -> Detail:
    """Leave out what vendors are not told: examples, and events that are not for them."""
    detail = {name: value for name, value in detail.items() if name != EXAMPLES}
    events = detail.get("events")
    if not isinstance(events, list | tuple):
        return detail
    told = [each for each in events if isinstance(each, Mapping) and each.get("tell_vendors")]
    return {**detail, "events": told}


def _examples(detail: Detail) -> Iterator[str]:
    """Name a few cases, by their ids alone."""
    if cases := _texts(detail, EXAMPLES):
        yield f"For example: {cases}"


def _of_breaks(detail: Detail) -> Iterator[str]:
    records = number_in(detail, "records")
    if records is not None:
        yield f"of {amount(records, 'records')}"
    if parts := _parts(detail, "by_queue"):
        yield f"by queue: {parts}"
    directions = detail.get("by_direction")
    if isinstance(directions, Mapping):
        weaker, stricter = (
            number_in(directions, f"vendor_{way}") for way in ("weaker", "stricter")
        )
        yield f"vendor weaker in {weaker or 0:,.0f}, stricter in {stricter or 0:,.0f}"
    if parts := _parts(detail, "codes"):
        yield f"codes: {parts}"


def _of_skew(detail: Detail) -> Iterator[str]:
    pairs, drift = number_in(detail, "pairs"), number_in(detail, "drift_seconds")
    if pairs is not None and drift is not None:
        yield f"{'behind' if drift < 0 else 'ahead of'} ours, over {pairs:,.0f} pairs"
    if breaks := number_in(detail, "breaks"):
        yield f"explains {breaks:,.0f} breaks"


def _of_totals(detail: Detail) -> Iterator[str]:
    stated, measured = number_in(detail, "stated"), number_in(detail, "measured")
    if stated is not None and measured is not None:
        yield f"the vendor says {stated:,.0f}, its export {measured:,.0f}"


def _of_attainment(detail: Detail) -> Iterator[str]:
    due, missed = number_in(detail, "due"), number_in(detail, "missed")
    if due is not None and missed is not None:
        yield f"{missed:,.0f} of {amount(due, 'cases')} due were missed"
    if "), " in (parts := _parts(detail, "missed_by_queue")):
        # A single queue is named by the scope already.
        yield f"most in {parts}"


def _of_breach(detail: Detail) -> Iterator[str]:
    if still_open := number_in(detail, "still_open"):
        yield f"{still_open:,.0f} still open"
    if late := number_in(detail, "longest_late_seconds"):
        yield f"longest {duration(late)} late"
    if provision := detail.get("provision"):
        yield one_line(provision, _LONGEST_WORD)
    if detail.get("confidence") not in {None, "statute"}:
        yield "the deadline was not read in the law itself"


def _of_silence(detail: Detail) -> Iterator[str]:
    weeks, fewest = number_in(detail, "weeks"), number_in(detail, "fewest")
    if weeks is not None and fewest is not None:
        yield f"at least {fewest:,.0f} on the same weekday in each of {weeks:,.0f} weeks before"
    if titles := titles_of_events(detail):
        yield f"coincides with: {titles}"


def _of_quarantine(detail: Detail) -> Iterator[str]:
    rows = number_in(detail, "rows")
    if rows is not None:
        yield amount(rows, "rows")
    if parts := _parts(detail, "reasons"):
        yield f"most for {parts}"


def _of_fault(detail: Detail) -> Iterator[str]:
    if fault := detail.get("fault"):
        yield one_line(fault, _LONGEST_WORD).replace("_", " ")


def _of_shifts(detail: Detail) -> Iterator[str]:
    if why := detail.get("why"):
        yield one_line(why, _LONGEST_WORD).replace("_", " ")


def _of_failure(detail: Detail) -> Iterator[str]:
    ended, error = detail.get("ended"), detail.get("error")
    if isinstance(ended, str) and ended in _ENDED:
        yield _ENDED[ended]
    else:
        yield one_line(error, _LONGEST_WORD) if error else "its worker was lost"


_ENDED: Mapping[str, str] = {
    "timed_out": "the whole run, because it took longer than it may; what was not done was skipped",
    "all_tasks_deadlocked": "the whole run, because its tasks waited for each other",
    "marked_failed": "a person marked it as failed",
}


def _of_duplicate(detail: Detail) -> Iterator[str]:
    if days := _texts(detail, "first_days"):
        yield f"delivered before for {days}"


def _of_layout(detail: Detail) -> Iterator[str]:
    for what in ("added", "removed"):
        if names := _texts(detail, what):
            yield f"{what}: {names}"
    renamed = detail.get("renamed")
    if isinstance(renamed, Mapping) and renamed:
        pairs = [f"{old} is now {new}" for old, new in list(renamed.items())[:_MOST_PARTS]]
        yield one_line(", ".join(pairs), _MOST_PARTS * _LONGEST_WORD)
    if detail.get("reordered") is True:
        yield "in another order"


def _texts(detail: Detail, key: str) -> str:
    """List the first of several texts."""
    texts = detail.get(key)
    if not isinstance(texts, list | tuple):
        return ""
    return ", ".join(one_line(text, _LONGEST_WORD) for text in texts[:_MOST_PARTS])


def _parts(detail: Detail, key: str) -> str:
    """List the largest parts of a count, such as ``hate (12), spam (7)``."""
    counts = detail.get(key)
    if not isinstance(counts, Mapping):
        return ""
    numbers = [(name, n) for name, n in counts.items() if isinstance(n, (int, float))]
    largest = sorted(numbers, key=lambda part: (-part[1], part[0]))[:_MOST_PARTS]
    return ", ".join(f"{one_line(name, _LONGEST_WORD)} ({n:,.0f})" for name, n in largest)


_NOTES: Mapping[Rule, Callable[[Detail], Iterator[str]]] = {
    Rule.RECON_BREAKS: _of_breaks,
    Rule.CLOCK_SKEW: _of_skew,
    Rule.VENDOR_TOTALS_DIFFER: _of_totals,
    Rule.SLA_ATTAINMENT_LOW: _of_attainment,
    Rule.STATUTORY_CLOCK_BREACHED: _of_breach,
    Rule.QUEUE_SILENT: _of_silence,
    Rule.KPI_ANOMALY: notes_of_anomaly,
    Rule.QUARANTINE_HIGH: _of_quarantine,
    Rule.EXPORT_TRUNCATED: _of_fault,
    Rule.EXPORT_UNREADABLE: _of_fault,
    Rule.SHIFTS_MISSING: _of_shifts,
    Rule.EXPORT_DUPLICATE: _of_duplicate,
    Rule.EXPORT_LAYOUT_CHANGED: _of_layout,
    Rule.DAG_FAILED: _of_failure,
}
