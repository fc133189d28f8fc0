"""One command per stage, on one vendor-day or one day; the same functions the Dag's tasks call."""

import json
import sys
from datetime import date

import click

from breakwater.cli.arguments import DAY, PERIOD, now
from breakwater.cli.sending import send_due, show
from breakwater.core.period import Period
from breakwater.core.vocabulary import RunType
from breakwater.warehouse.workspace import open_workspace


@click.command()
@click.argument("vendor")
@click.argument("day", type=DAY)
def fetch(vendor: str, day: date) -> None:
    """Fetch a vendor's export and its slice of the enforcement log; keep both as received."""
    from breakwater.feeds.fetch import fetch_export

    show(fetch_export(open_workspace(), vendor, day, now()))


@click.command()
@click.argument("vendor")
@click.argument("day", type=DAY)
def land(vendor: str, day: date) -> None:
    """Parse what was fetched; bad records go to quarantine, totals must agree."""
    from breakwater.landing.land import land_day

    show(land_day(open_workspace(), vendor, day, now()))


@click.command()
@click.argument("vendor")
@click.argument("day", type=DAY)
def reconcile(vendor: str, day: date) -> None:
    """Compare the vendor's book with the enforcement log."""
    from breakwater.reconcile.reconcile import reconcile_day

    show(reconcile_day(open_workspace(), vendor, day, now()))


@click.command()
@click.argument("vendor")
@click.argument("day", type=DAY)
def measure(vendor: str, day: date) -> None:
    """Run the clocks and count the KPI facts of a vendor-day."""
    from breakwater.measure.measure import measure_day

    show(measure_day(open_workspace(), vendor, day, now()))


@click.command()
@click.argument("day", type=DAY, required=False)
@click.option("--stale", is_flag=True, help="Close every stale day again; DAY: only that one.")
@click.option("--vendor", help="With --stale: only days that are stale for this vendor.")
def close(day: date | None, stale: bool, vendor: str | None) -> None:
    """Tie the whole day out and write its figures.

    With --stale, every day whose input changed after it was closed goes through what is left to
    do: reconciled and measured where that is due, closed, compared with its history, and its
    digest gets an edition. Nobody is paged and nothing is sent.
    """
    if stale:
        _close_stale(vendor, None if day is None else [day])
    elif day is None or vendor is not None:
        message = "expected DAY, or --stale with or without --vendor"
        raise click.UsageError(message)
    else:
        from breakwater.measure.close import close_day

        show(close_day(open_workspace(), day, now()))


def _close_stale(vendor: str | None, days: list[date] | None) -> None:
    from breakwater.restate.reclose import reclose_stale

    workspace = open_workspace()
    if vendor is not None:
        workspace.configuration.vendor(vendor)
    done = reclose_stale(workspace, now(), vendor=vendor, days=days)
    click.echo(json.dumps(done.to_dict(), ensure_ascii=False, default=str))
    for problem in done.problems:
        click.secho(problem, fg="yellow", err=True)
    if done.problems:
        sys.exit(1)


@click.command()
@click.argument("day", type=DAY)
def detect(day: date) -> None:
    """Compare the day with its history."""
    from breakwater.detect.detect import detect_day

    show(detect_day(open_workspace(), day, now()))


@click.command()
@click.argument("about", type=PERIOD, metavar="DAY")
@click.option("--deliver/--keep", default=False, help="Also send it to its audiences.")
def publish(about: Period, deliver: bool) -> None:
    """Write a DAY's digest, or the report of a week (2026-W47) or month (2026-11).

    There is a new edition only when something in it changed.
    """
    from breakwater.report.digest import publish_period

    workspace = open_workspace()
    show(publish_period(workspace, about, now(), run_type=RunType.MANUAL, deliver=deliver))
    if deliver:
        show(send_due(workspace))


@click.command()
def send() -> None:
    """Tell what waited for its instant, take escalation steps, deliver what the outbox holds."""
    show(send_due(open_workspace()))


STAGES = (fetch, land, reconcile, measure, close, detect, publish, send)
