"""The truth file: what was planted where, so that what is found can be compared with it exactly."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from breakwater.core.vocabulary import Outcome, Side, Total
from breakwater.demo.simulator.demand import Campaign
from breakwater.demo.simulator.faults import AccuracyDrop, SlowSite, VolumeSpike

Version = Literal[1]
VERSION: Version = 1


@dataclass(frozen=True, slots=True)
class PlantedRecord:
    """One record of one book and the outcome it must end in.

    Attributes:
        side: whose book.
        day: the operational day in whose reconciliation the record is counted.
        record: the record key on the vendor's side, the action id on ours.
        outcome: what the rules make of it.
        acceptable: every outcome that could be defended, `outcome` first.
        decided_day: the day of its own decision instant; differs from `day` when the neighbour
            borrows it over midnight.
    """

    side: Side
    day: date
    record: str
    outcome: Outcome
    acceptable: tuple[Outcome, ...]
    decided_day: date


@dataclass(frozen=True, slots=True)
class PlantedBreak:
    """One thing that was made to differ between the books.

    Attributes:
        outcome: the class it was planted as.
        crosses_midnight: whether its two halves belong to different days.
        records: every record that ends in something other than plainly matched.
    """

    vendor: str
    outcome: Outcome
    crosses_midnight: bool
    records: tuple[PlantedRecord, ...]


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """One file as it was left: its name, instant, rows in it, rows its manifest declares."""

    name: str
    delivered_at: datetime
    rows: int
    declared_rows: int


@dataclass(frozen=True, slots=True)
class PlantedExport:
    """One export that something is wrong with; no file at all when missing."""

    kind: Literal["missing", "truncated", "late", "restated"]
    vendor: str
    day: date
    files: tuple[DeliveredFile, ...]


@dataclass(frozen=True, slots=True)
class PlantedTotal:
    """A total of a day that a vendor states and its export does not have; in cases."""

    vendor: str
    day: date
    name: Total
    stated: int
    exported: int


@dataclass(frozen=True, slots=True)
class StalledCase:
    """A case whose statutory hour was made to pass."""

    vendor: str
    day: date
    record: str


@dataclass(frozen=True, slots=True)
class VendorDayTotals:
    """How large both books of a vendor-day are, with every planted fault in them.

    Attributes:
        decided_rows: rows of the export with a decision, duplicates included: the vendor's book.
        open_rows: rows of cases still undecided.
        internal_rows: rows of the platform's log of review and automation decided on the day.
        lent_rows: those of them that a neighbouring day borrows.
        borrowed_rows: rows of neighbouring days that this day borrows.
    """

    vendor: str
    day: date
    decided_rows: int
    open_rows: int
    internal_rows: int
    lent_rows: int
    borrowed_rows: int


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """A day on which a vendor's country rests: natural, but it shows in the numbers."""

    vendor: str
    day: date


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything there is to find, and what a simulation was asked for."""

    version: Version
    seed: int
    first_day: date
    days: int
    cases_per_day: int
    breaks: tuple[PlantedBreak, ...]
    exports: tuple[PlantedExport, ...]
    slow_sites: tuple[SlowSite, ...]
    spikes: tuple[VolumeSpike, ...]
    accuracy_drops: tuple[AccuracyDrop, ...]
    stalled_cases: tuple[StalledCase, ...]
    campaigns: tuple[Campaign, ...]
    public_holidays: tuple[PublicHoliday, ...]
    totals: tuple[VendorDayTotals, ...]
    misstated_totals: tuple[PlantedTotal, ...] = ()

    def blocked(self, vendor: str, day: date) -> bool:
        """Tell whether nothing of a vendor-day can be landed."""
        return any(
            (export.vendor, export.day) == (vendor, day) and export.kind in {"missing", "truncated"}
            for export in self.exports
        )


@dataclass(frozen=True, slots=True, order=True)
class ExpectedOutcome:
    """One row that reconciliation must find for a vendor-day, apart from plain matches."""

    side: Side
    record: str
    outcome: Outcome


def expected_outcomes(truth: Truth, day: date, vendor: str) -> Counter[ExpectedOutcome]:
    """Return every outcome other than ``matched`` that a vendor-day must show, and how often.

    A vendor-day whose export is missing or truncated shows none.
    """
    if truth.blocked(vendor, day):
        return Counter()
    return Counter(
        ExpectedOutcome(record.side, record.record, record.outcome)
        for planted in truth.breaks
        if planted.vendor == vendor
        for record in planted.records
        if record.day == day
    )


@cache
def _adapter() -> TypeAdapter[Truth]:
    return TypeAdapter(Truth)


def write_truth(truth: Truth, path: Path) -> None:
    """Write the truth file, one indented JSON document."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_adapter().dump_json(truth, indent=1) + b"\n")


def load_truth(path: Path) -> Truth:
    """Read a truth file.

    Raises:
        pydantic.ValidationError: it is not one, or of another version's making.
    """
    return _adapter().validate_json(path.read_bytes())
