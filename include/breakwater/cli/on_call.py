"""Who is on call, now or at any instant, and where a rota has holes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from breakwater.cli.arguments import now
from breakwater.cli.terminal import escaped, table_lines
from breakwater.contracts.on_call import OnCallFile, Rota
from breakwater.core.errors import BreakwaterError
from breakwater.notify.on_call.reading import Fetch, fetcher, work_out
from breakwater.notify.on_call.roster import gaps, on_call_at, overlaps
from breakwater.notify.standing import spelled
from breakwater.warehouse.workspace import open_workspace

_HEADER = ["rota", "on call", "team", "since", "until", "by"]
_LATER = timedelta(days=14)


@click.command("on-call")
@click.argument("at", required=False, type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]))
@click.option("--days", type=click.IntRange(1, 92), default=7, help="List hand-overs so far ahead.")
def on_call(at: datetime | None, days: int) -> None:
    """Say who is on call now, or at an instant AT in the zone of each rota.

    Then the hand-overs of the days after, and the hours in which nobody or several are on call.
    Calendars are asked as they are now.
    """
    configuration = open_workspace().configuration
    file = configuration.on_call
    if not file.rotas:
        click.echo("no rota in on_call.yaml")
        return
    fetch = fetcher(configuration)
    for rota in file.rotas:
        zone = ZoneInfo(rota.zone)
        instant = now() if at is None else at.replace(tzinfo=zone).astimezone(UTC)
        try:
            lines = _rota_lines(rota, file, instant, timedelta(days=days), fetch)
        except BreakwaterError as error:
            lines = [f"{rota.rota}: {error}"]
        click.echo("\n".join(lines))


def _rota_lines(
    rota: Rota, file: OnCallFile, instant: datetime, ahead: timedelta, fetch: Fetch
) -> list[str]:
    zone = ZoneInfo(rota.zone)
    begins, ends = instant - timedelta(days=2), instant + ahead
    said = work_out(rota, file, begins, ends + _LATER, fetch)
    current = on_call_at(said.turns, instant)
    coming = [turn for turn in said.turns if instant < turn.begins < ends]
    rows = [_HEADER]
    for turn, when in [*((t, "now") for t in current), *((t, "then") for t in coming)]:
        team = file.team(turn.team)
        title = escaped(team.title) if team else turn.team
        since, until = (f"{x.astimezone(zone):%a %Y-%m-%d %H:%M}" for x in (turn.begins, turn.ends))
        rows.append([rota.rota, when, title, since, until, turn.source])
    lines = [f"{escaped(rota.title)} ({rota.zone})", *table_lines(rows)]
    if not current:
        fallback = file.team(rota.fallback) if rota.fallback else None
        lines.append(f"nobody is on call; told is {fallback.title if fallback else 'nobody'}")
    lines += [f"gap {spelled(gap, zone)}" for gap in gaps(said.turns, instant, ends)]
    hand_over = timedelta(minutes=rota.hand_over_minutes)
    lines += [
        f"overlap {spelled(each, zone)}"
        for each in overlaps(said.turns, hand_over)
        if each.begins < ends and each.ends > instant
    ]
    return [*lines, *said.left_out]
