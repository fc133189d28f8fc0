"""Simulate an operation: vendors' exports in their folders, the platform's log, the truth file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from breakwater.contracts.configuration import Configuration
from breakwater.core.vocabulary import Outcome
from breakwater.demo.simulator.book_keeping import BookKeeper
from breakwater.demo.simulator.demand import Demand, plan_campaigns
from breakwater.demo.simulator.faults import FaultPlan
from breakwater.demo.simulator.ledger import Ledger
from breakwater.demo.simulator.log_table import clear_rows, make_table
from breakwater.demo.simulator.model import vendor_models
from breakwater.demo.simulator.operation import play
from breakwater.demo.simulator.stretch import Stretch
from breakwater.demo.simulator.truth import write_truth
from breakwater.warehouse.database import Database, hold

Progress = Callable[[int, int], None]
"""Called after every vendor-day with how many are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class SimulationSummary:
    """What a simulation left behind.

    Attributes:
        planted: how many breaks, by class.
    """

    first_day: date
    last_day: date
    vendors: int
    files: int
    exported_rows: int
    log_rows: int
    planted: Mapping[Outcome, int]
    truth_file: Path

    def __str__(self) -> str:
        """Tell it in one sentence."""
        return (
            f"{self.first_day} to {self.last_day}: {self.vendors} vendors left {self.files} files"
            f" with {self.exported_rows:,} rows; the platform logged {self.log_rows:,} decisions;"
            f" {sum(self.planted.values()):,} differences planted, see {self.truth_file}"
        )


def simulate(
    configuration: Configuration,
    *,
    first_day: date,
    days: int,
    cases_per_day: int,
    seed: int,
    out: str,
    enforcement_log: Database,
    truth_file: Path,
    faults: FaultPlan | None = None,
    progress: Progress | None = None,
) -> SimulationSummary:
    """Play an operation and write both its books.

    The same arguments give the same bytes. A run replaces what an earlier one left for the same
    vendors and days: their files, and their rows of the enforcement log, which change as a whole.

    Args:
        configuration: its vendors are simulated, as far as there is a profile of them.
        first_day: the first operational day.
        days: how many.
        cases_per_day: cases of all vendors on an ordinary day.
        seed: of everything that is drawn.
        out: fsspec URI of the exports root.
        enforcement_log: the platform's database.
        truth_file: where to write what was planted; see `truth.load_truth`.
        faults: what goes wrong; every kind of fault when absent, see `FaultPlan.for_demo`.
        progress: told after every vendor-day.

    Raises:
        ConfigurationError: there is a profile of none of the configured vendors.
    """
    operations = configuration.operations
    stretch = Stretch.starting(first_day, days, operations.zone_info)
    plan = FaultPlan.for_demo(first_day, days) if faults is None else faults
    models = vendor_models(configuration, stretch.horizon)
    campaigns = tuple(plan_campaigns(seed, first_day, days, operations.languages))
    ledger, log = Ledger(), operations.enforcement_log
    done, of = 0, len(models) * days
    with enforcement_log.transaction() as connection:
        hold(connection, "simulate", log.table)
        make_table(connection, log)
        keeper = BookKeeper(operations, stretch, plan, seed, out, connection, ledger)
        for model in models:
            clear_rows(connection, log, model, stretch)
            demand = Demand(model, plan, campaigns, seed, cases_per_day)
            for played in play(model, demand, plan, stretch, seed):
                keeper.write(model, played)
                done += 1
                if progress:
                    progress(done, of)
    truth = ledger.truth(
        seed=seed,
        stretch=stretch,
        cases_per_day=cases_per_day,
        plan=plan,
        campaigns=campaigns,
        models=models,
    )
    write_truth(truth, truth_file)
    return SimulationSummary(
        first_day=first_day,
        last_day=stretch.days[-1],
        vendors=len(models),
        files=ledger.files,
        exported_rows=ledger.exported_rows,
        log_rows=ledger.log_rows,
        planted=ledger.planted,
        truth_file=truth_file,
    )
