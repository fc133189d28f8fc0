"""The two books: whether they tie out, and where they disagree."""

from collections import Counter
from collections.abc import Iterator

from breakwater.contracts.wording import Names
from breakwater.core.finding import Finding, Rule
from breakwater.core.numbers import amount
from breakwater.core.vocabulary import Outcome, Side
from breakwater.report.message import Line, Measured, Section
from breakwater.report.scope import View
from breakwater.report.sections.order import section
from breakwater.report.wording import of_all, share_of

TITLE = "Reconciliation"
MOST_CLASSES = 3

WORDS = {
    Outcome.UNKNOWN_CODE: "unknown decision code",
    Outcome.DUPLICATE_VENDOR: "twice in the vendor's book",
    Outcome.DUPLICATE_INTERNAL: "twice in our log",
    Outcome.AMBIGUOUS: "several possible pairs",
    Outcome.MISSING_INTERNAL: "missing in our log",
    Outcome.MISSING_VENDOR: "missing in the vendor's book",
    Outcome.ENFORCEMENT_FAILED: "enforcement failed",
    Outcome.DECISION_MISMATCH: "decision differs",
    Outcome.POLICY_MISMATCH: "policy differs",
    Outcome.FIELD_MISMATCH: "another field differs",
    Outcome.TIME_DRIFT: "times drift apart",
    Outcome.LATE_ENFORCEMENT: "enforced late",
}


def books_section(view: View, names: Names, most: int) -> Section:
    """Report the reconciliation."""
    told = {Rule.RECON_BREAKS, Rule.CLOCK_SKEW, Rule.VENDOR_TOTALS_DIFFER}
    findings = [f for f in view.answers.findings if f.rule in told]
    return section(TITLE, _summary(view), _lines(findings, names), most, _carried(view))


def _carried(view: View) -> str:
    """Say what is open of this day and all before it, and what late data closed."""
    rows = view.answers.carried
    unsettled, disputed = sum(row.open for row in rows), sum(row.disputed for row in rows)
    late = sum(row.late for row in rows)
    said = []
    if unsettled:
        oldest = min(row.oldest for row in rows if row.oldest is not None)
        age = (view.answers.day - oldest).days
        said.append(
            f"Open with those of earlier days: {of_all(unsettled, 'break')}"
            + (f", {disputed:,} disputed" if disputed else "")
            + (f", the oldest {of_all(age, 'day')} old." if age else ", all of this day.")
        )
    if late:
        said.append(f"Late data closed {late:,} since the digest before.")
    return " ".join(said)


def _summary(view: View) -> str:
    classes: Counter[str] = Counter()
    for row in view.answers.breaks:
        classes[row.outcome] += row.count
    breaks = sum(classes.values())
    records = sum(t.population for t in view.answers.tie_outs if t.side == Side.VENDOR)
    if not breaks:
        return f"No break in {of_all(records, 'record')}." if records else "Nothing to compare."
    of_records = f" in {of_all(records, 'record')} ({share_of(breaks, records)})" if records else ""
    largest = sorted(classes.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_CLASSES]
    most = ", ".join(f"{WORDS[Outcome(outcome)]} {count:,}" for outcome, count in largest)
    tied = " Every record of both books is accounted for." if view.answers.tie_outs else ""
    return f"{of_all(breaks, 'break')}{of_records}, most of them: {most}.{tied}"


def _lines(findings: list[Finding], names: Names) -> Iterator[Line]:
    for finding in sorted(findings, key=lambda f: (f.rule is Rule.RECON_BREAKS, -f.value)):
        limit = finding.threshold
        yield Line(
            severity=finding.severity,
            word=finding.severity.capitalize(),
            where=names.where(finding.vendor, finding.scope),
            what=_what(finding, names),
            number=amount(finding.value, finding.unit),
            note="" if limit is None else f"limit {amount(limit, finding.unit)}",
            measured=Measured(finding.value, finding.unit),
        )


def _what(finding: Finding, names: Names) -> str:
    if finding.rule is Rule.CLOCK_SKEW:
        return "all instants drift together"
    if finding.rule is Rule.VENDOR_TOTALS_DIFFER:
        return f"from the vendor's own count: {names.slug(finding.scope.get('total', ''))}"
    outcome, direction = finding.scope.get("outcome", ""), finding.scope.get("direction")
    words = WORDS[Outcome(outcome)] if outcome in set(Outcome) else names.slug(outcome)
    return words if direction is None else f"{words}, {names.slug(direction)}"
