"""From records to `case_event`: one row for each thing that happened, in a stable order."""

import hashlib
from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.core.vocabulary import EventType
from breakwater.landing.records import Records

ID_BYTES = 16
RECORD_COLUMNS = (
    "site",
    "queue",
    "policy",
    "language",
    "priority",
    "case_id_vendor",
    "record_key",
    "item_id",
)
DECISION_COLUMNS = ("actor_type", "decision", "decision_code_vendor", "handle_seconds")
SCORES = {EventType.QA_SCORED: "qa_score", EventType.QA_RESCORED: "qa_rescore"}
REMARKS = {
    EventType.PAUSED: "pause_reason",
    EventType.ESCALATED: "escalated_to",
    EventType.APPEAL_DECIDED: "appeal_outcome",
}

Ints = npt.NDArray[np.int64]


def case_events(
    records: Records, vendor: str, source_sha256: str, decided_types: Collection[EventType]
) -> pa.Table:
    """Return the rows of `case_event`, ordered by event id.

    Ids come from what a record says and not from where it stands, so the order of the file's rows
    shows in `source_row` alone.

    Args:
        records: what landed.
        vendor: whose.
        source_sha256: hash of the file.
        decided_types: events that carry the decision, its actor and its handling time.
    """
    record_ids, rank = identify(records)
    happenings = sorted(records.happenings, key=lambda h: (h.event_type, h.ordinal))
    record_of = [np.flatnonzero(h.at.is_valid().to_numpy(zero_copy_only=False)) for h in happenings]
    record = np.concatenate(record_of)
    kind = np.repeat(np.arange(len(happenings)), [len(records) for records in record_of])
    order = np.lexsort((kind, rank[record]))
    rows = _Rows(records, [h.event_type for h in happenings], record[order], kind[order])
    at = pa.chunked_array([h.at.drop_null() for h in happenings]).combine_chunks()
    record_id = record_ids.take(rows.record)
    suffix = rows.per_kind([f"{h.event_type}-{h.ordinal}" for h in happenings])
    return pa.table(
        {
            "operational_day": records.operational_day.take(rows.record),
            "vendor": rows.constant(vendor),
            "record_id": record_id,
            "event_id": pc.binary_join_element_wise(record_id, suffix, "-"),
            "event_type": rows.per_kind([h.event_type.value for h in happenings]),
            "event_at": at.take(pa.array(order)),
            "source_sha256": rows.constant(source_sha256),
            "source_row": records.source_row.take(rows.record),
            **{name: rows.of(name) for name in RECORD_COLUMNS},
            **{name: rows.of(name, decided_types) for name in DECISION_COLUMNS},
            "agent": rows.of("agent", {*decided_types, EventType.ASSIGNED}),
            "score": rows.by_type(SCORES),
            "reason": rows.by_type(REMARKS),
        }
    )


class _Rows:
    """Events as pairs of a record and a kind of event; gives columns aligned with them."""

    def __init__(self, records: Records, types: list[EventType], record: Ints, kind: Ints) -> None:
        self._columns = {
            name: records.columns.column(name) for name in records.columns.column_names
        }
        self._types = types
        self._kind = kind
        self.record = pa.array(record)

    def constant(self, value: str) -> pa.Array:
        return pa.repeat(pa.scalar(value), len(self._kind))

    def per_kind(self, values: list[str]) -> pa.Array:
        return pa.array(values, pa.string()).take(pa.array(self._kind))

    def of(self, name: str, only: Collection[EventType] | None = None) -> pa.Array:
        """Return a column of the records, null on other events than those asked for."""
        source = self._columns[name].combine_chunks()
        if source.null_count == len(source):
            return pa.nulls(len(self._kind), source.type)
        column = source.take(self.record)
        if only is None:
            return column
        kinds = [n for n, event_type in enumerate(self._types) if event_type in only]
        applies = pa.array(np.isin(self._kind, kinds))
        return pc.if_else(applies, column, pa.scalar(None, column.type))

    def by_type(self, column_of: Mapping[EventType, str]) -> pa.Array:
        """Return for each event the column that belongs to its type; null for other types."""
        return pc.coalesce(*(self.of(name, {kind}) for kind, name in column_of.items()))


def identify(records: Records) -> tuple[pa.Array, Ints]:
    """Return the id of each record, and its place when the ids are sorted.

    Records that say the same are told apart by an ordinal, in the order of the file.
    """
    texts = [column.cast(pa.string()) for column in records.columns.columns]
    texts += [h.at.cast(pa.string()) for h in records.happenings]
    # Text that has landed holds no control characters: neither mark can be part of a value.
    joined = pc.binary_join_element_wise(
        *texts, "\x1f", null_handling="replace", null_replacement="\x00"
    )
    contents = [text.encode() for text in joined.to_pylist()]
    digests = [_digest(content) for content in contents]
    order, ordinal = _sorted(digests)
    for place in np.flatnonzero(ordinal):
        row = order[place]
        digests[row] = _digest(b"%s\x1e%d" % (contents[row], ordinal[place]))
    if ordinal.any():
        order, _ = _sorted(digests)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return pa.array([digest.hex() for digest in digests], pa.string()), rank


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:ID_BYTES]


def _sorted(digests: list[bytes]) -> tuple[Ints, Ints]:
    """Return the order of digests, and at each place the ordinal among equal ones."""
    halves = np.frombuffer(b"".join(digests), dtype=">u8").reshape(-1, 2)
    order = np.lexsort((halves[:, 1], halves[:, 0]))
    ranked = halves[order]
    places = np.arange(len(order))
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (ranked[1:] != ranked[:-1]).any(axis=1)
    return order, places - np.maximum.accumulate(np.where(is_first, places, 0))
