"""What a stage left in a finding's detail that a reader wants beside the number.

Only what is named here is shown, and only as a number or as one short line.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from breakwater.core.finding import Finding, Rule
from breakwater.core.numbers import amount, duration
from breakwater.core.plain import one_line

Detail = Mapping[str, object]

_LONGEST_WORD = 60
_LONGEST_TITLE = 80
_MOST_PARTS = 3

_MOST_CAUSES = 2
_NEARLY_ALL = 0.995
_NOTEWORTHY_MIX = 0.2
"""Part of a ratio's change from which it is said that other work came."""


def notes_of(finding: Finding, *, is_outside: bool = False) -> tuple[str, ...]:
    """List the notes of a finding, in reading order; none when its rule has none.

    Args:
        finding: what is told.
        is_outside: a vendor reads, who is told of a known event only when the event says so.
    """
    note = _NOTES.get(finding.rule)
    detail = _for_vendors(finding.detail) if is_outside else finding.detail
    return () if note is None else tuple(note(detail))


def _for_vendors(detail: Detail) -> Detail:
    events = detail.get("events")
    if not isinstance(events, list | tuple):
        return detail
    told = [each for each in events if isinstance(each, Mapping) and each.get("tell_vendors")]
    return {**detail, "events": told}


def _of_breaks(detail: Detail) -> Iterator[str]:
    records = _number(detail, "records")
    if records is not None:
        yield f"of {amount(records, 'records')}"
    if parts := _parts(detail, "by_queue"):
        yield f"by queue: {parts}"
    directions = detail.get("by_direction")
    if isinstance(directions, Mapping):
        weaker, stricter = (_number(directions, f"vendor_{way}") for way in ("weaker", "stricter"))
        yield f"vendor weaker in {weaker or 0:,.0f}, stricter in {stricter or 0:,.0f}"
    if parts := _parts(detail, "codes"):
        yield f"codes: {parts}"


def _of_skew(detail: Detail) -> Iterator[str]:
    pairs, drift = _number(detail, "pairs"), _number(detail, "drift_seconds")
    if pairs is not None and drift is not None:
        yield f"{'behind' if drift < 0 else 'ahead of'} ours, over {pairs:,.0f} pairs"
    if breaks := _number(detail, "breaks"):
        yield f"explains {breaks:,.0f} breaks"


def _of_totals(detail: Detail) -> Iterator[str]:
    stated, measured = _number(detail, "stated"), _number(detail, "measured")
    if stated is not None and measured is not None:
        yield f"the vendor says {stated:,.0f}, its export {measured:,.0f}"


def _of_attainment(detail: Detail) -> Iterator[str]:
    due, missed = _number(detail, "due"), _number(detail, "missed")
    if due is not None and missed is not None:
        yield f"{missed:,.0f} of {amount(due, 'cases')} due were missed"
    if "), " in (parts := _parts(detail, "missed_by_queue")):
        # A single queue is named by the scope already.
        yield f"most in {parts}"


def _of_breach(detail: Detail) -> Iterator[str]:
    if still_open := _number(detail, "still_open"):
        yield f"{still_open:,.0f} still open"
    if late := _number(detail, "longest_late_seconds"):
        yield f"longest {duration(late)} late"
    if provision := detail.get("provision"):
        yield one_line(provision, _LONGEST_WORD)
    if detail.get("confidence") not in {None, "statute"}:
        yield "the deadline was not read in the law itself"


def _of_anomaly(detail: Detail) -> Iterator[str]:
    change, span = _number(detail, "change"), _number(detail, "span_days")
    if change is not None:
        days = "" if span in {None, 1} else f" over {span:,.0f} days"
        yield f"{change * 100:+.1f} % against usual{days}"
    if since := detail.get("since"):
        yield f"since {_day(since)}"
    causes = detail.get("causes")
    for cause in causes[:_MOST_CAUSES] if isinstance(causes, list | tuple) else ():
        if isinstance(cause, Mapping):
            yield f"{_share_of_it(cause)}: {_slice(cause) or 'spread over all of it'}"
    best = detail.get("next_best")
    if isinstance(best, Mapping) and (where := _slice(best)):
        yield f"next best, not sure: {where}"
    yield from _mix(detail)
    if titles := _events(detail):
        yield f"coincides with {titles}"


def _mix(detail: Detail) -> Iterator[str]:
    """Say that other work came, when that is a good part of a ratio's change."""
    mix, moved = _number(detail, "mix_share"), detail.get("mix_moved")
    if mix is None or mix < _NOTEWORTHY_MIX:
        return
    said = f"{_share_of_it({'share': mix})}: another mix of work"
    if isinstance(moved, Mapping):
        then, now = _number(moved, "before"), _number(moved, "now")
        if then is not None and now is not None:
            said += f", most by {_slice(moved)} ({then * 100:.0f} → {now * 100:.0f} % of the work)"
    yield said


def _share_of_it(part: Detail) -> str:
    share = _number(part, "share") or 0.0
    return "all of it" if share >= _NEARLY_ALL else f"{share * 100:.0f} % of it"


def _slice(part: Detail) -> str:
    values = part.get("slice")
    if not isinstance(values, Mapping):
        return ""
    named = (f"{name} {one_line(value, _LONGEST_WORD)}" for name, value in values.items())
    return one_line(", ".join(named), _MOST_PARTS * _LONGEST_WORD)


def _day(text: object) -> str:
    day = date.fromisoformat(str(text))
    return f"{day:%A} {day.day} {day:%b}"


def _events(detail: Detail) -> str:
    """List the titles of known events; people of ours wrote them."""
    events = detail.get("events")
    if not isinstance(events, list | tuple):
        return ""
    titles = [event.get("title") for event in events if isinstance(event, Mapping)]
    return ", ".join(one_line(title, _LONGEST_TITLE) for title in titles[:_MOST_PARTS])


def _of_quarantine(detail: Detail) -> Iterator[str]:
    rows = _number(detail, "rows")
    if rows is not None:
        yield amount(rows, "rows")
    if parts := _parts(detail, "reasons"):
        yield f"most for {parts}"


def _of_fault(detail: Detail) -> Iterator[str]:
    if fault := detail.get("fault"):
        yield one_line(fault, _LONGEST_WORD).replace("_", " ")


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


def _number(detail: Detail, key: str) -> float | None:
    value = detail.get(key)
    return value if isinstance(value, (int, float)) else None


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
    Rule.KPI_ANOMALY: _of_anomaly,
    Rule.QUARANTINE_HIGH: _of_quarantine,
    Rule.EXPORT_TRUNCATED: _of_fault,
    Rule.EXPORT_UNREADABLE: _of_fault,
    Rule.EXPORT_DUPLICATE: _of_duplicate,
    Rule.EXPORT_LAYOUT_CHANGED: _of_layout,
}
