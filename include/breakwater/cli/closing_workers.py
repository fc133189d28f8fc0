"""What the worker processes of ``breakwater close-days`` do: each opens the installation once."""

import atexit
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from breakwater.cli.arguments import now
from breakwater.core.errors import BreakwaterError
from breakwater.warehouse.database import KeptConnections
from breakwater.warehouse.workspace import Workspace, open_workspace

ALLOCATOR = "GLIBC_TUNABLES"
"""Environment variable that the C library reads as a process starts."""
KEPT_CHUNKS = "glibc.malloc.tcache_count=2000"
"""So many freed pieces of each size a thread keeps at hand, where seven are the default. Planning a
statement asks for thousands of small ones and gives them back: a sixth of all CPU of a small
vendor-day went to sorting them in and out again."""

_opened: list[Workspace] = []
"""The installation of this process, once `open_in_worker` has been here."""


def close_vendor_days(
    workspace: Workspace, vendor: str, days: Sequence[date], at: datetime
) -> list[str]:
    """Fetch, land, reconcile and measure days of a vendor; return why one could not be done.

    Each stage goes over all of the days before the next one begins: what a later export brings for
    an earlier day is landed before that is reconciled, and what a later day pairs over midnight is
    known before the earlier one is measured. Otherwise both would be done twice.
    """
    from breakwater.feeds.fetch import fetch_export
    from breakwater.landing.land import land_day
    from breakwater.measure.forecast.live import forecast_if_live
    from breakwater.measure.measure import measure_day
    from breakwater.measure.renew import measure_neighbours
    from breakwater.reconcile.reconcile import reconcile_day

    steps: tuple[tuple[Callable[..., Any], ...], ...] = (
        (fetch_export, land_day),
        (reconcile_day,),
        (measure_day,),
        (measure_neighbours, forecast_if_live),
    )
    left, problems = list(days), []
    for step in steps:
        for day in tuple(left):
            try:
                for stage in step:
                    stage(workspace, vendor, day, at)
            except BreakwaterError as error:
                left.remove(day)
                problems.append(str(error))
    return problems


@contextmanager
def worker_environment() -> Iterator[None]:
    """Let processes that are started meanwhile keep freed memory at hand.

    What somebody set for the C library stays as it is; another C library reads none of it.
    """
    is_ours = ALLOCATOR not in os.environ
    if is_ours:
        os.environ[ALLOCATOR] = KEPT_CHUNKS
    try:
        yield
    finally:
        if is_ours:
            del os.environ[ALLOCATOR]


def open_in_worker(workers: int) -> None:
    """Open the installation for a process that shares the machine with others of its kind.

    Several processes with few threads each do more than as many threads in each of them would.
    Days of history are not lost with a power cut that takes the last second of them: they are
    simply closed again. So nobody waits for the disk at the end of every stage. And connections to
    the warehouse are kept from one stage to the next.
    """
    opened = open_workspace()
    operations = opened.configuration.operations
    cores = os.cpu_count() or 1
    threads = min(operations.engine.threads, max(1, cores // workers))
    engine = operations.engine.model_copy(update={"threads": threads})
    operations = operations.model_copy(update={"engine": engine})
    configuration = replace(opened.configuration, operations=operations)
    kept = KeptConnections()
    atexit.register(kept.close)
    warehouse = replace(opened.warehouse, waits_for_disk=False, kept=kept)
    _opened[:] = [replace(opened, configuration=configuration, warehouse=warehouse)]


def close_vendor_days_in_worker(stretch: tuple[str, Sequence[date]]) -> list[str]:
    """Do what `close_vendor_days` does, in this process's installation."""
    vendor, days = stretch
    return close_vendor_days(_opened[0], vendor, days, now())


def detect_in_worker(day: date) -> None:
    """Compare a closed day with its history."""
    from breakwater.detect.detect import detect_day

    detect_day(_opened[0], day, now())


def write_digest_in_worker(day: date) -> None:
    """Write the editions of a closed day."""
    from breakwater.restate.silently import write_digest

    write_digest(_opened[0], day, now())
