"""Ids of records from what they say: no row's place in its file has a part in it.

The models run on DuckDB over the records on the local disk, within the engine's memory limit, so
that there may be more of them than memory holds.
"""

from dataclasses import dataclass
from datetime import date

from breakwater.engine.duckdb import DuckDBEngine
from breakwater.landing.spill import RecordSpill

ID_CHARACTERS = 32
"""Of hexadecimal: 128 bits."""

_EMPTY = (
    "select cast(null as integer) as file_number, cast(null as bigint) as source_row,"
    " cast(null as date) as operational_day, cast(null as text) as record_id where 1 = 0"
)

# A file that comes later replaces what earlier ones say of the same record; within one file a
# record that repeats stays.
_LATEST = (
    "select record.* from record join (select record_key, max(file_number) as file_number"
    " from record group by record_key) latest"
    " on latest.record_key = record.record_key and latest.file_number = record.file_number"
)

# Few records say exactly what another says; only those need an ordinal, in order of their places.
_CROWDED = (
    "select file_number, source_row, row_number() over"
    " (partition by digest order by file_number, source_row) - 1 as ordinal"
    " from digest where digest in"
    " (select digest from digest group by digest having count(*) > 1)"
)

_IDENTITY = (
    "select digest.file_number, digest.source_row, digest.operational_day,"  # noqa: S608  a number of ours
    " case when crowded.ordinal > 0"
    f" then left(sha256(digest.digest || '-' || crowded.ordinal), {ID_CHARACTERS})"
    " else digest.digest end as record_id"
    " from digest left join crowded on crowded.file_number = digest.file_number"
    " and crowded.source_row = digest.source_row"
)


@dataclass(frozen=True, slots=True)
class Identified:
    """The records that land.

    Attributes:
        written: how many were written of each file, by its number.
        by_file: how many of them land: those that no later file replaces.
        days: operational days that have records, in order.
    """

    written: dict[int, int]
    by_file: dict[int, int]
    days: tuple[date, ...]


def identify(engine: DuckDBEngine, spill: RecordSpill, *, replaces: bool) -> Identified:
    """Give every record its id: leave ``record`` and ``identity`` in the engine.

    Records that say the same are told apart by an ordinal, in the order of files and rows.

    Args:
        engine: a session of its own.
        spill: the records, all of them written.
        replaces: whether a record of a later file replaces those of its key in earlier files.
    """
    if not spill.columns:
        engine.stage("identity", _EMPTY)
        return Identified({}, {}, ())
    engine.define("record", f"select * from read_parquet({_literal(str(spill.file))})")  # noqa: S608  quoted
    engine.define("said", _LATEST if replaces else "select * from record")
    engine.stage(
        "digest",
        "select file_number, source_row, operational_day,"  # noqa: S608  columns of ours, quoted
        f" left(sha256({_content(spill.said)}), {ID_CHARACTERS}) as digest from said",
    )
    engine.stage("crowded", _CROWDED)
    engine.stage("identity", _IDENTITY)
    engine.stage(
        "identified",
        "select file_number, operational_day, count(*) as records from identity group by 1, 2",
    )
    engine.stage("written", "select file_number, count(*) as records from record group by 1")
    written = {row["file_number"]: row["records"] for row in engine.fetch("written").to_pylist()}
    by_file: dict[int, int] = dict.fromkeys(written, 0)
    days: set[date] = set()
    for row in engine.fetch("identified").to_pylist():
        by_file[row["file_number"]] += row["records"]
        days.add(row["operational_day"])
    return Identified(written, by_file, tuple(sorted(days)))


def _content(columns: tuple[str, ...]) -> str:
    """Spell what a record says as one text, a missing value unlike an empty one.

    Text that has landed holds no control characters: neither mark can be part of a value.
    """
    parts = (f"coalesce(cast({_quoted(name)} as varchar), chr(30))" for name in columns)
    return f"concat_ws(chr(31), {', '.join(parts)})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
