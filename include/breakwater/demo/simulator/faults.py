"""Which faults are planted: rates per break class, broken exports, and what happens in operations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from typing import Literal, Self

from breakwater.core.vocabulary import Outcome

MINIMUM_DAYS = 14
"""A shorter stretch has no history to stand out from: only breaks are planted in it."""

BREAK_RATES: Mapping[Outcome, float] = {
    Outcome.MISSING_INTERNAL: 0.0016,
    Outcome.MISSING_VENDOR: 0.0016,
    Outcome.DECISION_MISMATCH: 0.0020,
    Outcome.POLICY_MISMATCH: 0.0014,
    Outcome.FIELD_MISMATCH: 0.0020,
    Outcome.DUPLICATE_VENDOR: 0.0012,
    Outcome.DUPLICATE_INTERNAL: 0.0012,
    Outcome.TIME_DRIFT: 0.0020,
    Outcome.LATE_ENFORCEMENT: 0.0020,
    Outcome.ENFORCEMENT_FAILED: 0.0012,
    Outcome.UNKNOWN_CODE: 0.0008,
    Outcome.AMBIGUOUS: 0.0005,
    Outcome.MATCHED_WITHIN_TOLERANCE: 0.0100,
}
"""Share of a vendor-day's decisions that end so, by default; a field differs only where it is compared."""


@dataclass(frozen=True, slots=True)
class ExportFault:
    """What goes wrong with one export."""

    kind: Literal["missing", "truncated", "late", "restated"]
    vendor: str
    day: date

    @property
    def blocks_the_day(self) -> bool:
        """Tell whether nothing of the vendor-day can be landed."""
        return self.kind in {"missing", "truncated"}


@dataclass(frozen=True, slots=True)
class SlowSite:
    """From a day on, everything at one site takes longer."""

    vendor: str
    site: str
    from_day: date
    factor: float


@dataclass(frozen=True, slots=True)
class VolumeSpike:
    """On some days, one slice receives a multiple of its cases."""

    vendor: str
    queue: str
    language: str
    days: tuple[date, ...]
    factor: float


@dataclass(frozen=True, slots=True)
class AccuracyDrop:
    """On some days, people decide worse in one language, at every vendor."""

    language: str
    days: tuple[date, ...]
    points: float
    """How much lower the share of right decisions is, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class StalledRequest:
    """On one day, a legal request lies about until its statutory hour has passed."""

    vendor: str
    day: date


@dataclass(frozen=True, slots=True)
class MisstatedTotal:
    """On one day, a vendor states that more cases came in than its export has."""

    vendor: str
    day: date
    share: float
    """How many more, as a share; rounded up to whole cases."""


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Everything that is to go wrong.

    Attributes:
        rates: share of decisions per outcome; what is left agrees in both books.
        crossing_every_days: how often each vendor has pairs on either side of midnight; 0: never.
        lost_reference_rate: share of the platform's rows without the vendor's reference. Not a
            fault: item and instant still name the pair.
    """

    rates: Mapping[Outcome, float] = field(default_factory=lambda: dict(BREAK_RATES))
    crossing_every_days: int = 5
    lost_reference_rate: float = 0.025
    exports: tuple[ExportFault, ...] = ()
    slow_sites: tuple[SlowSite, ...] = ()
    spikes: tuple[VolumeSpike, ...] = ()
    accuracy_drops: tuple[AccuracyDrop, ...] = ()
    stalled_requests: tuple[StalledRequest, ...] = ()
    misstated_totals: tuple[MisstatedTotal, ...] = ()

    @classmethod
    def nothing(cls) -> Self:
        """Plan no fault at all: two books that agree."""
        return cls(rates={}, crossing_every_days=0, lost_reference_rate=0.0)

    @classmethod
    def for_demo(cls, first_day: date, days: int) -> Self:
        """Plan every kind of fault.

        What stands out against history happens in the last seven days; the broken exports of the
        weeks before are history's own. A stretch of less than 14 days gets breaks only.
        """
        if days < MINIMUM_DAYS:
            return cls()
        before = [first_day + timedelta(days=round(share * (days - 7))) for share in (0.35, 0.6)]
        week = [first_day + timedelta(days=days - 7 + n) for n in range(7)]
        return cls(
            exports=(
                ExportFault("truncated", "andeska", before[0]),
                ExportFault("restated", "pearlline", before[1]),
                ExportFault("missing", "karavan", week[2]),
                ExportFault("late", "baltica", week[4]),
            ),
            slow_sites=(SlowSite("pearlline", "cebu", week[1], factor=1.45),),
            spikes=(VolumeSpike("dekkan", "spam", "hi", (week[3], week[4]), factor=3.5),),
            accuracy_drops=(AccuracyDrop("es", tuple(week[1:6]), points=0.35),),
            stalled_requests=(
                StalledRequest("karavan", before[0]),
                StalledRequest("baltica", before[1]),
                StalledRequest("baltica", week[3]),
            ),
            misstated_totals=(MisstatedTotal("dekkan", week[6], share=0.06),),
        )

    def export_fault(self, vendor: str, day: date) -> ExportFault | None:
        """Return what goes wrong with a vendor-day's export, if anything does."""
        wanted = (vendor, day)
        return next((fault for fault in self.exports if (fault.vendor, fault.day) == wanted), None)

    def blocks(self, vendor: str, day: date) -> bool:
        """Tell whether nothing of a vendor-day can be landed."""
        fault = self.export_fault(vendor, day)
        return fault is not None and fault.blocks_the_day

    def stalls(self, vendor: str, day: date) -> bool:
        """Tell whether a statutory case is to be left lying about on a vendor-day."""
        return StalledRequest(vendor, day) in self.stalled_requests

    def stated(self, vendor: str, day: date, count: int) -> int:
        """Return how many cases a vendor states to have come in, where so many did."""
        for wrong in self.misstated_totals:
            if (wrong.vendor, wrong.day) == (vendor, day):
                return count + ceil(wrong.share * count)
        return count

    def slowness(self, vendor: str, site: str, day: date) -> float:
        """Return by how much longer everything takes at a site; 1 on ordinary days."""
        factor = 1.0
        for slow in self.slow_sites:
            if (slow.vendor, slow.site) == (vendor, site) and slow.from_day <= day:
                factor *= slow.factor
        return factor

    def accuracy_lost(self, language: str, day: date) -> float:
        """Return how much lower the share of right decisions is in a language."""
        drops = [d for d in self.accuracy_drops if d.language == language and day in d.days]
        return sum(drop.points for drop in drops)
