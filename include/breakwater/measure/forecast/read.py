"""Read the book of a vendor from what has landed, as it stood at an instant."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from breakwater.contracts.shape import CaseShape
from breakwater.contracts.tables import CASE_EVENT
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window, operational_day_of, utc_instant
from breakwater.core.errors import NotLandedError
from breakwater.core.vocabulary import EventType
from breakwater.engine.base import Engine, run_models
from breakwater.engine.models import read_models
from breakwater.engine.open import open_engine
from breakwater.measure.forecast.book import Book, Place, book_of
from breakwater.measure.forecast.open_time import OpenTime
from breakwater.measure.measure import vendor_day
from breakwater.measure.models import VendorDay, load_cases
from breakwater.measure.sla.calendars import lay_out
from breakwater.measure.sla.run import run_clocks
from breakwater.warehouse.database import Connection
from breakwater.warehouse.lake import Written, current_versions_between
from breakwater.warehouse.workspace import Workspace

_HERE = Path(__file__).parent
_AHEAD = timedelta(days=60)
"""How far calendars are laid out beyond the instant: a line that takes longer never comes."""


def read_versions(
    connection: Connection, workspace: Workspace, vendor: str, day: date
) -> list[Written]:
    """Return the current versions that the forecast of a vendor-day reads.

    Raises:
        NotLandedError: nothing has landed for the day.
    """
    first = _first_day(workspace, vendor, day)
    landed = current_versions_between(connection, CASE_EVENT.name, day, day, vendor)
    if not landed:
        raise NotLandedError(
            vendor,
            day,
            "there is nothing to forecast from",
            expected="a vendor-day that has landed",
            found="none",
        )
    return current_versions_between(connection, CASE_EVENT.name, first, day, vendor)


def read_book(
    workspace: Workspace, vendor: str, day: date, at: int, versions: Iterable[Written]
) -> Book:
    """Read cases and clocks of a vendor as known at an instant of an operational day.

    Args:
        workspace: the installation.
        vendor: whose.
        day: the operational day that holds the instant, or ends at it.
        at: the instant, UTC seconds.
        versions: of the vendor's events, see `read_versions`.
    """
    first = workspace.window(_first_history_day(workspace, day)).start
    what = replace(vendor_day(workspace, vendor, day), window=Window(min(first, at - 1), at))
    files = [workspace.lake.url(version.path) for version in versions]
    settings = workspace.configuration.operations.engine
    with open_engine(settings, workspace.warehouse.dsn) as engine:
        load_cases(engine, what, files)
        run_clocks(engine, what.clock_rules)
        line_models(engine, what.contract)
        return _book(engine, what)


def line_models(engine: Engine, contract: VendorContract) -> None:
    """Stage ``line_case``: where each case stands in the line of its queue.

    Args:
        engine: holds ``run``, ``case_event``, ``event`` and ``case_slice``.
        contract: the vendor's, which knows what its export tells.
    """
    engine.load("line_rule", _line_rule(contract))
    run_models(engine, read_models(_HERE, "line_case"))


def _book(engine: Engine, what: VendorDay) -> Book:
    cases = engine.fetch("line_case", ("case_id_vendor",))
    runs = engine.fetch("clock_run", ("case_id_vendor", "clock", "started_at"))
    # A clock of a case that its vendor lists no more is nobody's any longer, nor is a cancelled one.
    known = pc.and_(
        pc.is_in(runs.column("case_id_vendor"), cases.column("case_id_vendor")),
        pc.not_equal(runs.column("state"), "cancelled"),
    )
    zone = what.operations.zone_info
    days = (
        operational_day_of(what.window.start, zone) - timedelta(days=2),
        (utc_instant(what.window.end) + _AHEAD).date(),
    )
    laid_out: dict[str, OpenTime] = {}
    open_times: dict[Place, OpenTime] = {}
    for site, queue in sorted(_places(cases)):
        calendar = what.contract.calendar_on(_anything_of(site, queue), what.day)
        name = calendar.model_dump_json()
        if name not in laid_out:
            laid_out[name] = OpenTime.of(lay_out(calendar, *days))
        open_times[site, queue] = laid_out[name]
    return book_of(cases, runs.filter(known), open_times, what.window.start)


def _places(cases: pa.Table) -> set[Place]:
    columns = (cases.column(name).to_pylist() for name in ("site", "queue"))
    return set(zip(*columns, strict=True))


def _anything_of(site: str, queue: str) -> dict[str, str | None]:
    """Describe a case of a queue for which no rule about anything but its place is meant."""
    nothing: dict[str, str | None] = dict.fromkeys(("policy", "language", "priority", "market"))
    return nothing | {"site": site, "queue": queue}


def _line_rule(contract: VendorContract) -> pa.Table:
    """Say what the vendor's export tells of its lines."""
    queues = EventType.QUEUED in contract.reported_events
    return pa.table(
        {
            "enters_on": ["queued" if queues else "received"],
            "lists_what_is_open": [isinstance(contract.shape, CaseShape)],
        }
    )


def _first_history_day(workspace: Workspace, day: date) -> date:
    return day - timedelta(days=workspace.configuration.operations.forecast.history_days)


def _first_day(workspace: Workspace, vendor: str, day: date) -> date:
    """Return the earliest day whose events are read: a log of states tells of cases from days back."""
    own = vendor_day(workspace, vendor, day).first_day
    return min(own, _first_history_day(workspace, day))
