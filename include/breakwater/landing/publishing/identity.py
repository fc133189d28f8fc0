"""Ids of records from what they say: no row's place in its file has a part in it.

The models run on DuckDB over the records on the local disk, within the engine's memory limit, so
that there may be more of them than memory holds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from breakwater.engine.duckdb import DuckDBEngine
from breakwater.landing.publishing.spill import RecordSpill

ID_CHARACTERS = 32
"""Of hexadecimal: 128 bits."""

# A file that comes later replaces what earlier ones say of the same record; within one file a
# record that repeats stays.
_LATEST = (
    "select record.* from record join (select {keys}, max(file_number) as latest_number"
    " from record group by {keys}) latest on {same} and latest.latest_number = record.file_number"
)

# Few records say exactly what another says; only those need an ordinal, in order of their places.
_CROWDED = (
    "select file_number, source_row, part, row_number() over"
    " (partition by digest order by file_number, source_row, part) - 1 as ordinal"
    " from digest where digest in"
    " (select digest from digest group by digest having count(*) > 1)"
)

_IDENTITY = (
    "select digest.file_number, digest.source_row, digest.part, digest.operational_day,"  # noqa: S608  a number of ours
    " case when crowded.ordinal > 0"
    f" then left(sha256(digest.digest || '-' || crowded.ordinal), {ID_CHARACTERS})"
    " else digest.digest end as record_id"
    " from digest left join crowded on crowded.file_number = digest.file_number"
    " and crowded.source_row = digest.source_row and crowded.part = digest.part"
)


@dataclass(frozen=True, slots=True)
class Identified:
    """The records that land.

    Attributes:
        by_file: how many of each file, by its number: those that no later file replaces.
        days: operational days that have records, in order.
    """

    by_file: dict[int, int]
    days: tuple[date, ...]


def open_spill(engine: DuckDBEngine, name: str, spill: RecordSpill) -> dict[int, int]:
    """Make a spill readable under a name; return how many records of each file it holds."""
    if not spill.columns:
        return {}
    engine.define(name, f"select * from read_parquet({_literal(str(spill.file))})")  # noqa: S608  quoted
    counted = f"select file_number, count(*) as records from {name} group by 1"  # noqa: S608  a name of ours
    engine.stage(f"written {name}", counted)
    rows = engine.fetch(f"written {name}").to_pylist()
    return {row["file_number"]: row["records"] for row in rows}


def identify(
    engine: DuckDBEngine, said: Sequence[str], *, replaced_by: Sequence[str] = ()
) -> Identified:
    """Give every record its id: read ``record``, leave ``identity`` in the engine.

    Records that say the same are told apart by an ordinal, in the order of files and rows.

    Args:
        engine: a session of its own.
        said: columns of what a record says; none when there are no records.
        replaced_by: columns that name a record, where one of a later file replaces those of the
            same name in earlier files.
    """
    if not said:
        return Identified({}, ())
    engine.define("said", _latest(replaced_by) if replaced_by else "select * from record")
    engine.stage(
        "digest",
        "select file_number, source_row, part, operational_day,"  # noqa: S608  columns of ours, quoted
        f" left(sha256({spelled(said)}), {ID_CHARACTERS}) as digest from said",
    )
    engine.stage("crowded", _CROWDED)
    engine.stage("identity", _IDENTITY)
    engine.stage(
        "identified",
        "select file_number, operational_day, count(*) as records from identity group by 1, 2",
    )
    by_file: dict[int, int] = {}
    days: set[date] = set()
    for row in engine.fetch("identified").to_pylist():
        by_file[row["file_number"]] = by_file.get(row["file_number"], 0) + row["records"]
        days.add(row["operational_day"])
    return Identified(by_file, tuple(sorted(days)))


def identified_rows(engine: DuckDBEngine, rows: Mapping[int, Collection[int]]) -> dict[int, int]:
    """Count which of some rows became records that land, by the number of their file.

    Args:
        engine: holds ``identity``.
        rows: numbers of rows by the number of their file.
    """
    places = [(number, row) for number, several in rows.items() for row in sorted(several)]
    if not places:
        return {}
    files, numbers = zip(*places, strict=True)
    asked = {
        "file_number": pa.array(files, pa.int32()),
        "source_row": pa.array(numbers, pa.int64()),
    }
    engine.load("asked", pa.table(asked))
    engine.stage(
        "landed of them",
        "select identity.file_number, count(*) as records from identity join asked"
        " on asked.file_number = identity.file_number and asked.source_row = identity.source_row"
        " where identity.part = 0 group by 1",
    )
    landed = engine.fetch("landed of them").to_pylist()
    return {each["file_number"]: each["records"] for each in landed}


def _latest(columns: Sequence[str]) -> str:
    same = (f"latest.{name} is not distinct from record.{name}" for name in map(quoted, columns))
    return _LATEST.format(keys=", ".join(map(quoted, columns)), same=" and ".join(same))


def spelled(columns: Sequence[str]) -> str:
    """Spell what a record says as one text, in SQL: a missing value unlike an empty one.

    Text that has landed holds no control characters: neither mark can be part of a value.
    """
    parts = (f"coalesce(cast({quoted(name)} as varchar), chr(30))" for name in columns)
    return f"concat_ws(chr(31), {', '.join(parts)})"


def quoted(name: str) -> str:
    """Quote the name of a column."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
