"""How a vendor-day's totals tie out: the backlog queue by queue, and what the vendor counts itself."""

import json
from datetime import date
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from breakwater.cli.arguments import DAY
from breakwater.measure.closing.roll_forward import FLOWS, queue_flows
from breakwater.warehouse.workspace import open_workspace


@click.command("tie-out")
@click.argument("vendor")
@click.argument("day", type=DAY)
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of tables.")
def tie_out(vendor: str, day: date, *, as_json: bool) -> None:
    """Show how the backlog of each queue of VENDOR was carried into DAY, and the vendor's totals.

    Opening + incoming + returned - solved = closing; where it is not, the cases that moved between
    queues, that appeared from nowhere, and that were lost are named. Totals that the vendor states
    itself stand beside those of its export.
    """
    told = _told(vendor, day)
    if as_json:
        click.echo(json.dumps(told, indent=2))
        return
    console = Console()
    if told["queues"]:
        console.print(_queues(told["queues"]))
    else:
        click.echo("The day or the day before is not measured: nothing is carried forward.")
    if told["totals"]:
        console.print(_totals(told["totals"]))
    else:
        click.echo("The vendor states no totals of its own.")


def _told(vendor: str, day: date) -> dict[str, Any]:
    from breakwater.measure.closing.carried import Carried, carried_cases
    from breakwater.measure.closing.vendor_totals import stated_totals

    workspace = open_workspace()
    workspace.configuration.vendor(vendor, day)
    with workspace.warehouse.transaction() as connection:
        flows = queue_flows(connection, day, [vendor])
        uneven = any(flow.difference for flow in flows)
        carried = carried_cases(workspace, connection, vendor, day) if uneven else {}
        totals = stated_totals(connection, day, [vendor])
    queues = {
        flow.queue: {name: getattr(flow, name) for name in FLOWS}
        | _explained(carried.get(flow.queue, Carried()), flow.difference)
        for flow in flows
    }
    return {
        "vendor": vendor,
        "day": day.isoformat(),
        "queues": queues,
        "totals": {
            each.name: {
                "stated": each.stated,
                "measured": each.measured,
                "difference": each.difference,
            }
            for each in totals
        },
    }


def _explained(carried: Any, difference: int) -> dict[str, Any]:  # noqa: ANN401  measured lazily
    return {
        "moved_in": dict(sorted(carried.moved_in.items())),
        "moved_out": dict(sorted(carried.moved_out.items())),
        "appeared": carried.appeared,
        "lost": carried.lost,
        # Not nothing when a day was measured from other rows than those that are landed now.
        "unexplained": difference - carried.difference,
    }


def _queues(queues: dict[str, dict[str, Any]]) -> Table:
    table = Table(title="Backlog carried forward, in cases")
    table.add_column("queue")
    for name in (*FLOWS, "moved in", "moved out", "appeared", "lost", "unexplained"):
        table.add_column(name, justify="right")
    for queue, row in queues.items():
        table.add_row(
            queue,
            *(f"{row[name]:,}" for name in FLOWS),
            *(_moves(row[name]) for name in ("moved_in", "moved_out")),
            *(f"{row[name]:,}" for name in ("appeared", "lost", "unexplained")),
        )
    return table


def _moves(moves: dict[str, int]) -> str:
    return ", ".join(f"{queue} {cases:,}" for queue, cases in moves.items()) or "0"


def _totals(totals: dict[str, dict[str, int]]) -> Table:
    table = Table(title="Totals of the day, in cases")
    table.add_column("total")
    for name in ("stated by the vendor", "of its export", "difference"):
        table.add_column(name, justify="right")
    for name, row in totals.items():
        table.add_row(name, *(f"{row[key]:,}" for key in ("stated", "measured", "difference")))
    return table
