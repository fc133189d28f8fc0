"""Turns on call, and what can be said of them: who, until when, gaps, overlaps."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from breakwater.contracts.on_call import Override

Source = Literal["shifts", "calendar", "override"]


@dataclass(frozen=True, slots=True, order=True)
class Turn:
    """A stretch in which a team is on call, ``begins <= x < ends``; instants carry a zone."""

    begins: datetime
    ends: datetime
    team: str
    source: Source = "shifts"


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A stretch of time, and the teams that are on call in it."""

    begins: datetime
    ends: datetime
    teams: tuple[str, ...] = ()


def joined(turns: Iterable[Turn]) -> list[Turn]:
    """Return turns in order, those of one team that meet or overlap as one."""
    found: list[Turn] = []
    last: dict[tuple[str, Source], int] = {}
    for turn in sorted(turns):
        at = last.get((turn.team, turn.source))
        if at is not None and turn.begins <= found[at].ends:
            found[at] = replace(found[at], ends=max(found[at].ends, turn.ends))
        else:
            last[turn.team, turn.source] = len(found)
            found.append(turn)
    return found


def with_overrides(turns: Iterable[Turn], overrides: Sequence[Override]) -> list[Turn]:
    """Let overrides count in their stretch, and the turns around them as before."""
    left = list(turns)
    for override in overrides:
        left = [part for turn in left for part in _without(turn, override.begins, override.ends)]
    said = [Turn(each.begins, each.ends, each.team, "override") for each in overrides]
    return joined([*left, *said])


def on_call_at(turns: Iterable[Turn], at: datetime) -> list[Turn]:
    """List the turns that an instant lies in; several while one team hands over to another."""
    return [turn for turn in turns if turn.begins <= at < turn.ends]


def gaps(turns: Iterable[Turn], begins: datetime, ends: datetime) -> list[Stretch]:
    """List the stretches between two instants in which nobody is on call."""
    found, covered = [], begins
    for turn in sorted(turns):
        if turn.begins >= ends:
            break
        if turn.begins > covered:
            found.append(Stretch(covered, turn.begins))
        covered = max(covered, turn.ends)
    if covered < ends:
        found.append(Stretch(covered, ends))
    return found


def overlaps(turns: Iterable[Turn], longer_than: timedelta) -> list[Stretch]:
    """List the stretches in which several teams are on call for longer than a hand-over takes."""
    return [
        stretch
        for stretch in stretches(turns)
        if len(stretch.teams) > 1 and stretch.ends - stretch.begins > longer_than
    ]


def stretches(turns: Iterable[Turn]) -> Iterator[Stretch]:
    """Cut turns at every hand-over: each stretch has the same teams from its begin to its end."""
    ordered = sorted(turns)
    edges = sorted({edge for turn in ordered for edge in (turn.begins, turn.ends)})
    running: list[Turn] = []
    coming = 0
    for begins, ends in pairwise(edges):
        while coming < len(ordered) and ordered[coming].begins <= begins:
            running.append(ordered[coming])
            coming += 1
        running = [turn for turn in running if turn.ends > begins]
        if running:
            yield Stretch(begins, ends, tuple(dict.fromkeys(turn.team for turn in running)))


def _without(turn: Turn, begins: datetime, ends: datetime) -> Iterator[Turn]:
    if turn.ends <= begins or turn.begins >= ends:
        yield turn
        return
    if turn.begins < begins:
        yield replace(turn, ends=begins)
    if turn.ends > ends:
        yield replace(turn, begins=ends)
