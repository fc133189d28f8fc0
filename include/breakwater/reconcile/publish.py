"""Publish a vendor-day's outcomes: rows to the lake, answers to the warehouse, in one step."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from pathlib import Path

from breakwater.contracts.tables import RECON_OUTCOME
from breakwater.core.days import utc_instant
from breakwater.core.vocabulary import Outcome
from breakwater.engine.base import Engine
from breakwater.reconcile.model_files import model
from breakwater.reconcile.tie_out import Tally, TieOut, must_tell_each_once, take_tallies, tie_out
from breakwater.reconcile.unknown_codes import unknown_codes
from breakwater.warehouse.database import Connection, replace_rows
from breakwater.warehouse.lake import Lake, Partition, point

ORDER = ("side", "record_id")
"""Order of the rows in the file: that of both books in the lake, so that nothing need be sorted."""

TIE_OUT_COLUMNS = ("side", "population", "matched", "breaks", "borrowed", "brought_in")
BREAK_COLUMNS = (
    "side",
    "record_id",
    "outcome",
    "site",
    "queue",
    "policy",
    "language",
    "record_key",
    "item_id",
    "rule",
    "counterpart_id",
    "decision",
    "decided_at",
    "drift_seconds",
    "enforcement_seconds",
    "differences",
    "direction",
    "alternatives",
    "match_group",
)


@dataclass(frozen=True, slots=True)
class Published:
    """What a vendor-day's outcomes come to.

    Attributes:
        sha256: content hash of the outcomes.
        tallies: records by where they ended.
        ties: control totals of both books.
        unknown_codes: records by code that nobody mapped, the most frequent codes by `shown_code`.
    """

    sha256: str
    tallies: tuple[Tally, ...]
    ties: tuple[TieOut, ...]
    unknown_codes: Mapping[str, int]


def publish_outcomes(
    connection: Connection,
    engine: Engine,
    lake: Lake,
    *,
    vendor: str,
    day: date,
    scratch: Path,
    now: datetime,
) -> Published:
    """Write ``recon_outcome``, check what was written, and make it current.

    Raises:
        TieOutError: a record ended nowhere, or more than once; nothing becomes current.
    """
    file = scratch / "recon_outcome.parquet"
    row_count = write_outcomes(engine, file)
    engine.scan("written", [str(file)], RECON_OUTCOME)
    tallies = take_tallies(engine)
    must_tell_each_once(vendor, day, file, ORDER)
    ties = tie_out(vendor, day, engine, tallies)
    partition = Partition.of_day(RECON_OUTCOME.name, day, vendor)
    written = lake.put_version(partition, file, row_count)
    point(connection, partition, written, now)
    _replace_answers(connection, engine, {"operational_day": day, "vendor": vendor}, ties)
    codes = unknown_codes(engine) if _has_unknown(tallies) else {}
    return Published(written.sha256, tuple(tallies), tuple(ties), codes)


def _has_unknown(tallies: Sequence[Tally]) -> bool:
    return any(tally.outcome is Outcome.UNKNOWN_CODE for tally in tallies)


def write_outcomes(engine: Engine, file: Path) -> int:
    """Write the outcomes of both books as one Parquet file; return how many there are.

    One book after the other, each in its own order: what is written is the rows of
    ``recon_outcome`` ordered by `ORDER`, and only one of the two joins is in memory at a time.
    """
    return engine.write(
        ("internal_outcome", "vendor_outcome"),
        RECON_OUTCOME,
        ORDER,
        file,
        likely_ordered=True,
        held_rows=max(engine.count(book) for book in ("vendor_record", "own_action")),
    )


def _replace_answers(
    connection: Connection, engine: Engine, key: dict[str, object], ties: Sequence[TieOut]
) -> None:
    for name in ("written_break", "break_event"):
        engine.stage(name, model(name))
    replace_rows(connection, "reconcile.recon_break", key, BREAK_COLUMNS, _breaks(engine))
    replace_rows(connection, "reconcile.tie_out", key, TIE_OUT_COLUMNS, map(astuple, ties))


def _breaks(engine: Engine) -> Iterator[list[object]]:
    rows = engine.fetch("written_break", ORDER).select(list(BREAK_COLUMNS))
    instant = BREAK_COLUMNS.index("decided_at")
    for batch in rows.to_batches(max_chunksize=10_000):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield [*row[:instant], utc_instant(row[instant]), *row[instant + 1 :]]
