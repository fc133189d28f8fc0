"""Inhibition: a cause hides its symptoms, so that one missing file is one message."""

from collections.abc import Iterable

from breakwater.core.finding import Finding, Rule

CAUSES = (Rule.EXPORT_MISSING, Rule.EXPORT_TRUNCATED, Rule.EXPORT_UNREADABLE)
"""Nothing of the vendor-day was landed; what is computed without it is not news."""

SYMPTOMS = frozenset(
    {
        Rule.QUARANTINE_HIGH,
        Rule.RECON_BREAKS,
        Rule.VENDOR_TOTALS_DIFFER,
        Rule.CLOCK_SKEW,
        Rule.SLA_ATTAINMENT_LOW,
        Rule.STATUTORY_CLOCK_BREACHED,
        Rule.QUEUE_SILENT,
        Rule.KPI_ANOMALY,
    }
)


def inhibited_by(finding: Finding, found: Iterable[Finding]) -> Rule | None:
    """Name the cause that hides a finding; None when nothing does.

    Args:
        finding: what somebody might be told.
        found: everything found on its operational day.

    Hiding is a delay, never a loss: when the cause is gone and the symptom is still there, people
    are told then.
    """
    if finding.rule not in SYMPTOMS or finding.vendor is None:
        return None
    causes = {other.rule for other in found if other.vendor == finding.vendor}
    return next((cause for cause in CAUSES if cause in causes), None)
