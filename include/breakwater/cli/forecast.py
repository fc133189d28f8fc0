"""The command that looks ahead: which open cases will miss their promise, and by when."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from breakwater.cli.arguments import DAY, now
from breakwater.core.plain import one_line
from breakwater.warehouse.workspace import open_workspace

_LONGEST_ID = 60


class InstantType(click.ParamType[datetime]):
    """An instant with its offset, or one in the operation's zone."""

    name = "instant"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read the instant, or say how it is written."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"an instant is written 2026-11-03T14:00; found {value!r}", param, ctx)


@click.command()
@click.argument("vendor")
@click.argument("day", type=DAY)
@click.option(
    "--at", type=InstantType(), help="As of this instant, in the operation's zone; DAY's end."
)
@click.option("--all", "every", is_flag=True, help="Also those that will be in time.")
@click.option("--json", "as_json", is_flag=True, help="A summary of it, as one JSON object.")
def forecast(vendor: str, day: date, at: datetime | None, every: bool, as_json: bool) -> None:
    """Say which open cases of VENDOR will miss their promise at the present pace, and by when."""
    from breakwater.measure.forecast.forecast_day import forecast_day

    workspace = open_workspace()
    workspace.configuration.vendor(vendor)
    zone = workspace.configuration.operations.zone_info
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    result = forecast_day(workspace, vendor, day, now(), at)
    if as_json:
        click.echo(json.dumps(result.to_dict(), ensure_ascii=False, default=str))
        return
    rows = workspace.warehouse.rows(
        "select * from measure.breach_forecast where vendor = %s and operational_day = %s"
        " and as_of = %s::timestamptz order by due_at, clock, case_id_vendor",
        [vendor, day, result.summary["as_of"]],
    )
    for row in rows:
        if every or row["will_breach"]:
            click.echo("\n".join(_lines(row, zone)))
    click.echo(
        f"{vendor} as of {datetime.fromisoformat(result.summary['as_of']).astimezone(zone):%Y-%m-%d %H:%M}:"
        f" {result.summary['will_breach']} of {len(rows)} open clocks will be missed"
    )


def _lines(row: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    """Tell of one clock: ids and numbers alone."""
    case = one_line(row["case_id_vendor"], _LONGEST_ID)
    share = f"{row['likelihood']:.0%} ({row['likelihood_low']:.0%} to {row['likelihood_high']:.0%})"
    yield (
        f"{case}  {row['clock']}  {row['site']}/{row['queue']}"
        f"  due {row['due_at'].astimezone(zone):%m-%d %H:%M}  missed with {share}"
    )
    pace = f"{row['pace_per_hour']:.1f} an hour ({row['pace_low']:.1f} to {row['pace_high']:.1f})"
    if row["cases_ahead"] is None:
        yield f"    {row['standing'].replace('_', ' ')}; {row['alike_count']} cases stood alike"
        return
    turn = row["expected_at"]
    comes = "not within reach" if turn is None else f"{turn.astimezone(zone):%m-%d %H:%M}"
    yield (
        f"    {row['cases_ahead']} cases ahead, {pace}: its turn {comes};"
        f" {row['alike_count']} cases stood alike"
    )
