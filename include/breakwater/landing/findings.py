"""What landing tells people: a refused file, many refused records, another layout, a gap."""

from collections.abc import Iterator, Sequence
from datetime import date

from breakwater.core.finding import Finding, Rule, Severity
from breakwater.landing.books import BookOfDay
from breakwater.landing.reading.layout import Changes, Layout
from breakwater.landing.reading.refusal import ExportRefusedError, FewerRowsError, shown

MOST_TOLD = 10
"""Columns of a kind that a finding names."""


def refusal_finding(vendor: str, day: date, refusal: ExportRefusedError) -> Finding:
    """Tell of a file that breaks its contract as a whole."""
    value, unit, expected = 1, "files", None
    if isinstance(refusal, FewerRowsError):
        value, unit, expected = refusal.physical, "rows", refusal.declared
    return Finding(
        rule=refusal.fault.rule,
        operational_day=day,
        vendor=vendor,
        severity=Severity.MAJOR,
        scope={},
        value=value,
        unit=unit,
        expected=expected,
        detail={"fault": refusal.fault.name.lower()},
    )


def landing_findings(
    vendor: str,
    day: date,
    book: BookOfDay,
    quarantine_rate: float,
    changes: Sequence[tuple[Layout, Changes]],
) -> Iterator[Finding]:
    """Tell of what landed.

    Args:
        vendor: whose.
        day: of which operational day.
        book: what landed and what was refused.
        quarantine_rate: share of refused records that is tolerated.
        changes: layouts that differ from those of the day before.
    """
    physical, quarantined = book.sum_of("physical_rows"), book.sum_of("quarantined_rows")
    rate = quarantined / physical if physical else 0
    if rate > quarantine_rate:
        yield Finding(
            rule=Rule.QUARANTINE_HIGH,
            operational_day=day,
            vendor=vendor,
            severity=Severity.WARNING,
            scope={},
            value=rate,
            unit="rate",
            threshold=quarantine_rate,
            detail={"rows": quarantined, "reasons": book.reasons},
        )
    if changes:
        yield _layout_changed(vendor, day, changes)
    if book.gaps:
        yield Finding(
            rule=Rule.EXPORT_INCOMPLETE,
            operational_day=day,
            vendor=vendor,
            severity=Severity.INFO,
            # Apart from files that were due and did not come: nobody counted on these.
            scope={"between": "listings"},
            value=len(book.gaps),
            unit="files",
            detail={"gap_minutes": sorted(book.gaps, reverse=True)[:MOST_TOLD]},
        )


def _layout_changed(vendor: str, day: date, changes: Sequence[tuple[Layout, Changes]]) -> Finding:
    """Adding or moving columns breaks nothing; one that we read by another name, or do without, may."""
    added = sorted({name for _, each in changes for name in each.added})
    removed = sorted({name for _, each in changes for name in each.removed})
    renamed = {old: new for _, each in changes for old, new in sorted(each.renamed.items())}
    is_missed = any(name in layout.meanings for layout, each in changes for name in each.removed)
    return Finding(
        rule=Rule.EXPORT_LAYOUT_CHANGED,
        operational_day=day,
        vendor=vendor,
        severity=Severity.WARNING if renamed or is_missed else Severity.INFO,
        scope={},
        value=len(changes),
        unit="files",
        # Headers are the vendor's text.
        detail={
            "added": [shown(name) for name in added[:MOST_TOLD]],
            "removed": [shown(name) for name in removed[:MOST_TOLD]],
            "renamed": {shown(old): shown(new) for old, new in list(renamed.items())[:MOST_TOLD]},
            "reordered": any(each.reordered for _, each in changes),
        },
    )
