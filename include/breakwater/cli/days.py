"""Close many days in one pass: history, or a range after a change of configuration."""

import getpass
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from breakwater.cli.arguments import DAY, now
from breakwater.cli.closing_workers import (
    close_vendor_days_in_worker,
    detect_in_worker,
    open_in_worker,
    worker_environment,
    write_digest_in_worker,
)
from breakwater.core.days import days_between
from breakwater.warehouse.stale import StaleMark, stale_days
from breakwater.warehouse.workspace import Workspace, open_workspace

Tick = Callable[[], None]

STRETCH_DAYS = 5
"""So many days of a vendor are one piece of work: enough that neighbours are seldom done twice, and
few enough that no process is left waiting for the last one."""


def close_range(
    workspace: Workspace, days: Sequence[date], vendors: Sequence[str], workers: int, tick: Tick
) -> list[str]:
    """Close days as a backfill does: vendors first, side by side, then each day in order.

    Returns:
        What could not be done, one sentence each; the rest is done all the same.
    """
    problems: list[str] = []
    with (
        worker_environment(),
        ProcessPoolExecutor(
            workers, get_context("spawn"), initializer=open_in_worker, initargs=(workers,)
        ) as pool,
    ):
        stretches = _stretches(workspace, days, vendors)
        told = pool.map(close_vendor_days_in_worker, stretches)
        for (_, stretch), found in zip(stretches, told, strict=True):
            problems += found
            for _day in stretch:
                tick()
        _close_days(workspace, days, pool, workers, tick)
    # Rows that a later export of the range brought for a day that had been measured by then.
    return problems + _close_again(workspace, days)


def _stretches(
    workspace: Workspace, days: Sequence[date], vendors: Sequence[str]
) -> list[tuple[str, list[date]]]:
    """Cut the days into a few at a time, and name whose they are, the earliest first."""
    found: list[tuple[str, list[date]]] = []
    for first in range(0, len(days), STRETCH_DAYS):
        of_vendor: dict[str, list[date]] = {}
        for day in days[first : first + STRETCH_DAYS]:
            for vendor in workspace.configuration.active_vendors(day):
                if not vendors or vendor in vendors:
                    of_vendor.setdefault(vendor, []).append(day)
        found += of_vendor.items()
    return found


def _close_days(
    workspace: Workspace, days: Sequence[date], pool: Executor, workers: int, tick: Tick
) -> None:
    """Close measured days in order; the pool compares them with their history and tells them.

    A day's history are the figures that were measured, so a day may be compared while the next one
    is closed. Incidents are raised in the order of days.
    """
    from breakwater.measure.close import close_day
    from breakwater.restate.silently import raise_silently

    compared: deque[tuple[date, list[StaleMark], Future[None]]] = deque()
    digests: list[tuple[date, list[StaleMark], Future[None]]] = []

    def tell() -> None:
        day, marks, comparison = compared.popleft()
        comparison.result()
        raise_silently(workspace, day, now(), started_by=getpass.getuser())
        digests.append((day, marks, pool.submit(write_digest_in_worker, day)))
        tick()

    try:
        for day in days:
            marks = _marks(workspace, day)
            close_day(workspace, day, now())
            compared.append((day, marks, pool.submit(detect_in_worker, day)))
            if len(compared) > workers:
                tell()
    finally:
        # Where a day cannot be closed, those before it are told all the same.
        while compared:
            tell()
    for day, marks, digest in digests:
        digest.result()
        _settle(workspace, day, marks)
        tick()


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
