"""The command that lists what was excused, so that nobody has to take it on trust."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from breakwater.cli.arguments import DAY
from breakwater.core.plain import one_line
from breakwater.warehouse.workspace import open_workspace

if TYPE_CHECKING:
    from breakwater.measure.excusal.listing import Excused

_LONGEST_ID = 60


@click.command()
@click.argument("day", type=DAY)
@click.option("--vendor", "vendors", multiple=True, help="Only this vendor; may be repeated.")
def excusals(day: date, vendors: tuple[str, ...]) -> None:
    """List the clocks that left the attainment of DAY, and what excused them."""
    from breakwater.measure.excusal.listing import excused_on

    workspace = open_workspace()
    for vendor in vendors:
        workspace.configuration.vendor(vendor)
    zone = workspace.configuration.operations.zone_info
    found = excused_on(workspace, day, vendors)
    for each in found:
        click.echo("\n".join(_lines(each, zone)))
    count = sum(len(each.clocks) for each in found)
    click.echo(f"{day.isoformat()}: {count} clocks excused by {len(found)} excusals")


def _lines(each: "Excused", zone: ZoneInfo) -> Iterator[str]:
    entry = each.excusal
    if entry is None:
        yield f"{each.name}: no longer in excusals.yaml; measure the day again"
    else:
        yield f"{each.name}: {entry.title} ({entry.reason})"
        yield (
            f"  {entry.starts_at.astimezone(zone):%Y-%m-%d %H:%M} to"
            f" {entry.ends_at.astimezone(zone):%Y-%m-%d %H:%M};"
            f" approved by {entry.approver} on {entry.approved_on}; {entry.evidence}"
        )
        if entry.volume is not None:
            volume = entry.volume
            yield f"  {volume.incoming:,} cases came in, {volume.band_high:,} had been agreed"
    for row in each.clocks:
        case = one_line(row["case_id_vendor"], _LONGEST_ID)
        due = f"{row['due_at'].astimezone(zone):%Y-%m-%d %H:%M}"
        yield f"  {row['vendor']}  {row['clock']}  {row['queue']}  {case}  due {due}  {row['state']}"
