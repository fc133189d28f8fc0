"""Promises of the vendors' contracts: which shares of cases in time were not reached."""

from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from breakwater.contracts.wording import LONGEST_TITLE, Names
from breakwater.core.finding import Finding, Rule
from breakwater.core.numbers import amount
from breakwater.core.plain import one_line
from breakwater.report.message import Line, Measured, Section
from breakwater.report.scope import View
from breakwater.report.sections.order import section
from breakwater.report.wording import of_all, share_of

TITLE = "SLA promises"


def promise_section(view: View, names: Names, most: int) -> Section:
    """Report contract clocks against the shares that were promised."""
    findings = [f for f in view.answers.findings if f.rule is Rule.SLA_ATTAINMENT_LOW]
    contract = {c.clock for c in names.configuration.clocks if c.kind == "contract"}
    rows = [row for row in view.answers.attainment if row.clock in contract]
    due, met = sum(row.due for row in rows), sum(row.met for row in rows)
    told = [
        _summary(len(findings), due, met),
        *_excused(view, names),
        *_ahead(view, names, contract),
    ]
    return section(TITLE, " ".join(told), _lines(findings, names), most)


def _excused(view: View, names: Names) -> Iterator[str]:
    """Name what was left out of the share, so that nobody takes it for kept."""
    counts: Counter[str] = Counter()
    for row in view.answers.excused:
        counts[row.excusal] += row.count
    titles = {each.excusal: each.title for each in names.configuration.excusals}
    for excusal, count in sorted(counts.items()):
        why = one_line(titles.get(excusal, excusal), LONGEST_TITLE).rstrip(".")
        yield f"{of_all(count, 'clock')} not counted: {why}."


def _ahead(view: View, names: Names, contract: set[str]) -> Iterator[str]:
    """Say what will be missed at the present pace, and by when it begins."""
    rows = [row for row in view.answers.ahead if row.clock in contract]
    if rows:
        hours = names.configuration.operations.forecast.horizon_hours
        first = min(row.first_due_at for row in rows).astimezone(ZoneInfo(view.audience.zone))
        count = of_all(sum(row.count for row in rows), "open case")
        yield (
            f"At the present pace {count} will miss a promise within {hours} hours,"
            f" the first at {first:%H:%M} on {first:%d %b}."
        )


def _summary(missed: int, due: int, met: int) -> str:
    if not due:
        return "No case was due."
    in_time = f"{share_of(met, due)} of {of_all(due, 'case')} due were decided in time."
    if missed:
        return f"{of_all(missed, 'promise')} not kept. {in_time}"
    return f"Every promise was kept. {in_time}"


def _lines(findings: list[Finding], names: Names) -> Iterator[Line]:
    by_gap = sorted(findings, key=lambda f: f.value - (f.threshold or 0.0))
    for finding in by_gap:
        yield Line(
            severity=finding.severity,
            word=finding.severity.capitalize(),
            where=names.where(finding.vendor, finding.scope),
            what=names.clock(finding.scope.get("clock", "")),
            number=f"{amount(finding.value, finding.unit)} in time",
            note=_note(finding),
            measured=Measured(finding.value, finding.unit),
        )


def _note(finding: Finding) -> str:
    target = "" if finding.threshold is None else f"promised {amount(finding.threshold, 'rate')}"
    due, missed = finding.detail.get("due"), finding.detail.get("missed")
    if isinstance(due, int) and isinstance(missed, int):
        return f"{target}, {missed:,} of {due:,} late".removeprefix(", ")
    return target
