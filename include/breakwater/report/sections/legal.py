"""Legal deadlines: which were missed, and that none was when none was."""

from collections.abc import Iterator

from breakwater.contracts.wording import Names
from breakwater.core.finding import Finding, Rule
from breakwater.core.numbers import amount, duration
from breakwater.core.plain import one_line
from breakwater.report.message import Line, Measured, Section
from breakwater.report.scope import View
from breakwater.report.sections.order import section
from breakwater.report.wording import of_all

TITLE = "Legal deadlines"
READ_IN_THE_LAW = "statute"


def legal_section(view: View, names: Names, most: int) -> Section:
    """Report statutory clocks."""
    findings = [f for f in view.answers.findings if f.rule is Rule.STATUTORY_CLOCK_BREACHED]
    statutory = {c.clock for c in names.configuration.clocks if c.kind == "statutory"}
    rows = [row for row in view.answers.attainment if row.clock in statutory]
    due, met = sum(row.due for row in rows), sum(row.met for row in rows)
    soon = sum(row.count for row in view.answers.at_risk if row.clock in statutory)
    return section(TITLE, _summary(findings, due, met, soon), _lines(findings, names), most)


def _summary(findings: list[Finding], due: int, met: int, soon: int) -> str:
    late = sum(int(finding.value) for finding in findings)
    parts = []
    if late:
        parts.append(f"{of_all(late, 'case')} past a legal deadline.")
    if due:
        parts.append(f"{met:,} of {of_all(due, 'case')} due were decided in time.")
    elif not late:
        parts.append("No case with a legal deadline was due.")
    if soon:
        parts.append(f"{of_all(soon, 'open case')} will soon be late.")
    return " ".join(parts)


def _lines(findings: list[Finding], names: Names) -> Iterator[Line]:
    for finding in findings:
        yield Line(
            severity=finding.severity,
            word=finding.severity.capitalize(),
            where=names.where(finding.vendor, finding.scope),
            what=names.clock(finding.scope.get("clock", "")),
            number=f"{amount(finding.value, finding.unit)} late",
            note="; ".join(_notes(finding, names)),
            measured=Measured(finding.value, finding.unit),
        )


def _notes(finding: Finding, names: Names) -> Iterator[str]:
    detail = finding.detail
    late, still_open = detail.get("longest_late_seconds"), detail.get("still_open")
    if isinstance(late, (int, float)) and late > 0:
        yield f"longest {duration(late)} over"
    if isinstance(still_open, int) and still_open:
        yield f"{still_open:,} still open"
    tightest, cases = detail.get("tightest_clock"), detail.get("tightest_cases")
    if isinstance(tightest, str) and isinstance(cases, int):
        yield f"most pressing by now: {names.clock(tightest)} ({of_all(cases, 'case')})"
    if provision := detail.get("provision"):
        yield one_line(provision, 60)
    if detail.get("confidence") not in {None, READ_IN_THE_LAW}:
        yield "deadline unconfirmed: not read in the law itself"
