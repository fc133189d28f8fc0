"""Look up one case of a measured vendor-day and explain each of its clocks."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.clocks import Clock
from breakwater.contracts.tables import CASE_EVENT, CLOCK_RUN
from breakwater.core.days import operational_day_of
from breakwater.core.errors import NotLandedError
from breakwater.core.vocabulary import MESSAGES
from breakwater.measure.measure import vendor_day
from breakwater.measure.models import VendorDay
from breakwater.measure.sla.clocks import Slice, target_at
from breakwater.measure.sla.explain import Explanation, explain_run
from breakwater.warehouse.lake import Written, current_versions_between
from breakwater.warehouse.lake_rows import rows_where
from breakwater.warehouse.workspace import Workspace

_ORDER = ("clock", "started_at", "cycle")
_DONE = {"decided", "closed"}
_FOR_A_REASON = {"paused", "escalated"}
_ORDER_OF_STATES = ("event_at", "operational_day", "source_row", "event_id")


def explain_case(
    workspace: Workspace, vendor: str, day: date, case_id_vendor: str
) -> list[Explanation]:
    """Explain every clock of a case as it stood at the end of an operational day.

    Args:
        workspace: the installation.
        vendor: whose case.
        day: as of whose end.
        case_id_vendor: the vendor's id of the case.

    Raises:
        NotLandedError: the vendor-day is not measured, or its export does not know the case.
    """
    what = vendor_day(workspace, vendor, day)
    with workspace.warehouse.transaction() as connection:
        runs = current_versions_between(connection, CLOCK_RUN.name, day, day, vendor)
        told = current_versions_between(connection, CASE_EVENT.name, what.first_day, day, vendor)
    rows = _rows_of(workspace, told, case_id_vendor)
    known = [row for row in rows if row["event_at"] < what.window.end]
    events = states_as_events(known) if what.is_state_log else known
    if not runs or not events:
        raise NotLandedError(
            vendor,
            day,
            "there is no clock to explain",
            expected="a measured day whose export has the case",
            found="no such case" if runs else "a day that is not measured",
        )
    found = sorted(
        _rows_of(workspace, runs, case_id_vendor), key=lambda run: [run[name] for name in _ORDER]
    )
    return [_explained(what, run, events) for run in found]


def _explained(what: VendorDay, run: dict[str, Any], events: list[dict[str, Any]]) -> Explanation:
    """Explain a run; of a clock that was taken away since, only what was measured is known."""
    clock = entry_of(what.clocks, run, what.operations.zone_info)
    if clock is None:
        return Explanation(run, "A clock that is no longer configured", ())
    calendar = calendar_of(what, clock, run)
    return explain_run(run, clock, calendar, events, window_end=what.window.end)


def calendar_of(what: VendorDay, clock: Clock, run: dict[str, Any]) -> Calendar | None:
    """Return the calendar that a run of a clock counts on; None where every second counts."""
    triggered = operational_day_of(run["triggered_at"], what.operations.zone_info)
    place = Slice(*(run[name] or "none" for name in Slice._fields))
    target = target_at(clock, what.contract.vendor, place, triggered)
    if ((target and target.calendar) or clock.calendar) == "24x7":
        return None
    return what.clock_rules.calendars.on(place._asdict(), triggered)


def entry_of(clocks: Iterable[Clock], run: dict[str, Any], zone: ZoneInfo) -> Clock | None:
    """Return the entry of a clock that was in force when a case triggered it; None if it is gone."""
    triggered = operational_day_of(run["triggered_at"], zone)
    entries = (clock for clock in clocks if clock.clock == run["clock"])
    return next((clock for clock in entries if clock.in_force_on(triggered)), None)


def states_as_events(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Read a log of states as `case/told.sql` does."""
    ordered = sorted(rows, key=lambda row: [row[name] for name in _ORDER_OF_STATES])
    states = [row for row in ordered if row["event_type"] not in MESSAGES]
    entered = [
        now
        for before, now in pairwise([None, *states])
        if now and (before is None or _is_another(before, now))
    ]
    messages = [row for row in ordered if row["event_type"] in MESSAGES]
    return [*entered, *messages, *_left_behind(states)]


def _is_another(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Tell whether a state is not the one before it, or goes on for another reason."""
    if before["event_type"] != now["event_type"]:
        return True
    return now["event_type"] in _FOR_A_REASON and (before["reason"] or "") != (now["reason"] or "")


def _left_behind(states: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Tell what leaving a state means: a pause is over, a decision is taken up again."""
    nothing = dict.fromkeys(("reason", "decision", "actor_type"))
    for before, now in pairwise(states):
        left, entered = before["event_type"], now["event_type"]
        if left == "paused" and entered != "paused":
            yield now | nothing | {"event_type": "resumed"}
        if left in _DONE and entered not in _DONE:
            at = max(now["event_at"], before["event_at"] + 1)
            yield now | nothing | {"event_type": "reopened", "event_at": at}


def _rows_of(
    workspace: Workspace, versions: list[Written], case_id_vendor: str
) -> list[dict[str, Any]]:
    """Read the rows of one case from files of the lake."""
    paths = [version.path for version in versions]
    return rows_where(workspace.lake, CASE_EVENT, paths, "case_id_vendor", [case_id_vendor])
