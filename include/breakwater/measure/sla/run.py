"""Run every clock over the cases that an engine holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from breakwater.contracts.clocks import Clock
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window, operational_day_of
from breakwater.engine.base import Engine, run_models
from breakwater.engine.models import read_models
from breakwater.measure.sla.calendars import ALWAYS, Stretch, calendar_tables
from breakwater.measure.sla.clocks import ClockTables, Slice, clock_tables
from breakwater.measure.sla.dated import dated_table
from breakwater.measure.sla.promises import promise_day_table
from breakwater.measure.sla.vendor_calendars import VendorCalendars

_HERE = Path(__file__).parent

EVENT_MODELS = ("clock_place", "narrow_signal", "clock_halt", "clock_promise")
STEP_MODELS = (
    "clock_trigger",
    "clock_cycle",
    "clock_start",
    "clock_span",
    "clock_pause",
    "clock_due",
    "clock_judged",
)
"""From the start of a clock to how it stands: once for clocks that events start, and once more for
each step of a chain."""
RUN_MODELS = ("clock_run",)
SLA_MODELS = (*EVENT_MODELS, *STEP_MODELS, *RUN_MODELS)

_OF_A_STEP = re.compile(rf"\b({'|'.join((*STEP_MODELS, 'clock_before', 'clock_follow_rule'))})\b")


@dataclass(frozen=True, slots=True)
class ClockRules:
    """What decides how clocks run, besides what happened.

    Attributes:
        clocks: all that are configured.
        contract: the vendor's, which knows calendars and what the vendor reports at all.
        zone: of the operational day; effective dates are days in it.
        window: from whose start on clocks count as due, and up to whose end events are known.
        replaced: contracts that were in force before; a clock that was triggered under one of them
            keeps its calendar.
    """

    clocks: tuple[Clock, ...]
    contract: VendorContract
    zone: ZoneInfo
    window: Window
    replaced: tuple[VendorContract, ...] = ()

    @property
    def calendars(self) -> VendorCalendars:
        """The vendor's calendars over time."""
        return VendorCalendars(self.contract, self.replaced)


def run_clocks(engine: Engine, rules: ClockRules) -> None:
    """Stage every model of the clocks; the results are left under their names.

    The one way in which clocks run, whoever asks: a day's measuring, an instant in the middle of
    a day (a window that ends there), cases made up to check a calendar.

    Args:
        engine: holds ``run``, ``told``, ``told_promise`` and the case models ``event``,
            ``case_slice`` and ``slice``, see `breakwater.measure.models.load_cases`.
        rules: what decides.

    Raises:
        ConfigurationError: a site's calendar never opens long enough for a clock's target.
    """
    found = engine.fetch("slice").to_pylist()
    slices = sorted(Slice(*(row[name] for name in Slice._fields)) for row in found)
    first_at = min((row["first_at"] for row in found), default=rules.window.start)
    tables = clock_tables(rules.clocks, rules.calendars, slices, rules.zone, first_at)
    for name in tables.names:
        engine.load(name, tables.table(name))
    _load_calendars(engine, rules, tables, first_at)
    last = operational_day_of(rules.window.end - 1, rules.zone)
    engine.load("promise_day", promise_day_table(rules.clocks, last, rules.zone))
    run_models(engine, read_models(_HERE, *EVENT_MODELS[:2]))
    for name, select in read_models(_HERE, "signal"):
        engine.define(name, select)
    run_models(engine, read_models(_HERE, *EVENT_MODELS[2:], *STEP_MODELS))
    follow_rules = tables.table("clock_follow_rule")
    steps = sorted(set(follow_rules.column("step").to_pylist()))
    for step in steps:
        _run_step(engine, step, follow_rules)
    judged = ["clock_judged", *(f"clock_judged_{step}" for step in steps)]
    engine.define("clock_all", _union(judged))
    run_models(engine, read_models(_HERE, *RUN_MODELS))


def _run_step(engine: Engine, step: int, follow_rules: pa.Table) -> None:
    """Run the clocks that follow others: the same models, under names of their own."""
    before = ["clock_judged", *(f"clock_judged_{each}" for each in range(2, step))]
    engine.define(f"clock_before_{step}", _union(before))
    own = [each == step for each in follow_rules.column("step").to_pylist()]
    engine.load(f"clock_follow_rule_{step}", follow_rules.filter(pa.array(own, pa.bool_())))
    (_, follow), *_ = read_models(_HERE, "clock_follow")
    models = [("clock_trigger", follow), *read_models(_HERE, *STEP_MODELS[1:])]
    run_models(
        engine,
        [(f"{name}_{step}", _OF_A_STEP.sub(rf"\1_{step}", select)) for name, select in models],
    )


def _union(names: Sequence[str]) -> str:
    """Compose a SELECT of all rows of models of ours."""
    return " union all ".join(f"select * from {name}" for name in names)  # noqa: S608  names of models


def _load_calendars(engine: Engine, rules: ClockRules, tables: ClockTables, first_at: int) -> None:
    """Load business time for the calendars that targets count on, as far as they reach."""
    calendars = rules.calendars.by_id(tables.calendar_ids)
    dated = dated_table(
        [
            (each, calendars.get(each.calendar_id))
            for each in sorted(tables.dated, key=lambda dated: dated.name)
        ],
        first_at,
        rules.window.end,
        rules.zone,
    )
    engine.load("clock_dated", dated)
    lengths = [length for name, length in tables.fixed.items() if name != ALWAYS]
    dues = dated.column("due_s").to_pylist()
    last = max((rules.window.end, *dues))
    # Of days no more seconds are worked than they have.
    spans = zip(dated.column("seg_start").to_pylist(), dues, strict=True)
    ahead = max((*lengths, *(due - start for start, due in spans)), default=0)
    laid_out = calendar_tables(calendars, Stretch(first_at, last, ahead))
    engine.load("calendar", laid_out.calendar)
    engine.load("business_hour", laid_out.business_hour)
