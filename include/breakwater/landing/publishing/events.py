"""From records to `case_event`: one row for each thing that happened, in a stable order."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.core.vocabulary import EventType
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.landing.publishing.spill import PLACE_COLUMNS

BATCH_RECORDS = 32_768
"""Records in memory at a time, with all of their events."""

UNIQUE_COLUMNS = ("case_id_vendor", "record_key", "item_id")
RECORD_COLUMNS = ("site", "queue", "policy", "language", "priority", *UNIQUE_COLUMNS)
DECISION_COLUMNS = ("actor_type", "decision", "decision_code_vendor", "handle_seconds")
SCORES = {EventType.QA_SCORED: "qa_score", EventType.QA_RESCORED: "qa_rescore"}
REMARKS = {
    EventType.PAUSED: "pause_reason",
    EventType.ESCALATED: "escalated_to",
    EventType.APPEAL_DECIDED: "appeal_outcome",
}

AUDITS = {"is_golden": "qa_is_golden", "critical_errors": "qa_critical_errors"}
"""What few vendors tell of an audit besides its score; others' records have no such columns."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CaseEvents:
    """The events of the records in an engine, by operational day, ordered by event id.

    An id begins with its record's, so records in order of their ids give events in order of
    theirs: each batch of records is taken apart by itself, and memory holds one batch.

    Attributes:
        engine: holds ``record`` and ``identity``.
        vendor: whose.
        sources: content hash of each file, by its number.
        happenings: the columns of instants, as `Happening.column` names them.
        decided_types: events that carry the decision, its actor and its handling time.
    """

    engine: DuckDBEngine
    vendor: str
    sources: Sequence[str]
    happenings: tuple[str, ...]
    decided_types: Collection[EventType]

    def rows(self, day: date) -> Iterator[pa.RecordBatch]:
        """Make the rows of one operational day."""
        if not self.happenings:
            return
        name = f"identified record {day.isoformat()}"
        self.engine.define(
            name,
            "select record.*, identity.record_id from record join identity"  # noqa: S608  a date of ours
            " on identity.file_number = record.file_number"
            " and identity.source_row = record.source_row and identity.part = record.part"
            f" where identity.operational_day = date '{day.isoformat()}'"
            f" and record.operational_day = date '{day.isoformat()}'",
        )
        for records in self.engine.batches(name, ["record_id"], BATCH_RECORDS):
            yield _Unpivoted(self, records).batch()


class _Unpivoted:
    """The events of one batch of records."""

    def __init__(self, about: CaseEvents, records: pa.RecordBatch) -> None:
        self._about, self._records = about, records
        self._suffixes = sorted(about.happenings, key=str.encode)
        self._types = [EventType(suffix.rpartition("-")[0]) for suffix in self._suffixes]
        instants = [records.column(suffix) for suffix in self._suffixes]
        known = [each.is_valid().to_numpy(zero_copy_only=False) for each in instants]
        record = np.concatenate([np.flatnonzero(each) for each in known])
        kind = np.repeat(np.arange(len(known)), [each.sum() for each in known])
        at = np.concatenate([each.drop_null().to_numpy() for each in instants])
        order = np.lexsort((kind, record))
        self._record, self._kind, self._at = record[order], kind[order], at[order]
        self._columns = {
            name: records.column(name) if name in UNIQUE_COLUMNS else _encoded(records.column(name))
            for name in records.schema.names
            if name not in {*PLACE_COLUMNS, *self._suffixes}
        }

    def batch(self) -> pa.RecordBatch:
        record, kind, about = pa.array(self._record), pa.array(self._kind), self._about
        record_id = self._records.column("record_id").take(record)
        agents = {*about.decided_types, EventType.ASSIGNED}
        files = self._records.column("file_number").take(record).cast(pa.int32())
        columns = {
            "operational_day": self._records.column("operational_day").take(record),
            "vendor": _constant(about.vendor, len(record)),
            "record_id": record_id,
            "event_id": pc.binary_join_element_wise(
                record_id, pa.array(self._suffixes).take(kind), "-"
            ),
            "event_type": _encoded(pa.array([each.value for each in self._types])).take(kind),
            "event_at": pa.array(self._at),
            "source_sha256": pa.DictionaryArray.from_arrays(files, list(about.sources)),
            "source_row": self._records.column("source_row").take(record),
            **{name: self._columns[name].take(record) for name in RECORD_COLUMNS},
            "market": self._market().take(record),
            **{name: self._only(name, about.decided_types) for name in DECISION_COLUMNS},
            "agent": self._only("agent", agents),
            "score": self._by_type(SCORES),
            "reason": self._by_type(REMARKS),
            **{name: self._of_audits(column) for name, column in AUDITS.items()},
        }
        return pa.RecordBatch.from_pydict(columns)

    def _market(self) -> pa.Array:
        """Return the records' markets; few vendors name any, and the others' records have none."""
        return self._columns.get("market", pa.nulls(len(self._records), pa.string()))

    def _only(self, name: str, on: Collection[EventType]) -> pa.Array:
        """Return a column of the records, null on other events than those named."""
        kinds = [number for number, each in enumerate(self._types) if each in on]
        return self._columns[name].take(pa.array(self._record, mask=~np.isin(self._kind, kinds)))

    def _of_audits(self, name: str) -> pa.Array:
        """Return a column of audits; all null where the vendor has none."""
        if name not in self._columns:
            return pa.nulls(len(self._record))
        return self._only(name, {EventType.QA_SCORED})

    def _by_type(self, column_of: Mapping[EventType, str]) -> pa.Array:
        """Return for each event the column that belongs to its type; null for other types."""
        parts = (self._only(name, {on}) for on, name in column_of.items())
        return pc.coalesce(*(_plain(part) for part in parts))


def _encoded(values: pa.Array) -> pa.Array:
    """Keep text that repeats once; taking rows of it then moves numbers."""
    return values.dictionary_encode() if pa.types.is_string(values.type) else values


def _plain(values: pa.Array) -> pa.Array:
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values


def _constant(value: str, length: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(length, np.int32)), [value])
