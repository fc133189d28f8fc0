"""Run the measuring models of one vendor-day on an engine.

The models are portable SQL in three families: `case` (one case from the events that tell of it),
`sla` (clocks) and `kpi` (facts). They meet in tables of the engine:

=================== =================================================================
input               what
=================== =================================================================
case_event          the vendor's events of the day; of a log of states also
                    the days before, see `VendorDay.first_day`
recon_outcome       where each record ended
shift               reviewers' days, of vendors that export shifts
told_promise        due instants that the vendor's own system reported, of earlier
                    days, too (`sla.promises`)
run                 one row: ``operational_day, vendor, window_start, window_end``
clock_*             which clocks run on which slice, and how (`sla.clocks`)
calendar            business time by the hour (`sla.calendars`)
business_hour       the same, read backwards
measurable          metrics that the vendor's export can tell (`kpi.measurable`)
exposed_queue       each queue, with the metric of exposure of its severity tier
book_event_type     types of events that are records of the vendor's book
bucket              bounds of the histograms, on the fine scale and in bands of age
slice_calendar      which calendar serves each slice (`kpi.site_hours`)
day_hour            hours of the day: UTC second of the start, and the second after the last
site_hour           business time of those calendars by the hour
=================== =================================================================
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from breakwater.contracts.clocks import Clock
from breakwater.contracts.excusals import Excusal
from breakwater.contracts.metrics import EXPOSURE
from breakwater.contracts.operations import Operations
from breakwater.contracts.shape import ListingShape, UpdateShape
from breakwater.contracts.tables import CASE_EVENT, RECON_OUTCOME, SHIFT
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window
from breakwater.core.histogram import AGE_BANDS, UPPER_BOUNDS
from breakwater.engine.base import Engine, run_models
from breakwater.engine.models import read_models
from breakwater.measure.excusal.settle import settle_clocks
from breakwater.measure.kpi.measurable import measurable
from breakwater.measure.kpi.site_hours import load_site_hours
from breakwater.measure.sla.promises import NOTHING_TOLD, promise_days
from breakwater.measure.sla.run import ClockRules, run_clocks

_HERE = Path(__file__).parent
_SCALES = {"fine": UPPER_BOUNDS, "band": AGE_BANDS}
MEASURED_OF_CONTRACT = frozenset({"vendor", "shape", "calendars", "calendar_rules", "targets"})
_OF_A_REPLACED_CONTRACT = {"calendars", "calendar_rules", "effective_from", "effective_to"}
MEASURED_OF_OPERATIONS = frozenset({"queues", "attainment"})
"""What of the configuration measuring reads; the rest counts before it, or after."""

_TOLD_PROMISE = (
    "select case_id_vendor, operational_day, event_at from case_event where event_type = 'due'"
    " union all select case_id_vendor, operational_day, event_at from earlier_promise"
)
STATE_LOG_MODELS = ("case_event", "told")
CASE_MODELS = ("event", "case_slice", "slice")
DAY_MODELS = ("case_day", "case_total")
SETTLED_MODELS = ("attainment", "clock_exception", "clock_total")
TOLD_MODELS = ("breach_tightest",)
KPI_MODELS = (
    "flow",
    "backlog",
    "handling",
    "speed",
    "turnaround_case",
    "turnaround",
    "average_agent_solves",
    "sla_attainment",
    "rework",
    "audit",
    "quality",
    "workforce",
    "break_rate",
    "kpi_fact",
    "kpi_histogram",
    "hour_event",
    "hour_attainment",
    "reopened_event",
    "hour_backlog",
    "kpi_hour",
)


@dataclass(frozen=True, slots=True)
class VendorDay:
    """What is measured, and by which rules.

    Attributes:
        day: the operational day.
        window: its instants.
        contract: the vendor's.
        clocks: all that are configured.
        operations: settings of the operation.
        excusals: those that name the vendor.
        replaced: the vendor's earlier contracts, whose calendars clocks may still count on.
    """

    day: date
    window: Window
    contract: VendorContract
    clocks: tuple[Clock, ...]
    operations: Operations
    excusals: tuple[Excusal, ...] = ()
    replaced: tuple[VendorContract, ...] = ()

    @property
    def is_state_log(self) -> bool:
        """Whether the vendor tells each change of state, instead of each case as it stands."""
        return isinstance(self.contract.shape, UpdateShape | ListingShape)

    @property
    def first_day(self) -> date:
        """The earliest day whose events tell how the day's cases stand."""
        return self.day - timedelta(days=self.contract.shape.history_days)

    @property
    def first_promise_day(self) -> date:
        """The earliest day whose reported due instants still count."""
        return self.day - timedelta(days=promise_days(self.clocks, self.contract))

    @property
    def clock_rules(self) -> ClockRules:
        """What decides how the day's clocks run."""
        zone = self.operations.zone_info
        return ClockRules(self.clocks, self.contract, zone, self.window, self.replaced)

    @property
    def rules(self) -> object:
        """Everything in configuration that the result depends on, fit for a fingerprint."""
        contract = self.contract.model_dump(mode="json", include=set(MEASURED_OF_CONTRACT))
        operations = self.operations.model_dump(mode="json", include=set(MEASURED_OF_OPERATIONS))
        replaced = [
            each.model_dump(mode="json", include=_OF_A_REPLACED_CONTRACT) for each in self.replaced
        ]
        rules = [*self.clocks, *self.excusals]
        return [contract, *replaced, operations, [each.model_dump(mode="json") for each in rules]]


def run_measures(
    engine: Engine,
    what: VendorDay,
    case_events: Sequence[str],
    recon_outcomes: Sequence[str],
    earlier_promises: pa.Table = NOTHING_TOLD,
    *,
    shifts: Sequence[str] = (),
) -> None:
    """Stage every model; the results are left under their names.

    Args:
        engine: where they run.
        what: the vendor-day and its rules.
        case_events: addresses of the vendor's events, as Parquet.
        recon_outcomes: addresses of the reconciliation's outcomes, as Parquet.
        earlier_promises: as for `load_cases`.
        shifts: addresses of the vendor's shifts, as Parquet; none for most vendors.

    Raises:
        ConfigurationError: a site's calendar never opens long enough for a clock's target.
    """
    engine.scan("recon_outcome", recon_outcomes, RECON_OUTCOME)
    engine.scan("shift", shifts, SHIFT)
    load_cases(engine, what, case_events, earlier_promises)
    run_models(engine, read_models(_HERE / "case", *DAY_MODELS))
    run_clocks(engine, what.clock_rules)
    settle_clocks(engine, what.excusals)
    run_models(engine, read_models(_HERE / "sla", *SETTLED_MODELS, *TOLD_MODELS))
    _load_rules(engine, what)
    run_models(engine, read_models(_HERE / "kpi", *KPI_MODELS))


def load_cases(
    engine: Engine,
    what: VendorDay,
    case_events: Sequence[str],
    earlier_promises: pa.Table = NOTHING_TOLD,
) -> None:
    """Stage each case from the events that tell of it, as known at the end of the window.

    Args:
        engine: where the models run.
        what: the vendor-day; its window may end in the middle of the day.
        case_events: addresses of the vendor's events, as Parquet.
        earlier_promises: due instants that files of earlier days told, see `told_promises`.
    """
    engine.load("run", _run(what))
    if what.is_state_log:
        engine.scan("case_event_history", case_events, CASE_EVENT)
        run_models(engine, read_models(_HERE / "case", *STATE_LOG_MODELS))
    else:
        engine.scan("case_event", case_events, CASE_EVENT)
        engine.define("told", "select * from case_event")
    engine.load("earlier_promise", earlier_promises)
    engine.define("told_promise", _TOLD_PROMISE)
    run_models(engine, read_models(_HERE / "case", *CASE_MODELS))


def _run(what: VendorDay) -> pa.Table:
    return pa.table(
        {
            "operational_day": pa.array([what.day], pa.date32()),
            "vendor": [what.contract.vendor],
            "window_start": [what.window.start],
            "window_end": [what.window.end],
        }
    )


def _load_rules(engine: Engine, what: VendorDay) -> None:
    """Load what configuration says about the facts of the day."""
    engine.load("measurable", pa.table({"metric": measurable(what.contract)}))
    engine.load("exposed_queue", _exposed_queues(what.operations))
    engine.load("book_event_type", _book_event_types(what.contract))
    engine.load("bucket", pa.concat_tables(map(_buckets, _SCALES)))
    engine.load("day_hour", _hours(what.window))
    load_site_hours(engine, what)


def _exposed_queues(operations: Operations) -> pa.Table:
    metrics = {name: EXPOSURE[queue.severity_tier] for name, queue in operations.queues.items()}
    names = sorted(metrics)
    return pa.table(
        {
            "queue": pa.array(names, pa.string()),
            "metric": pa.array((metrics[name] for name in names), pa.string()),
        }
    )


def _book_event_types(contract: VendorContract) -> pa.Table:
    names = sorted(event_type.value for event_type in contract.book.event_types)
    return pa.table({"event_type": pa.array(names, pa.string())})


def _hours(window: Window) -> pa.Table:
    """Return the hours of UTC that a window touches; the last one ends with it."""
    starts = range(window.start - window.start % 3600, window.end, 3600)
    return pa.table(
        {
            "hour_at": pa.array(starts, pa.int64()),
            "until_at": pa.array((min(at + 3600, window.end) for at in starts), pa.int64()),
        }
    )


def _buckets(scale: str) -> pa.Table:
    upper = _SCALES[scale]
    lower = (-(2**62), *upper[:-1])
    return pa.table({"scale": [scale] * len(upper), "lower_seconds": lower, "upper_seconds": upper})
