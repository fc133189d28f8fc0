"""A finding: a measured condition with severity, scope, value and threshold."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache

EXAMPLES = "examples"
"""Of a finding's detail: a few case ids, shown to people of the operation alone."""

MOST_EXAMPLES = 3


class Severity(StrEnum):
    """How bad, in the order people react to it."""

    INFO = "info"
    WARNING = "warning"
    MAJOR = "major"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info up to 3 for critical."""
        return list(Severity).index(self)


class Rule(StrEnum):
    """Every condition that can be found; the alert name that people and runbooks use."""

    EXPORT_MISSING = "ExportMissing"
    EXPORT_LATE = "ExportLate"
    EXPORT_TRUNCATED = "ExportTruncated"
    EXPORT_UNREADABLE = "ExportUnreadable"
    EXPORT_RESTATED = "ExportRestated"
    EXPORT_NAME_REFUSED = "ExportNameRefused"
    EXPORT_INCOMPLETE = "ExportIncomplete"
    EXPORT_DUPLICATE = "ExportDuplicate"
    SHIFTS_MISSING = "ShiftsMissing"
    EXPORT_LAYOUT_CHANGED = "ExportLayoutChanged"
    QUARANTINE_HIGH = "QuarantineHigh"
    RECON_BREAKS = "ReconBreaks"
    CLOCK_SKEW = "ClockSkew"
    VENDOR_TOTALS_DIFFER = "VendorTotalsDiffer"
    SLA_ATTAINMENT_LOW = "SlaAttainmentLow"
    STATUTORY_CLOCK_BREACHED = "StatutoryClockBreached"
    QUEUE_SILENT = "QueueSilent"
    KPI_ANOMALY = "KpiAnomaly"
    DAG_FAILED = "DagFailed"
    """A task of ours, not something of the day: no digest speaks of it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition found on one operational day.

    Attributes:
        rule: which condition.
        operational_day: the day it is about.
        vendor: the vendor it is about, or None for the whole operation.
        severity: how bad.
        scope: the other dimensions that name it (queue, site, policy, metric, outcome, clock).
            Together with rule and vendor it identifies the condition, so it never holds a value.
        value: what was measured, in `unit`.
        threshold: the limit it crossed, if there is one.
        expected: what was usual, if that is known.
        unit: "cases", "seconds", "rate", "rows", "files" or "tasks".
        detail: numbers and ids for the explanation; never media, links or people's names.
    """

    rule: Rule
    operational_day: date
    vendor: str | None
    severity: Severity
    scope: Mapping[str, str]
    value: float
    unit: str
    threshold: float | None = None
    expected: float | None = None
    detail: Mapping[str, object] = field(default_factory=dict)

    @property
    def finding_id(self) -> str:
        """Name the condition on its day; the same whenever it is found again."""
        return fingerprint(self.rule, self.vendor, self.scope, self.operational_day.isoformat())


def fingerprint(rule: str, vendor: str | None, scope: Mapping[str, str], bucket: str) -> str:
    """Hash what a condition is about (never its value or its text) to 32 hexadecimal digits."""
    return _hashed(rule, vendor, tuple(sorted(scope.items())), bucket)


@lru_cache(maxsize=65_536)  # asked about twenty times of each finding while people are told
def _hashed(rule: str, vendor: str | None, scope: tuple[tuple[str, str], ...], bucket: str) -> str:
    about = json.dumps([rule, vendor, scope, bucket], ensure_ascii=False)
    return hashlib.sha256(about.encode()).hexdigest()[:32]
