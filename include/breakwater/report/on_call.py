"""Who is on call on the day on which a digest is read, as the rotas were worked out last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg.rows import class_row

from breakwater.contracts.on_call import OnCallFile
from breakwater.core.days import Window, utc_instant
from breakwater.core.plain import one_line
from breakwater.warehouse.database import Connection

_AROUND = timedelta(days=1)
"""Readers' mornings begin up to a day earlier or later than the operation's."""
_MOST_TURNS = 6


@dataclass(frozen=True, slots=True)
class Duty:
    """One team's turn."""

    rota: str
    team: str
    begins_at: datetime
    ends_at: datetime


def read_duties(connection: Connection, day: date, zone: ZoneInfo) -> tuple[Duty, ...]:
    """Read the turns around the day after an operational day; none where nobody worked them out."""
    window = Window.for_operational_day(day + timedelta(days=1), zone)
    with connection.cursor(row_factory=class_row(Duty)) as cursor:
        return tuple(
            cursor.execute(
                "select rota, team, begins_at, ends_at from notify.on_call_turn"
                " where begins_at < %s and ends_at > %s order by rota, begins_at, team",
                [utc_instant(window.end) + _AROUND, utc_instant(window.start) - _AROUND],
            )
        )


def on_call_lines(
    duties: Sequence[Duty], file: OnCallFile, day: date, zone: ZoneInfo
) -> Iterator[str]:
    """Say for each rota who is on call in which hours of the day after, in the reader's zone."""
    morrow = day + timedelta(days=1)
    window = Window.for_operational_day(morrow, zone)
    begins, ends = utc_instant(window.start), utc_instant(window.end)
    for rota in file.rotas:
        turns = [
            f"{_team(file, duty.team)} {_hour(max(duty.begins_at, begins), begins, zone)}–"
            f"{_hour(min(duty.ends_at, ends), begins, zone)}"
            for duty in duties
            if duty.rota == rota.rota and duty.begins_at < ends and duty.ends_at > begins
        ]
        if turns:
            more = f" and {len(turns) - _MOST_TURNS} more" if len(turns) > _MOST_TURNS else ""
            when = f"{morrow:%a} {morrow.day} {morrow:%b}"
            shown = ", ".join(turns[:_MOST_TURNS])
            yield f"{one_line(rota.title, 60)} on {when}: {shown}{more} ({zone.key})."


def _team(file: OnCallFile, name: str) -> str:
    team = file.team(name)
    return one_line(team.title if team else name, 60)


def _hour(at: datetime, begins: datetime, zone: ZoneInfo) -> str:
    """Write a wall clock; midnight at the end of the day is 24:00."""
    shown = f"{at.astimezone(zone):%H:%M}"
    return "24:00" if shown == "00:00" and at > begins else shown
