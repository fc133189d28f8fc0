"""What is unlike usual: what began on this day, and what lasts since an earlier one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from breakwater.contracts.events import KnownEvent
from breakwater.contracts.metrics import METRICS
from breakwater.contracts.wording import LONGEST_TITLE, Names, number, title_of
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.plain import one_line
from breakwater.report.answers import Lasting
from breakwater.report.message import Line, Measured, Section
from breakwater.report.scope import View
from breakwater.report.sections.order import section
from breakwater.report.wording import against_usual, listed, of_all

TITLE = "Unlike usual"

MOST_OF_IT = 0.5
"""Part of a ratio's change from which it is the mix of work rather than the pace."""

NEARLY_ALL = 0.995


def unusual_section(view: View, names: Names, most: int) -> Section:
    """Report anomalies."""
    findings = [f for f in view.answers.findings if f.rule is Rule.KPI_ANOMALY]
    known = [f for f in findings if f.scope.get("metric") in METRICS]
    lasting = [row for row in view.answers.lasting if row.metric in METRICS]
    quiet = sum(row.metric in METRICS for row in view.answers.kept_quiet)
    titles = {event.event: one_line(event.title, LONGEST_TITLE) for event in view.answers.events}
    silent = [f for f in view.answers.findings if f.rule is Rule.QUEUE_SILENT]
    lines = [
        *_silent(silent, names),
        *_new(known, names, titles),
        *_old(lasting, names, titles),
    ]
    summary = _summary(len(silent) + len(known), len(lasting), quiet)
    today = [
        event for event in view.answers.events if event.touches(view.answers.day, view.answers.day)
    ]
    return section(TITLE, summary, lines, most, _events(today))


def _events(events: Sequence[KnownEvent]) -> str:
    """Name what is known of the day; a people's word, and no figure."""
    return f"Known events: {'; '.join(map(_event, events))}." if events else ""


def _event(event: KnownEvent) -> str:
    first, last = event.first_day, event.last_day
    if last == first:
        days = _short(first)
    else:
        days = f"since {_short(first)}" if last is None else f"{_short(first)} to {_short(last)}"
    return f"{one_line(event.title, LONGEST_TITLE)} ({days})"


def _summary(new: int, old: int, quiet: int) -> str:
    if not new and not old and not quiet:
        return "Every number is within its usual band."
    parts = [f"{of_all(new, 'number')} began to differ from usual."] if new else []
    if old:
        parts.append(f"{of_all(old, 'number')} still {'differs' if old == 1 else 'differ'}.")
    if quiet:
        parts.append(f"{of_all(quiet, 'number')} away from usual, as a known event had told.")
    return " ".join(parts)


def _silent(findings: list[Finding], names: Names) -> Iterator[Line]:
    for finding in findings:
        usual = "" if finding.expected is None else f"usual {finding.expected:,.0f}"
        yield Line(
            severity=finding.severity,
            word="Silent",
            where=names.where(finding.vendor, finding.scope),
            what="no case came",
            number="0",
            note=usual,
        )


def _new(findings: list[Finding], names: Names, titles: Mapping[str, str]) -> Iterator[Line]:
    for finding in findings:
        metric, usual = finding.scope["metric"], finding.expected
        events = finding.detail.get("events")
        known = events if isinstance(events, list) else []
        told = [each.get("event") for each in known if isinstance(each, Mapping)]
        against = "" if usual is None else against_usual(metric, finding.value, usual)
        yield Line(
            severity=finding.severity,
            word=finding.severity.capitalize(),
            where=names.where(finding.vendor, finding.scope),
            what=title_of(metric),
            number=number(metric, finding.value),
            note="; ".join(
                filter(None, (against, *_cause(finding.detail, names), _beside(told, titles)))
            ),
            measured=Measured(finding.value, finding.unit),
        )


def _cause(detail: Mapping[str, object], names: Names) -> Iterator[str]:
    """Name the slice that most of it comes from, or that other work came."""
    mix = detail.get("mix_share")
    if isinstance(mix, float) and mix > MOST_OF_IT:
        yield "mostly another mix of work"
        return
    causes = detail.get("causes")
    main = causes[0] if isinstance(causes, list) and causes else None
    if isinstance(main, Mapping) and isinstance(values := main.get("slice"), Mapping) and values:
        share = float(main["share"])
        part = "all" if share >= NEARLY_ALL else f"{share * 100:.0f} %"
        yield f"{part} of it in {names.below(values)}"


def _old(lasting: list[Lasting], names: Names, titles: Mapping[str, str]) -> Iterator[Line]:
    for row in lasting:
        below = {name: value for name, value in row.scope.items() if name != "vendor"}
        usual = against_usual(row.metric, row.value, row.expected)
        yield Line(
            severity=Severity.INFO,
            word="Lasts",
            where=names.where(row.vendor, below),
            what=title_of(row.metric),
            number=number(row.metric, row.value),
            note="; ".join(
                filter(
                    None,
                    (
                        f"{usual}; since {row.since:%a} {_short(row.since)}",
                        _beside(row.events, titles),
                    ),
                )
            ),
        )


def _beside(events: Iterable[object], titles: Mapping[str, str]) -> str:
    """Name the events that a reader may know of."""
    known = [titles[str(event)] for event in events if str(event) in titles]
    return f"coincides with {listed(known)}" if known else ""


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"
