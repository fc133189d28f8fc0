"""Run every clock over the cases that an engine holds."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from breakwater.contracts.clocks import Clock
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window
from breakwater.engine.base import Engine, run_models
from breakwater.engine.models import read_models
from breakwater.measure.sla.calendars import ALWAYS, Stretch, calendar_tables, calendars_of
from breakwater.measure.sla.clocks import Slice, clocks_on_slices

_HERE = Path(__file__).parent

SLA_MODELS = (
    "clock_start",
    "clock_span",
    "clock_pause",
    "clock_due",
    "clock_run",
    "attainment",
    "clock_exception",
)


@dataclass(frozen=True, slots=True)
class ClockRules:
    """What decides how clocks run, besides what happened.

    Attributes:
        clocks: all that are configured.
        contract: the vendor's, which knows calendars and what the vendor reports at all.
        zone: of the operational day; effective dates are days in it.
        window: from whose start on clocks count as due, and up to whose end events are known.
    """

    clocks: tuple[Clock, ...]
    contract: VendorContract
    zone: ZoneInfo
    window: Window


def run_clocks(engine: Engine, rules: ClockRules) -> None:
    """Stage every model of the clocks; the results are left under their names.

    The one way in which clocks run, whoever asks: a day's measuring, an instant in the middle of
    a day (a window that ends there), cases made up to check a calendar.

    Args:
        engine: holds ``run``, ``told``, ``case_event`` and the case models ``event``,
            ``case_slice`` and ``slice``, see `breakwater.measure.models.load_cases`.
        rules: what decides.

    Raises:
        ConfigurationError: a site's calendar never opens long enough for a clock's target.
    """
    found = engine.fetch("slice").to_pylist()
    slices = sorted(Slice(*(row[name] for name in Slice._fields)) for row in found)
    clocks = clocks_on_slices(rules.clocks, rules.contract, slices, rules.zone)
    engine.load("clock_on_slice", clocks)
    first_at = min((row["first_at"] for row in found), default=rules.window.start)
    stretch = Stretch(first_at, rules.window.end, _longest_target(clocks))
    tables = calendar_tables(
        calendars_of(rules.contract, clocks.column("calendar_id").to_pylist()), stretch
    )
    engine.load("calendar", tables.calendar)
    engine.load("business_hour", tables.business_hour)
    run_models(engine, read_models(_HERE, *SLA_MODELS))


def _longest_target(clocks: pa.Table) -> int:
    pairs = zip(
        clocks.column("calendar_id").to_pylist(),
        clocks.column("target_seconds").to_pylist(),
        strict=True,
    )
    return max((target for calendar_id, target in pairs if calendar_id != ALWAYS), default=0)
