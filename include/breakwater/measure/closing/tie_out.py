"""Control totals of a day: what is counted in two places must come to the same number."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from breakwater.warehouse.database import Connection

_TOTALS = Path(__file__).with_name("total.sql")

IDENTITIES: tuple[tuple[str, str], ...] = (
    ("rows declared or present", "rows accounted for"),
    ("vendor population", "vendor matched and breaks"),
    ("internal population", "internal matched and breaks"),
    ("vendor breaks", "vendor breaks listed"),
    ("internal breaks", "internal breaks listed"),
    ("population of both books", "outcomes in the lake"),
    ("vendor population", "count of break_rate"),
    ("vendor breaks", "sum of break_rate"),
    ("contract clocks due", "count of sla_attainment"),
    ("clocks due and not met", "exceptions due"),
    ("clocks settled", "clocks due or excused"),
    ("cases incoming", "sum of total_incoming"),
    ("cases solved", "sum of total_solved"),
    ("cases backlog", "sum of backlog"),
    ("count of turnaround", "turnarounds in the histogram"),
)
"""Pairs of numbers of `total.sql` that must be equal for every vendor that reported."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two numbers of a vendor that should be one."""

    vendor: str
    one: str
    other: str
    expected: int
    found: int


def differences(
    connection: Connection, day: date, vendors: Iterable[str], contract_clocks: list[str]
) -> Iterator[Difference]:
    """Find the totals that do not agree, vendor by vendor; what is nowhere counts as zero."""
    parameters = {"day": day, "contract_clocks": contract_clocks}
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for row in connection.execute(_TOTALS.read_bytes(), parameters):
        totals[row["vendor"], row["name"]] = row["number"]
    for vendor in sorted(vendors):
        for one, other in IDENTITIES:
            expected, found = totals[vendor, one], totals[vendor, other]
            if expected != found:
                yield Difference(vendor, one, other, expected, found)
