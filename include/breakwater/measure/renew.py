"""Once a day is measured: its neighbours that it renewed, and the days that read what it said."""

from datetime import date, datetime, timedelta

from breakwater.measure.closing.landed import days_landed_from, why_to_land_again
from breakwater.measure.measure import STAGE, measure_day, read_inputs, vendor_day
from breakwater.measure.sla.promises import promise_days
from breakwater.warehouse.database import hold
from breakwater.warehouse.stage_run import stage_summary
from breakwater.warehouse.stale import mark_stale
from breakwater.warehouse.workspace import Workspace


def measure_neighbours(
    workspace: Workspace, vendor: str, day: date, now: datetime
) -> tuple[date, ...]:
    """Measure the day before and the day after again where their outcomes were renewed.

    A day that borrows an action over midnight changes its neighbour's outcomes, and so its rate of
    breaks. To be called once the day itself is measured, by whoever measured it: other days that
    were closed from what this one said before, or before it said anything, become stale here.

    Returns:
        The days that were measured again.
    """
    neighbours = (day - timedelta(days=1), day + timedelta(days=1))
    renewed = tuple(each for each in neighbours if measure_if_renewed(workspace, vendor, each, now))
    _mark_others(workspace, vendor, day, now)
    return renewed


def _mark_others(workspace: Workspace, vendor: str, day: date, now: datetime) -> None:
    """Mark the closed days that this one contradicts by now."""
    outdated = outdated_days(workspace, vendor, day)
    with workspace.warehouse.transaction() as connection:
        reasons = dict.fromkeys(outdated, f"what is known of {day.isoformat()} changed")
        for other in days_landed_from(connection, vendor, day):
            last = stage_summary(connection, other, vendor, "land")
            landed = {} if last is None else last["summary"]
            why = why_to_land_again(connection, workspace, vendor, other, landed)
            if why is not None:
                reasons[other] = why
        for other, reason in sorted(reasons.items()):
            mark_stale(connection, vendor, [other], reason, now)


def measure_if_renewed(workspace: Workspace, vendor: str, day: date, now: datetime) -> bool:
    """Measure a vendor-day again if its outcomes, and nothing else, changed since it was measured.

    New events mean that the day was landed again: then it is to go through every stage, and stays
    stale until it has.
    """
    with workspace.warehouse.transaction() as connection:
        # A measurement that is under way is waited for: it may have read what is renewed by now.
        hold(connection, STAGE, vendor, day)
        last = stage_summary(connection, day, vendor, STAGE)
        if last is None:
            return False
        inputs = read_inputs(connection, vendor_day(workspace, vendor, day))
    read, events = last["summary"]["read"], len(inputs.case_events)
    if read == inputs.hashes or read[:events] != inputs.hashes[:events]:
        return False
    measure_day(workspace, vendor, day, now)
    return True


def outdated_days(workspace: Workspace, vendor: str, day: date) -> tuple[date, ...]:
    """Find later days that were measured from other events of this day than are there now.

    A log of states is read from days back: what a late record tells of a day moves the backlog of
    the days after it, too.
    """
    outdated = []
    farthest = day + timedelta(days=_longest_history(workspace, vendor))
    with workspace.warehouse.transaction() as connection:
        rows = connection.execute(
            "select operational_day as day from operations.stage_run where vendor = %s and stage = %s"
            " and operational_day > %s and operational_day <= %s order by operational_day",
            [vendor, STAGE, day, farthest],
        ).fetchall()
        for later in (row["day"] for row in rows):
            what = vendor_day(workspace, vendor, later)
            last = stage_summary(connection, later, vendor, STAGE)
            if min(what.first_day, what.first_promise_day) > day or last is None:
                continue
            if last["summary"]["read"] != read_inputs(connection, what).hashes:
                outdated.append(later)
    return tuple(outdated)


def _longest_history(workspace: Workspace, vendor: str) -> int:
    """Return how many days back a day of the vendor may read, under any of its contracts."""
    versions = workspace.configuration.versions(vendor)
    clocks = workspace.configuration.clocks
    return max(
        max(version.shape.history_days, promise_days(clocks, version)) for version in versions
    )
