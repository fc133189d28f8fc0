"""The totals that vendors state of their day, beside what was measured of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import ceil

from breakwater.core.finding import Finding, Rule, Severity
from breakwater.warehouse.database import Connection


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """One total of a vendor's day, from both sides; in cases.

    Attributes:
        vendor: who states it.
        name: see `core.vocabulary.Total`.
        stated: by the vendor.
        measured: by us, from the vendor's own export.
    """

    vendor: str
    name: str
    stated: int
    measured: int

    @property
    def difference(self) -> int:
        """How many more the vendor states than it exported."""
        return self.stated - self.measured


def stated_totals(connection: Connection, day: date, vendors: list[str]) -> list[StatedTotal]:
    """Read what vendors state of a day, where the day is measured, in a stable order."""
    rows = connection.execute(
        "select vendor, name, stated, measured from measure.vendor_total"
        " where operational_day = %s and vendor = any(%s) order by vendor, name",
        [day, vendors],
    )
    return [StatedTotal(**row) for row in rows]


def total_findings(day: date, totals: Iterable[StatedTotal], rate: float) -> Iterator[Finding]:
    """Find the totals that lie farther from ours than is tolerated.

    Args:
        day: which operational day.
        totals: of all vendors.
        rate: what is tolerated, as a share of the larger of both; rounded up to whole cases.
    """
    for total in totals:
        limit = ceil(round(rate * max(total.stated, total.measured), 6))
        if abs(total.difference) > limit:
            yield Finding(
                rule=Rule.VENDOR_TOTALS_DIFFER,
                operational_day=day,
                vendor=total.vendor,
                severity=Severity.WARNING,
                scope={"total": total.name},
                value=abs(total.difference),
                unit="cases",
                threshold=limit,
                detail={"stated": total.stated, "measured": total.measured},
            )
