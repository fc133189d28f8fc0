"""Turns as the warehouse keeps them: worked out now and then, asked at every decision."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from breakwater.contracts.on_call import OnCallFile, Rota, Team
from breakwater.notify.on_call.roster import Turn
from breakwater.warehouse.database import Connection


@dataclass(frozen=True, slots=True)
class Reading:
    """When a rota was worked out last, and why its calendar could not be read then, if it could not."""

    read_at: datetime
    problem: str | None


def save_turns(
    connection: Connection, rota: str, turns: Iterable[Turn], begins: datetime, now: datetime
) -> None:
    """Let the turns of a rota that end after an instant be these; earlier ones stay as they were."""
    connection.execute(
        "delete from notify.on_call_turn where rota = %s and ends_at > %s", [rota, begins]
    )
    for turn in turns:
        connection.execute(
            "insert into notify.on_call_turn values (%s, %s, %s, %s, %s)"
            " on conflict (rota, begins_at, team) do update set ends_at = excluded.ends_at,"
            " source = excluded.source",
            [rota, turn.begins, turn.ends, turn.team, turn.source],
        )
    _save_reading(connection, rota, now, None)


def save_problem(connection: Connection, rota: str, problem: str, now: datetime) -> None:
    """Write that a calendar could not be read; the turns that were read before stay in force."""
    _save_reading(connection, rota, now, problem)


def readings(connection: Connection) -> dict[str, Reading]:
    """Return when each rota was worked out last."""
    rows = connection.execute("select * from notify.on_call_reading order by rota")
    return {row["rota"]: Reading(row["read_at"], row["problem"]) for row in rows}


def turns_between(
    connection: Connection, rota: str, begins: datetime, ends: datetime
) -> list[Turn]:
    """Read the turns of a rota that touch a stretch of time, in order."""
    rows = connection.execute(
        "select * from notify.on_call_turn where rota = %s and begins_at < %s and ends_at > %s"
        " order by begins_at, ends_at, team",
        [rota, ends, begins],
    )
    return [Turn(row["begins_at"], row["ends_at"], row["team"], row["source"]) for row in rows]


def teams_on_call(
    connection: Connection, file: OnCallFile, now: datetime
) -> dict[str, tuple[Team, ...]]:
    """Return the teams on call at an instant by rota; the fallback where nobody is."""
    rows = connection.execute(
        "select rota, team from notify.on_call_turn where begins_at <= %s and ends_at > %s"
        " order by rota, begins_at, team",
        [now, now],
    ).fetchall()
    return {
        rota.rota: _teams(file, rota, [row["team"] for row in rows if row["rota"] == rota.rota])
        for rota in file.rotas
    }


def _teams(file: OnCallFile, rota: Rota, names: list[str]) -> tuple[Team, ...]:
    """Return teams by name; one that the file knows no longer is passed over."""
    found = [team for team in map(file.team, names) if team is not None]
    if not found and rota.fallback is not None:
        found = [team for team in [file.team(rota.fallback)] if team is not None]
    return tuple(dict.fromkeys(found))


def _save_reading(connection: Connection, rota: str, now: datetime, problem: str | None) -> None:
    connection.execute(
        "insert into notify.on_call_reading values (%s, %s, %s) on conflict (rota)"
        " do update set read_at = excluded.read_at, problem = excluded.problem",
        [rota, now, problem],
    )
