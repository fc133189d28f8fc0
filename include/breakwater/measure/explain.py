"""Look up one case of a measured vendor-day and explain each of its clocks."""

from datetime import date
from itertools import pairwise
from typing import Any

from breakwater.contracts.clocks import Clock
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.tables import CASE_EVENT, CLOCK_RUN
from breakwater.core.days import operational_day_of
from breakwater.core.errors import NotLandedError
from breakwater.measure.measure import vendor_day
from breakwater.measure.sla.clocks import Slice
from breakwater.measure.sla.explain import Explanation, explain_run
from breakwater.warehouse.lake import Written, current_versions_between
from breakwater.warehouse.lake_rows import rows_where
from breakwater.warehouse.workspace import Workspace

_ORDER = ("clock", "started_at")
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
    events = states_as_events(known) if what.is_state_log else _as_told(known)
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
    zone = what.operations.zone_info
    return [
        explain_run(
            run,
            entry_of(workspace.configuration, run),
            what.contract.calendar_on(_place(run), operational_day_of(run["started_at"], zone)),
            events,
            window_end=what.window.end,
        )
        for run in found
    ]


def _place(run: dict[str, Any]) -> dict[str, str | None]:
    return {name: run[name] for name in Slice._fields}


def entry_of(configuration: Configuration, run: dict[str, Any]) -> Clock:
    """Return the entry of a clock that was in force when a case triggered it."""
    triggered = operational_day_of(run["started_at"], configuration.operations.zone_info)
    return next(
        clock
        for clock in configuration.clocks
        if clock.clock == run["clock"] and clock.in_force_on(triggered)
    )


def states_as_events(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """Read a log of states as `case/told.sql` does, as far as pauses are concerned."""
    ordered = sorted(rows, key=lambda row: [row[name] for name in _ORDER_OF_STATES])
    events = _as_told(ordered)
    left = [
        ("resumed", at)
        for (before, _), (now, at) in pairwise(events)
        if before == "paused" and now != "paused"
    ]
    return [*events, *left]


def _as_told(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(row["event_type"], row["event_at"]) for row in rows]


def _rows_of(
    workspace: Workspace, versions: list[Written], case_id_vendor: str
) -> list[dict[str, Any]]:
    """Read the rows of one case from files of the lake."""
    paths = [version.path for version in versions]
    return rows_where(workspace.lake, paths, "case_id_vendor", [case_id_vendor])
