"""Fetch the records of a day: part by part from the far end, then as one file for the ledger."""

import gzip
import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from breakwater.contracts.file_format import JsonLinesFormat
from breakwater.contracts.source import RecordSource
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import utc_instant
from breakwater.core.errors import (
    BreakwaterError,
    ConfigurationError,
    ContractError,
    FeedUnavailableError,
)
from breakwater.feeds.fetch_progress import FetchProgress
from breakwater.feeds.open_feed import open_feed
from breakwater.feeds.records import CursorRefusedFault, FeedFault, Identified, RecordFeed, Totalled
from breakwater.feeds.unrolled import rows_of
from breakwater.feeds.vendor_day import VendorDay
from breakwater.warehouse.database import hold
from breakwater.warehouse.file_ledger import ReceivedFile, received_files, record_file
from breakwater.warehouse.workspace import Workspace

log = logging.getLogger(__name__)


def fetch_records(
    workspace: Workspace, contract: VendorContract, day: date, now: datetime, scratch: Path
) -> ReceivedFile | None:
    """Fetch the records of an operational day and keep them as one file of JSON lines.

    The file is entered in the ledger in the transaction that ends the fetch. A fetch that ended
    before goes on with the part that it lacks; one that was finished asks for everything again,
    since records change, and equal records give an equal file.

    Args:
        workspace: the installation.
        contract: of the vendor, with a source that is asked for records.
        day: which operational day.
        now: the instant of asking.
        scratch: a folder on the local disk with room for the day's records, twice.

    Returns:
        The file, with ``{"rows": …, "sha256": …}`` as its manifest, rows counted as `format.each`
        unrolls them; None while the far end may
        still write records of the day.

    Raises:
        FeedUnavailableError: the far end did not answer; what was read so far is kept.
        ConfigurationError: it refuses us.
        ContractError: it answers with something else than records.
    """
    source = contract.source
    if not isinstance(source, RecordSource):
        message = f"a source of kind {source.kind} is not asked for records"
        raise TypeError(message)
    about = VendorDay(workspace, contract, day, now)
    if now < utc_instant(about.window.end) + timedelta(minutes=source.settle_minutes):
        return None
    # Two fetches of one vendor-day would mix their parts: the second waits, then asks anew.
    with workspace.warehouse.transaction() as guard:
        hold(guard, "fetch_records", contract.vendor, day)
        return _fetch(about, source, scratch)


def _fetch(about: VendorDay, source: RecordSource, scratch: Path) -> ReceivedFile:
    """Ask for what is missing, and enter the whole in the ledger."""
    local = scratch / "records"
    try:
        feed = open_feed(source, about.workspace.connections(source.connection))
        progress = FetchProgress.of(about, source, scratch / "parts")
        _read(feed, progress, about)
        rows = _assembled(feed, progress, local, about)
        totals = feed.totals(about.window) if isinstance(feed, Totalled) else {}
    except FeedFault as fault:
        raise _error(about, fault) from fault
    name = f"{about.vendor}-{about.day.isoformat()}.jsonl.gz"
    file = about.keep("vendor", name, local, rows)
    if totals:
        counts = {name.value: count for name, count in sorted(totals.items())}
        file = replace(file, manifest={**(file.manifest or {}), "totals": counts})
    with about.workspace.warehouse.transaction() as connection:
        before = received_files(connection, about.vendor, about.day, "vendor")
        in_force = before[-1] if before else None
        if in_force is not None and (in_force.name, in_force.sha256) == (file.name, file.sha256):
            # What was there before keeps the instant of its first delivery.
            file = replace(file, delivered_at=in_force.delivered_at)
        record_file(connection, about.vendor, about.day, file, about.now)
        progress.forget(connection)
    progress.drop_files()
    return file


def _read(feed: RecordFeed, progress: FetchProgress, about: VendorDay) -> None:
    """Ask for the parts that are not there yet."""
    try:
        for part in () if progress.is_complete else feed.parts(about.window, progress.cursor):
            progress.keep(part, about.now)
    except CursorRefusedFault:
        if progress.cursor is None:
            raise
        log.warning("%s %s: asked for again from the start", about.vendor, about.day)
        progress.begin_anew()
        for part in feed.parts(about.window, None):
            progress.keep(part, about.now)


def _assembled(feed: RecordFeed, progress: FetchProgress, target: Path, about: VendorDay) -> int:
    """Join the parts; parts that cannot be joined are forgotten, so that the next fetch asks."""
    try:
        return _assemble(feed, progress.files, target, about)
    except FeedFault:
        progress.begin_anew()
        raise


def _assemble(feed: RecordFeed, parts: Sequence[Path], target: Path, about: VendorDay) -> int:
    """Join the parts to one file; return how many rows the contract makes of it.

    A list that moves while it is paged shows a record twice: on the page before and on the next.
    Where the feed knows a record's own id, the last showing counts and the others are dropped.
    """
    last = _last_showings(feed, parts) if isinstance(feed, Identified) else None
    form = about.contract.format
    each = form.each if isinstance(form, JsonLinesFormat) else ()
    rows = dropped = 0
    with (
        target.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as stream,
    ):
        for number, line in enumerate(_lines(parts)):
            if last is not None and number not in last:
                dropped += 1
                continue
            rows += rows_of(json.loads(line), each) if each else 1
            stream.write(line)
    if dropped:
        what = "%s %s: %d records came more than once, over the borders of pages"
        log.info(what, about.vendor, about.day, dropped)
    return rows


def _last_showings(feed: Identified, parts: Sequence[Path]) -> frozenset[int]:
    """Return the numbers of the lines that are the last of their record."""
    last: dict[bytes, int] = {}
    for number, line in enumerate(_lines(parts)):
        # A digest, so that memory does not depend on how long the far end's ids are.
        # Half of a surrogate pair may stand in an id as in any text; landing refuses the row.
        name = feed.identity(json.loads(line)).encode(errors="surrogatepass")
        last[hashlib.blake2b(name, digest_size=16).digest()] = number
    return frozenset(last.values())


def _lines(parts: Sequence[Path]) -> Iterator[bytes]:
    for part in parts:
        with gzip.open(part) as stream:
            yield from stream


def _error(about: VendorDay, fault: FeedFault) -> BreakwaterError:
    """Say for vendor and day what a feed could not do."""
    expected, found = fault.expected, fault.found
    if fault.transient:
        what = "the vendor's system did not give its records"
        return FeedUnavailableError(about.vendor, about.day, what, expected=expected, found=found)
    if fault.is_shape:
        what = "the vendor's system answered with something else"
        return ContractError(about.vendor, about.day, what, expected=expected, found=found)
    path = f"vendors/{about.vendor}.yaml: source"
    return ConfigurationError((f"{path}: expected {expected}; found {found}",))
