"""The line that is read first: what the day asks for, in at most three sentences."""

from collections.abc import Iterator

from breakwater.contracts.metrics import EXPOSURE, METRICS
from breakwater.contracts.wording import Names, title_of
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.report.layout import LAYOUTS
from breakwater.report.message import Level
from breakwater.report.quality import missing_vendors
from breakwater.report.scope import View
from breakwater.report.wording import against_usual, listed, of_all, shown

MOST_SENTENCES = 3


def level_of(view: View) -> Level:
    """Return what the worst condition asks for."""
    if missing_vendors(view):
        return Level.ACT
    ranks = [finding.severity.rank for finding in view.answers.findings]
    worst = max(ranks, default=0)
    if worst >= Severity.MAJOR.rank:
        return Level.ACT
    return Level.WATCH if worst >= Severity.WARNING.rank else Level.CLEAR


def verdict_of(view: View, names: Names) -> str:
    """Say what happened, the gravest first; on a good day, that it was one."""
    sentences = list(_wrong(view, names))
    if not sentences:
        return _all_well(view)
    return " ".join(sentences[:MOST_SENTENCES])


def _wrong(view: View, names: Names) -> Iterator[str]:
    late = sum(int(f.value) for f in _of(view, Rule.STATUTORY_CLOCK_BREACHED))
    if late:
        yield f"{of_all(late, 'case')} past a legal deadline."
    missing = missing_vendors(view)
    if missing and view.audience.kind == "vendor":
        yield "Your export is not in the numbers."
    elif missing:
        yield f"{listed([names.vendor(vendor) for vendor in missing])} did not report."
    promises = _of(view, Rule.SLA_ATTAINMENT_LOW)
    if promises and LAYOUTS[view.audience.kind].has_promises:
        sla = shown("sla_attainment", view.figures.figure("sla_attainment"))
        yield f"{of_all(len(promises), 'SLA promise')} not kept, SLA {sla}."
    if silent := _of(view, Rule.QUEUE_SILENT):
        where = [names.where(finding.vendor, finding.scope) for finding in silent]
        yield f"Not one case came to {where[0] if len(where) == 1 else f'{len(where)} queues'}."
    if odd := _of(view, Rule.KPI_ANOMALY):
        yield _unusual(odd, names)
    if _of(view, Rule.RECON_BREAKS):
        yield "More breaks than allowed."
    if _of(view, Rule.QUARANTINE_HIGH):
        yield "Many rows were refused."
    if _of(view, Rule.EXPORT_LATE):
        yield "An export came late."


def _unusual(findings: list[Finding], names: Names) -> str:
    """Name the one number that is unlike usual, or count them."""
    first = findings[0]
    if len(findings) > 1 or first.scope.get("metric") not in METRICS or not first.expected:
        return f"{of_all(len(findings), 'number')} unlike usual."
    metric, where = first.scope["metric"], names.where(first.vendor, first.scope)
    away = against_usual(metric, first.value, first.expected).partition(", ")[2]
    return f"{title_of(metric)} of {where} {away} usual."


def _all_well(view: View) -> str:
    if not view.in_the_numbers:
        return "Nothing was reported."
    if LAYOUTS[view.audience.kind].is_about_people:
        hours = view.figures.figure(EXPOSURE["A"])
        return f"{shown(EXPOSURE['A'], hours)} in front of the gravest content; nothing unusual."
    sla = view.figures.figure("sla_attainment")
    is_told = sla is not None and LAYOUTS[view.audience.kind].has_promises
    kept = f" SLA {shown('sla_attainment', sla)}, every promise kept." if is_told else ""
    if view.audience.kind == "vendor":
        return f"{_nothing(view)}{kept}"
    reported = "The source" if len(view.in_the_numbers) == 1 else "All sources"
    return f"{_nothing(view)} {reported} reported.{kept}"


def _nothing(view: View) -> str:
    period = view.answers.period
    return f"A {period.kind} as it should be." if period else "Nothing needs you today."


def _of(view: View, rule: Rule) -> list[Finding]:
    return [
        finding
        for finding in view.answers.findings
        if finding.rule is rule and finding.severity is not Severity.INFO
    ]
