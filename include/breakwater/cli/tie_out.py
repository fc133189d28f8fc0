"""How a vendor-day's totals tie out: the backlog queue by queue, and what the vendor counts itself."""

import json
from datetime import date
from typing import Any

import click

from breakwater.cli.arguments import DAY
from breakwater.cli.terminal import table_lines
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
    if told["queues"]:
        click.echo("\n".join(_queues(told["queues"])))
    else:
        click.echo("The day or the day before is not measured: nothing is carried forward.")
    if told["totals"]:
        click.echo("\n".join(_totals(told["totals"])))
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


def _queues(queues: dict[str, dict[str, Any]]) -> list[str]:
    header = ["queue", *FLOWS, "moved in", "moved out", "appeared", "lost", "unexplained"]
    rows = [
        [
            queue,
            *(f"{row[name]:,}" for name in FLOWS),
            *(_moves(row[name]) for name in ("moved_in", "moved_out")),
            *(f"{row[name]:,}" for name in ("appeared", "lost", "unexplained")),
        ]
        for queue, row in queues.items()
    ]
    return ["backlog carried forward, in cases", *table_lines([header, *rows])]


def _moves(moves: dict[str, int]) -> str:
    return ", ".join(f"{queue} {cases:,}" for queue, cases in moves.items()) or "0"


def _totals(totals: dict[str, dict[str, int]]) -> list[str]:
    header = ["total", "stated by the vendor", "of its export", "difference"]
    rows = [
        [name, *(f"{row[key]:,}" for key in ("stated", "measured", "difference"))]
        for name, row in totals.items()
    ]
    return ["totals of the day, in cases", *table_lines([header, *rows])]
