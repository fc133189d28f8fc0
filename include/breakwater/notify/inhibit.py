"""Inhibition: a cause hides its symptoms, so that one missing file is one message."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

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


class InhibitReason(StrEnum):
    """Why a finding is hidden by another, or why not."""

    NO_SYMPTOM = "no_symptom"
    OF_ALL_VENDORS = "of_all_vendors"
    NO_CAUSE = "no_cause"
    INHIBITED = "inhibited"


@dataclass(frozen=True, slots=True)
class Inhibition:
    """The answer, its name, and the cause that hides the finding, if one does."""

    reason: InhibitReason
    cause: Rule | None = None


def decide_inhibition(finding: Finding, found: Iterable[Finding]) -> Inhibition:
    """Decide whether a cause hides a finding.

    Args:
        finding: what somebody might be told.
        found: everything found on its operational day.

    Hiding is a delay, never a loss: when the cause is gone and the symptom is still there, people
    are told then.
    """
    if finding.rule not in SYMPTOMS:
        return Inhibition(InhibitReason.NO_SYMPTOM)
    if finding.vendor is None:
        return Inhibition(InhibitReason.OF_ALL_VENDORS)
    causes = {other.rule for other in found if other.vendor == finding.vendor}
    cause = next((cause for cause in CAUSES if cause in causes), None)
    return Inhibition(InhibitReason.INHIBITED if cause else InhibitReason.NO_CAUSE, cause)


def inhibited_by(finding: Finding, found: Iterable[Finding]) -> Rule | None:
    """Name the cause that hides a finding; None when nothing does."""
    return decide_inhibition(finding, found).cause
