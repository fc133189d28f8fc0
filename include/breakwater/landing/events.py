"""From records to `case_event`: one row for each thing that happened, in a stable order."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.core.vocabulary import EventType
from breakwater.landing.identity import Ints, identify
from breakwater.landing.operational_days import ordinal
from breakwater.landing.records import Records

BATCH_ROWS = 131_072

UNIQUE_COLUMNS = ("case_id_vendor", "record_key", "item_id")
RECORD_COLUMNS = ("site", "queue", "policy", "language", "priority", *UNIQUE_COLUMNS)
DECISION_COLUMNS = ("actor_type", "decision", "decision_code_vendor", "handle_seconds")
SCORES = {EventType.QA_SCORED: "qa_score", EventType.QA_RESCORED: "qa_rescore"}
REMARKS = {
    EventType.PAUSED: "pause_reason",
    EventType.ESCALATED: "escalated_to",
    EventType.APPEAL_DECIDED: "appeal_outcome",
}


class CaseEvents:
    """The events of an export by operational day, ordered by event id.

    Only where each event comes from is kept; its row is made when it is read, so memory follows
    the records and not the many events of each. Ids come from what a record says, so the order of
    the file's rows shows in `source_row` alone.
    """

    def __init__(
        self,
        records: Records,
        vendor: str,
        source_sha256: str,
        decided_types: Collection[EventType],
    ) -> None:
        """Take the records that landed.

        Args:
            records: what landed.
            vendor: whose.
            source_sha256: hash of the file.
            decided_types: events that carry the decision, its actor and its handling time.
        """
        self._records, self._vendor, self._source = records, vendor, source_sha256
        self._decided_types = decided_types
        self._record_ids, rank = identify(records)
        self._happenings = sorted(records.happenings, key=lambda h: (h.event_type, h.ordinal))
        self._record, self._kind, self._at = self._unpivot(rank)
        self._day_of_record = records.operational_day.cast(pa.int32()).to_numpy()
        self._columns = {
            name: _encoded(records.columns.column(name).combine_chunks())
            if name not in UNIQUE_COLUMNS
            else records.columns.column(name).combine_chunks()
            for name in records.columns.column_names
        }

    @property
    def days(self) -> list[date]:
        """Operational days that have events, in order."""
        days: list[date] = pc.unique(self._records.operational_day).sort().to_pylist()
        return days

    @property
    def count(self) -> int:
        """How many events there are."""
        return len(self._record)

    def rows(self, day: date) -> Iterator[pa.RecordBatch]:
        """Make the rows of one operational day."""
        of_day = np.flatnonzero(self._day_of_record[self._record] == ordinal(day))
        for start in range(0, len(of_day), BATCH_ROWS):
            yield self._batch(of_day[start : start + BATCH_ROWS])

    def _unpivot(self, rank: Ints) -> tuple[Ints, Ints, Ints]:
        """Return record, kind and instant of each event, ordered by event id."""
        known = [h.at.is_valid().to_numpy(zero_copy_only=False) for h in self._happenings]
        record = np.concatenate([np.flatnonzero(each) for each in known])
        kind = np.repeat(np.arange(len(known)), [each.sum() for each in known])
        at = np.concatenate([h.at.drop_null().to_numpy() for h in self._happenings])
        order = np.lexsort((kind, rank[record]))
        return record[order], kind[order], at[order]

    def _batch(self, events: Ints) -> pa.RecordBatch:
        record, kind = self._record[events], self._kind[events]
        types = [h.event_type.value for h in self._happenings]
        suffixes = [f"{h.event_type}-{h.ordinal}" for h in self._happenings]
        record_id = self._record_ids.take(pa.array(record))
        agents = {*self._decided_types, EventType.ASSIGNED}
        columns = {
            "operational_day": self._records.operational_day.take(pa.array(record)),
            "vendor": _constant(self._vendor, len(events)),
            "record_id": record_id,
            "event_id": pc.binary_join_element_wise(
                record_id, pa.array(suffixes).take(pa.array(kind)), "-"
            ),
            "event_type": _encoded(pa.array(types)).take(pa.array(kind)),
            "event_at": pa.array(self._at[events]),
            "source_sha256": _constant(self._source, len(events)),
            "source_row": self._records.source_row.take(pa.array(record)),
            **{name: self._columns[name].take(pa.array(record)) for name in RECORD_COLUMNS},
            **{n: self._only(n, self._decided_types, record, kind) for n in DECISION_COLUMNS},
            "agent": self._only("agent", agents, record, kind),
            "score": self._by_type(SCORES, record, kind),
            "reason": self._by_type(REMARKS, record, kind),
        }
        return pa.RecordBatch.from_pydict(columns)

    def _only(self, name: str, on: Collection[EventType], record: Ints, kind: Ints) -> pa.Array:
        """Return a column of the records, null on other events than those named."""
        kinds = [n for n, h in enumerate(self._happenings) if h.event_type in on]
        return self._columns[name].take(pa.array(record, mask=~np.isin(kind, kinds)))

    def _by_type(self, column_of: Mapping[EventType, str], record: Ints, kind: Ints) -> pa.Array:
        """Return for each event the column that belongs to its type; null for other types."""
        parts = (self._only(name, {on}, record, kind) for on, name in column_of.items())
        return pc.coalesce(*(_plain(part) for part in parts))


def _encoded(values: pa.Array) -> pa.Array:
    """Keep text that repeats once; taking rows of it then moves numbers."""
    return values.dictionary_encode() if pa.types.is_string(values.type) else values


def _plain(values: pa.Array) -> pa.Array:
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values


def _constant(value: str, length: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(length, np.int32)), [value])
