"""What is unlike usual: what began on this day, and what lasts since an earlier one."""

from collections.abc import Iterator, Mapping

from breakwater.contracts.metrics import METRICS
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.report.answers import Lasting
from breakwater.report.message import Line, Section
from breakwater.report.scope import View
from breakwater.report.sections.order import section
from breakwater.report.wording import Names, against_usual, number, of_all, title_of

TITLE = "Unlike usual"

MOST_OF_IT = 0.5
"""Part of a ratio's change from which it is the mix of work rather than the pace."""

NEARLY_ALL = 0.995


def unusual_section(view: View, names: Names, most: int) -> Section:
    """Report anomalies."""
    findings = [f for f in view.answers.findings if f.rule is Rule.KPI_ANOMALY]
    known = [f for f in findings if f.scope.get("metric") in METRICS]
    lasting = [row for row in view.answers.lasting if row.metric in METRICS]
    lines = [*_new(known, names), *_old(lasting, names)]
    return section(TITLE, _summary(len(known), len(lasting)), lines, most)


def _summary(new: int, old: int) -> str:
    if not new and not old:
        return "Every number is within its usual band."
    parts = [f"{of_all(new, 'number')} began to differ from usual."] if new else []
    if old:
        parts.append(f"{of_all(old, 'number')} still {'differs' if old == 1 else 'differ'}.")
    return " ".join(parts)


def _new(findings: list[Finding], names: Names) -> Iterator[Line]:
    for finding in findings:
        metric, usual = finding.scope["metric"], finding.expected
        yield Line(
            severity=finding.severity,
            word=finding.severity.capitalize(),
            where=names.where(finding.vendor, finding.scope),
            what=title_of(metric),
            number=number(metric, finding.value),
            note="; ".join(
                [
                    *([] if usual is None else [against_usual(metric, finding.value, usual)]),
                    *_cause(finding.detail, names),
                ]
            ),
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


def _old(lasting: list[Lasting], names: Names) -> Iterator[Line]:
    for row in lasting:
        below = {name: value for name, value in row.scope.items() if name != "vendor"}
        usual = against_usual(row.metric, row.value, row.expected)
        yield Line(
            severity=Severity.INFO,
            word="Lasts",
            where=names.where(row.vendor, below),
            what=title_of(row.metric),
            number=number(row.metric, row.value),
            note=f"{usual}; since {row.since:%a} {row.since.day} {row.since:%b}",
        )
