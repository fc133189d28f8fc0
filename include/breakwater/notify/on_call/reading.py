"""Working rotas out: from configuration, and from calendars where they lie."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import fsspec

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.on_call import CalendarSource, OnCallFile, Rota
from breakwater.notify.on_call.ical import LARGEST_BYTES, LONGEST_TURN, CalendarError, read_calendar
from breakwater.notify.on_call.roster import Turn, joined, with_overrides
from breakwater.notify.on_call.shifts import turns_of_shifts
from breakwater.notify.on_call.turns import readings, save_problem, save_turns, turns_between
from breakwater.notify.outside.ask import ask
from breakwater.notify.outside.target import Allowed, OutsideError
from breakwater.warehouse.database import Connection, hold

AHEAD = timedelta(days=21)
"""So far ahead turns are kept: the digest names the next ones, and a calendar may be out of reach."""
BEHIND = timedelta(days=2)
READ_AGAIN = timedelta(hours=1)
"""How old what an object or an address said may be before it is asked again."""

Fetch = Callable[[CalendarSource], bytes]


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """The turns of a rota between two instants, and in sentences what of its calendar is none."""

    turns: tuple[Turn, ...]
    left_out: tuple[str, ...] = ()


def work_out(
    rota: Rota, file: OnCallFile, begins: datetime, ends: datetime, fetch: Fetch
) -> WorkedOut:
    """Say who is on call by a rota, overrides included.

    Raises:
        CalendarError: its calendar cannot be read as a rota.
        OutsideError: the address of its calendar could not be asked.
    """
    left_out: list[str] = []
    if rota.calendar is None:
        turns = turns_of_shifts(rota, begins, ends)
    else:
        content = fetch(rota.calendar)
        said = read_calendar(content, _titles(file), ZoneInfo(rota.zone), begins, ends)
        turns = list(said.turns)
        if said.unknown:
            left_out.append(f"{said.unknown} events of its calendar are named by no team")
        if said.unfit:
            limit = f"longer than {LONGEST_TURN.days} days, or not at all"
            left_out.append(f"{said.unfit} events of its calendar last {limit}")
    overrides = [each for each in rota.overrides if each.begins < ends and each.ends > begins]
    return WorkedOut(tuple(with_overrides(joined(turns), overrides)), tuple(left_out))


def refresh_on_call(
    connection: Connection, configuration: Configuration, now: datetime
) -> dict[str, str]:
    """Keep the turns around an instant; return why a rota could not be worked out, by its name.

    Where a calendar cannot be read, the turns that were read before stay in force.
    """
    file = configuration.on_call
    if not file.rotas:
        return {}
    hold(connection, "on_call")
    read, problems = readings(connection), {}
    fetch = fetcher(configuration)
    for rota in file.rotas:
        last = read.get(rota.rota)
        is_near = rota.calendar is None or rota.calendar.file is not None
        if not is_near and last is not None and now - last.read_at < READ_AGAIN:
            if last.problem:
                problems[rota.rota] = last.problem
            continue
        try:
            turns = work_out(rota, file, now - BEHIND, now + AHEAD, fetch).turns
        except (CalendarError, OutsideError) as error:
            problems[rota.rota] = str(error)
            save_problem(connection, rota.rota, str(error), now)
            continue
        known = turns_between(connection, rota.rota, now - BEHIND, now + AHEAD)
        if last is None or last.problem or list(turns) != known:
            save_turns(connection, rota.rota, turns, now - BEHIND, now)
    return problems


def fetcher(configuration: Configuration) -> Fetch:
    """Return what reads a calendar: a file of the configuration, an object, or an address."""
    allowed = Allowed.of(configuration.operations.outside)

    def fetch(source: CalendarSource) -> bytes:
        if source.file is not None:
            return _file(configuration.folder, source.file)
        if source.object is not None:
            return _object(source.object)
        answer = ask("GET", source.url or "", allowed, headers={"Accept": "text/calendar"})
        if answer.status != 200:  # noqa: PLR2004  HTTP's own number
            message = f"on-call calendar: expected an answer 200; found {answer.status}"
            raise CalendarError(message)
        return answer.body

    return fetch


def _file(folder: Path, name: str) -> bytes:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        message = f"on-call calendar: expected a file below the configuration; found {name!r}"
        raise CalendarError(message)
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        message = f"on-call calendar: expected a readable file {name}; found {error.strerror}"
        raise CalendarError(message) from error


def _object(uri: str) -> bytes:
    try:
        with fsspec.open(uri, "rb") as file:
            content: bytes = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError, ImportError) as error:
        kind = type(error).__name__  # its text may hold a signed address
        message = f"on-call calendar: expected a readable object; found {kind}"
        raise CalendarError(message) from error
    return content


def _titles(file: OnCallFile) -> Mapping[str, str]:
    """Return what an event may be titled: a team's title or its name."""
    return {team.title: team.team for team in file.teams} | {t.team: t.team for t in file.teams}
