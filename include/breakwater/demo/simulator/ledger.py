"""What the truth file will say, collected while days are written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from breakwater.core.vocabulary import Outcome, Side
from breakwater.demo.simulator.demand import Campaign
from breakwater.demo.simulator.faults import FaultPlan
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.stretch import Stretch
from breakwater.demo.simulator.truth import (
    VERSION,
    PlantedBreak,
    PlantedExport,
    PlantedTotal,
    PublicHoliday,
    StalledCase,
    Truth,
    VendorDayTotals,
)


@dataclass
class Ledger:
    """Counts, and every fault that was planted."""

    breaks: list[PlantedBreak] = field(default_factory=list)
    exports: list[PlantedExport] = field(default_factory=list)
    stalled: list[StalledCase] = field(default_factory=list)
    totals: list[VendorDayTotals] = field(default_factory=list)
    misstated_totals: list[PlantedTotal] = field(default_factory=list)
    files: int = 0
    exported_rows: int = 0
    log_rows: int = 0

    @property
    def planted(self) -> dict[Outcome, int]:
        """How many breaks were planted, by class in order of precedence."""
        counts = Counter(planted.outcome for planted in self.breaks)
        return {outcome: counts[outcome] for outcome in Outcome if counts[outcome]}

    def truth(
        self,
        *,
        seed: int,
        stretch: Stretch,
        cases_per_day: int,
        plan: FaultPlan,
        campaigns: Sequence[Campaign],
        models: Sequence[VendorModel],
    ) -> Truth:
        """Put together the truth file of a simulation."""
        return Truth(
            version=VERSION,
            seed=seed,
            first_day=stretch.days[0],
            days=len(stretch.days),
            cases_per_day=cases_per_day,
            breaks=tuple(self.breaks),
            exports=tuple(self.exports),
            slow_sites=plan.slow_sites,
            spikes=plan.spikes,
            accuracy_drops=plan.accuracy_drops,
            stalled_cases=tuple(self.stalled),
            campaigns=tuple(campaigns),
            public_holidays=tuple(
                PublicHoliday(model.vendor, day)
                for model in models
                for day in stretch.days
                if day in model.holidays
            ),
            totals=tuple(self._totals_with_loans()),
            misstated_totals=tuple(self.misstated_totals),
        )

    def _totals_with_loans(self) -> list[VendorDayTotals]:
        """Count what each day lends: rows of its own that a neighbour accounts for."""
        lent = Counter(
            (planted.vendor, record.decided_day)
            for planted in self.breaks
            if planted.crosses_midnight
            for record in planted.records
            if record.side is Side.INTERNAL
        )
        return [
            replace(
                total,
                internal_rows=total.internal_rows + lent[total.vendor, total.day],
                lent_rows=lent[total.vendor, total.day],
            )
            for total in self.totals
        ]
