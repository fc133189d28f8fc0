"""Close many days in one pass: history, or a range after a change of configuration."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime
from functools import cache
from multiprocessing import get_context

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from breakwater.cli.arguments import DAY, now
from breakwater.core.days import days_between
from breakwater.core.errors import BreakwaterError
from breakwater.warehouse.stale import StaleMark, stale_days
from breakwater.warehouse.workspace import Workspace, open_workspace

Tick = Callable[[], None]


def close_vendor_day(workspace: Workspace, vendor: str, day: date, at: datetime) -> str | None:
    """Fetch, land, reconcile and measure; return why it could not be done, or None."""
    from breakwater.feeds.fetch import fetch_export
    from breakwater.landing.land import land_day
    from breakwater.measure.forecast.live import forecast_if_live
    from breakwater.measure.measure import measure_day
    from breakwater.measure.renew import measure_neighbours
    from breakwater.reconcile.reconcile import reconcile_day

    try:
        for stage in (fetch_export, land_day, reconcile_day, measure_day):
            stage(workspace, vendor, day, at)
        measure_neighbours(workspace, vendor, day, at)
        forecast_if_live(workspace, vendor, day, at)
    except BreakwaterError as error:
        return str(error)
    return None


@cache
def _workspace_of_worker() -> Workspace:
    """Open the installation once in each worker process."""
    return open_workspace()


def _close_vendor_day_in_worker(vendor_day: tuple[str, date]) -> str | None:
    vendor, day = vendor_day
    return close_vendor_day(_workspace_of_worker(), vendor, day, now())


def _write_digest_in_worker(day: date) -> None:
    from breakwater.restate.silently import write_digest

    write_digest(_workspace_of_worker(), day, now())


def close_range(
    workspace: Workspace, days: Sequence[date], vendors: Sequence[str], workers: int, tick: Tick
) -> list[str]:
    """Close days as a backfill does: vendors first, side by side, then each day in order.

    Returns:
        What could not be done, one sentence each; the rest is done all the same.
    """
    from breakwater.restate.silently import close_whole_day

    vendor_days = [
        (vendor, day)
        for day in days
        for vendor in workspace.configuration.active_vendors(day)
        if not vendors or vendor in vendors
    ]
    problems = []
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for problem in pool.map(_close_vendor_day_in_worker, vendor_days, chunksize=4):
            tick()
            if problem:
                problems.append(problem)
        digests = []
        for day in days:
            marks = _marks(workspace, day)
            # A day is compared with the days before it, so these go one after the other.
            close_whole_day(workspace, day, now())
            digests.append((day, marks, pool.submit(_write_digest_in_worker, day)))
            tick()
        for day, marks, digest in digests:
            digest.result()
            _settle(workspace, day, marks)
            tick()
    # Rows that a later export of the range brought for a day that had been measured by then.
    return problems + _close_again(workspace, days)


def _marks(workspace: Workspace, day: date) -> list[StaleMark]:
    with workspace.warehouse.transaction() as connection:
        return [mark for mark in stale_days(connection) if mark.day == day]


def _settle(workspace: Workspace, day: date, marks: Sequence[StaleMark]) -> None:
    """Take away the marks of what has gone through every stage meanwhile.

    A day of listings is told by the day before it, too, which may have come after it: its marks
    stay until it has been landed anew.
    """
    from breakwater.contracts.shape import ListingShape
    from breakwater.measure.closing.coverage import coverage_of
    from breakwater.measure.restatement import settle

    with workspace.warehouse.transaction() as connection:
        coverage = coverage_of(connection, workspace, day, [mark.vendor for mark in marks])
    through = {
        vendor
        for vendor in coverage.those("reported")
        if not isinstance(workspace.configuration.vendor(vendor, day).shape, ListingShape)
    }
    settle(workspace, day, [mark for mark in marks if mark.vendor in through], now())


def _close_again(workspace: Workspace, days: Sequence[date]) -> list[str]:
    from breakwater.restate.reclose import reclose_stale

    return reclose_stale(workspace, now(), days=set(days)).problems


@click.command("close-days")
@click.argument("first", type=DAY)
@click.argument("last", type=DAY)
@click.option("--vendor", "vendors", multiple=True, help="Only this vendor; may be repeated.")
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True)
def close_days(first: date, last: date, vendors: tuple[str, ...], workers: int) -> None:
    """Close every day from FIRST to LAST without paging anybody."""
    workspace = open_workspace()
    days = days_between(first, last)
    per_day = len(vendors) or len(workspace.configuration.vendors)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns) as progress:
        task = progress.add_task("closing days", total=len(days) * (per_day + 2))
        problems = close_range(workspace, days, vendors, workers, lambda: progress.advance(task))
    for problem in problems:
        click.secho(problem, fg="yellow", err=True)
    click.echo(f"{len(days)} days closed; {len(problems)} vendor-days did not report")
