"""Delete what is older than the operation keeps it, and files that nobody points at.

Three steps make it safe to kill at any point: rows expire in one transaction, then files without a
row are deleted, each for itself. A file that a stage has just put into the lake, and not yet
pointed at, is left alone for a day.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from breakwater.contracts.operations import Retention
from breakwater.warehouse.database import Connection, hold
from breakwater.warehouse.lake import Kept, Lake
from breakwater.warehouse.workspace import Workspace

GRACE = timedelta(days=1)
"""Longer than any stage works between putting a file and pointing at it."""

FOLDERS = ("raw", "quarantine", "tables")
"""What is ours below the lake's root; anything else is never touched."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """What was deleted, or would be.

    Attributes:
        rows: ``raw_files`` whose bytes are gone, ``quarantine_records``, ``corrections``,
            ``fetch_parts`` of fetches never ended, ``superseded_partitions``, ``closed_breaks``.
        files: how many files of each folder.
        bytes: how many bytes those are together.
    """

    rows: Mapping[str, int]
    files: Mapping[str, int]
    bytes: int


def tidy(workspace: Workspace, now: datetime, *, only_count: bool = False) -> Tidied:
    """Delete what is older than `operations.retention` says.

    What a current pointer refers to is never deleted, nor a received file within its period,
    whether it is in force or not. Rows of the file ledger stay, with a mark that the bytes are
    gone. Ages of received files count from when they were fetched.

    Args:
        workspace: the installation.
        now: the instant that ages are measured at.
        only_count: delete nothing.
    """
    retention = workspace.configuration.operations.retention
    with workspace.warehouse.transaction() as connection:
        hold(connection, "retention")
        rows = _expire(connection, retention, now)
        # Listed before the pointers are read: what is pointed at in between was touched before.
        files = [file for folder in FOLDERS for file in workspace.lake.files(folder)]
        pointed_at = _pointed_at(connection, retention, now)
        if only_count:
            connection.rollback()
    old = now - GRACE
    unwanted = [
        file for file in files if file.written_at < old and not _is_wanted(file, pointed_at)
    ]
    if not only_count:
        unwanted = [file for file in unwanted if _delete(workspace.lake, file, old)]
    return Tidied(
        rows,
        Counter(file.path.split("/", 1)[0] for file in unwanted),
        sum(file.size_bytes for file in unwanted),
    )


def removed_at(connection: Connection, raw_path: str) -> datetime | None:
    """Return when retention deleted the bytes of a received file; None when it did not."""
    row = connection.execute(
        "select max(removed_at) as at from landing.file_ledger where raw_path = %s", [raw_path]
    ).fetchone()
    return None if row is None else row["at"]


def _before(now: datetime, days: int | None) -> datetime | None:
    """Return the instant before which something is too old; None when nothing ever is."""
    return None if days is None else now - timedelta(days=days)


def _expire(connection: Connection, retention: Retention, now: datetime) -> dict[str, int]:
    """Delete or mark the rows that stand for what is too old; comparing with NULL finds none."""
    raw = _before(now, retention.raw_days)
    quarantine = _before(now, retention.quarantine_days)
    superseded = _before(now, retention.superseded_days)
    closed = _before(now, retention.closed_break_days)
    return {
        "raw_files": connection.execute(
            "update landing.file_ledger set removed_at = %s"
            " where removed_at is null and fetched_at < %s",
            [now, raw],
        ).rowcount,
        "fetch_parts": connection.execute(
            "delete from landing.fetch_progress where fetched_at < %s", [raw]
        ).rowcount,
        # A correction holds a vendor's text, and is of no use without the row it corrects.
        "corrections": connection.execute(
            "delete from landing.correction as made where corrected_at < %s and not exists"
            " (select from landing.file_ledger as file where file.vendor = made.vendor"
            " and file.operational_day = made.operational_day and file.sha256 = made.sha256"
            " and file.removed_at is null)",
            [raw],
        ).rowcount,
        "quarantine_records": connection.execute(
            "delete from landing.quarantine_record as refused where %(at)s::timestamptz is not null"
            " and not exists (select from landing.file_ledger as file"
            " where file.vendor = refused.vendor and file.book = refused.book"
            " and file.operational_day = refused.operational_day"
            " and file.sha256 = refused.sha256 and file.fetched_at >= %(at)s)",
            {"at": quarantine},
        ).rowcount,
        "superseded_partitions": connection.execute(
            "delete from lake.partition where superseded_at < %s", [superseded]
        ).rowcount,
        # Evidence and history go with it. What people add to a closed break keeps it, too.
        "closed_breaks": connection.execute(
            "delete from reconcile.break_life as life"
            " where state in ('accepted', 'auto_closed') and first_seen_at < %(at)s"
            " and not exists (select from reconcile.break_history as told"
            " where told.break_id = life.break_id and told.at >= %(at)s)",
            {"at": closed},
        ).rowcount,
    }


@dataclass(frozen=True, slots=True)
class _PointedAt:
    """Paths that a row points at, and the files whose refused lines are still kept."""

    paths: frozenset[str]
    quarantined: frozenset[tuple[str, date, str]]


def _pointed_at(connection: Connection, retention: Retention, now: datetime) -> _PointedAt:
    paths = connection.execute(
        "select path from lake.partition union"
        " select raw_path from landing.file_ledger where removed_at is null union"
        " select raw_path from landing.fetch_progress"
    )
    sources = connection.execute(
        "select distinct vendor, operational_day, sha256 from landing.file_ledger"
        " where fetched_at >= coalesce(%s, '-infinity'::timestamptz)",
        [_before(now, retention.quarantine_days)],
    )
    return _PointedAt(
        frozenset(row["path"] for row in paths),
        frozenset((row["vendor"], row["operational_day"], row["sha256"]) for row in sources),
    )


def _is_wanted(file: Kept, pointed_at: _PointedAt) -> bool:
    folder, *rest = file.path.split("/")
    if folder != "quarantine":
        return file.path in pointed_at.paths
    try:
        vendor, day, name = rest
        source = (vendor, date.fromisoformat(day), name.split("-")[0])
    except ValueError:
        return True  # none of ours
    return source in pointed_at.quarantined


def _delete(lake: Lake, file: Kept, old: datetime) -> bool:
    """Delete a file unless it was put there again since it was listed."""
    written_at = lake.written_at(file.path)
    if written_at is None or written_at >= old:
        return False
    lake.remove(file.path)
    return True
