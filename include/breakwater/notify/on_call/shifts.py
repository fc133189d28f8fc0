"""From the shifts of a rota to turns: wall clocks of several zones, weeks that rotate."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from breakwater.contracts.calendar import shift_span
from breakwater.contracts.on_call import DutyShift, Rota
from breakwater.contracts.recipients import EVERY_DAY
from breakwater.core.calendar import instants_of
from breakwater.core.days import days_between, utc_instant
from breakwater.notify.on_call.roster import Turn


def turns_of_shifts(rota: Rota, begins: datetime, ends: datetime) -> list[Turn]:
    """List the turns of a rota's shifts that touch a stretch of time; overrides are not in it."""
    return sorted(
        turn
        for shift in rota.shifts
        for turn in _turns(shift, begins, ends)
        if turn.begins < ends and turn.ends > begins
    )


def _turns(shift: DutyShift, begins: datetime, ends: datetime) -> Iterator[Turn]:
    zone = ZoneInfo(shift.zone)
    # A shift lasts less than two days, so what began three days before is over.
    first = begins.astimezone(zone).date() - timedelta(days=3)
    for day in days_between(first, ends.astimezone(zone).date()):
        if EVERY_DAY[day.weekday()] in shift.days:
            start, end = instants_of(day, shift_span(shift.hours), zone)
            if start < end:  # the night in which summer time begins may leave nothing of it
                yield Turn(utc_instant(start), utc_instant(end), _team(shift, day))


def _team(shift: DutyShift, day: date) -> str:
    """Return whose turn a shift is that begins on a day."""
    if shift.starts_on is None:
        return shift.teams[0]
    turn = (day - shift.starts_on).days // shift.rotate_days
    return shift.teams[turn % len(shift.teams)]
