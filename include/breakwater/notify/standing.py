"""What time makes wrong in configuration that was right when it was written."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.on_call import Rota
from breakwater.core.days import operational_day_of, utc_seconds
from breakwater.notify.on_call.ical import CalendarError
from breakwater.notify.on_call.reading import fetcher, work_out
from breakwater.notify.on_call.roster import Stretch, gaps, overlaps
from breakwater.notify.silence import expired_silences

AHEAD = timedelta(days=92)
_MOST_NAMED = 5


def standing_problems(
    configuration: Configuration, now: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Find silences that have expired, and hours in which nobody or too many are on call.

    Returns:
        What has to be repaired, and what is only worth knowing. Calendars that lie elsewhere are
        not asked.
    """
    today = operational_day_of(utc_seconds(now), configuration.operations.zone_info)
    problems = [
        f"silences.yaml: silences.{name}: expected one in force; found that it expired: delete it"
        for name in expired_silences(configuration.silences, today)
    ]
    warnings: list[str] = []
    for rota in configuration.on_call.rotas:
        if rota.calendar is not None and rota.calendar.file is None:
            continue
        path = f"on_call.yaml: rotas.{rota.rota}"
        try:
            said = work_out(rota, configuration.on_call, now, now + AHEAD, fetcher(configuration))
        except CalendarError as error:
            problems.append(f"{path}: {error}")
            continue
        uncovered = gaps(said.turns, now, now + AHEAD)
        (problems if rota.covers == "always" else warnings).extend(
            f"{path}: nobody is on call {text}" for text in _named(rota, uncovered)
        )
        hand_over = timedelta(minutes=rota.hand_over_minutes)
        warnings += [
            f"{path}: several teams are on call {text}"
            for text in _named(rota, overlaps(said.turns, hand_over))
        ]
        warnings += [f"{path}: {sentence}" for sentence in said.left_out]
    return tuple(problems), tuple(warnings)


def _named(rota: Rota, found: list[Stretch]) -> Iterator[str]:
    """Say when, in the rota's zone; of many, the first and how many more."""
    zone = ZoneInfo(rota.zone)
    for stretch in found[:_MOST_NAMED]:
        yield spelled(stretch, zone)
    if len(found) > _MOST_NAMED:
        yield f"{len(found) - _MOST_NAMED} more times in the next {AHEAD.days} days"


def spelled(stretch: Stretch, zone: ZoneInfo) -> str:
    """Write a stretch of time with its teams, as ``from … to … (zone): apac_desk, emea_desk``."""
    begins, ends = (
        f"{at.astimezone(zone):%a %Y-%m-%d %H:%M}" for at in (stretch.begins, stretch.ends)
    )
    teams = f": {', '.join(stretch.teams)}" if stretch.teams else ""
    return f"from {begins} to {ends} ({zone.key}){teams}"
