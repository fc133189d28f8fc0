"""When what happened to a record: a column of instants for each event of its life."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.contracts.shape import CaseShape, Columns, UpdateShape
from breakwater.core.vocabulary import EventType
from breakwater.landing.dimensions import is_given
from breakwater.landing.instants import Instants, read_instants
from breakwater.landing.local_time import Flags, Seconds
from breakwater.landing.reasons import Reasons
from breakwater.landing.terms import Terms
from breakwater.landing.texts import Texts, is_unknown, translate


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of every record: its type, its ordinal among equals, UTC seconds or null."""

    event_type: EventType
    ordinal: int
    at: pa.Array

    @property
    def column(self) -> str:
        """What its instants are called among the columns of a record, and in the event's id."""
        return f"{self.event_type}-{self.ordinal}"


@dataclass(frozen=True, slots=True)
class Life:
    """All events of all records, and the instant that decides the day of each record.

    Attributes:
        happenings: one for each event that a record may have.
        settled_at: UTC seconds of the decision, or of the update.
        is_settled: where that instant is known; other records belong to the export's day.
    """

    happenings: tuple[Happening, ...]
    settled_at: Seconds
    is_settled: Flags


def read_life(texts: Texts, terms: Terms, reasons: Reasons) -> Life:
    """Read every instant of an export and refuse records whose instants cannot be."""
    shape = terms.contract.shape
    if isinstance(shape, CaseShape):
        return _life_of_cases(texts, terms, shape, reasons)
    if isinstance(shape, UpdateShape):
        return _life_of_updates(texts, terms, shape, reasons)
    raise NotImplementedError(shape.kind)


def _life_of_cases(texts: Texts, terms: Terms, shape: CaseShape, reasons: Reasons) -> Life:
    found = {
        (event_type, ordinal): _read(texts, terms, column, f"{event_type}_at", reasons)
        for event_type, columns in sorted(shape.instants.items())
        for ordinal, column in enumerate(columns)
    }
    received = found[EventType.RECEIVED, 0]
    reasons.add("received_at_missing", texts.of(shape.instants[EventType.RECEIVED][0]).is_null())
    settled_at = np.zeros(texts.row_count, dtype=np.int64)
    is_settled = np.zeros(texts.row_count, dtype=bool)
    for (event_type, _), instants in found.items():
        both = received.is_known & instants.is_known
        is_early = both & (instants.seconds < received.seconds)
        reasons.add(f"received_after_{event_type}", is_early)
        if event_type is EventType.DECIDED:
            settled_at = np.maximum(settled_at, np.where(instants.is_known, instants.seconds, 0))
            is_settled |= instants.is_known
    _check_pauses(found, reasons)
    _check_companions(texts, terms.contract.columns, shape, reasons)
    happenings = tuple(Happening(*key, instants.arrow) for key, instants in found.items())
    return Life(happenings, settled_at, is_settled)


def _check_pauses(found: dict[tuple[EventType, int], Instants], reasons: Reasons) -> None:
    for (event_type, ordinal), resumed in found.items():
        if event_type is not EventType.RESUMED:
            continue
        paused = found.get((EventType.PAUSED, ordinal))
        if paused is None:
            reasons.add("resumed_without_pause", resumed.is_known)
            continue
        reasons.add("resumed_without_pause", resumed.is_known & ~paused.is_known)
        both = resumed.is_known & paused.is_known
        reasons.add("resumed_before_paused", both & (resumed.seconds < paused.seconds))


def _check_companions(
    texts: Texts,
    columns: Columns,
    shape: CaseShape,
    reasons: Reasons,
) -> None:
    """A decision, a score or an outcome and its instant come together or not at all."""
    for field, event_type in (
        ("decision", EventType.DECIDED),
        ("qa_score", EventType.QA_SCORED),
        ("qa_rescore", EventType.QA_RESCORED),
        ("appeal_outcome", EventType.APPEAL_DECIDED),
    ):
        column = getattr(columns, field)
        if column is None or event_type not in shape.instants:
            continue
        has_value = is_given(texts.of(column))
        has_instant = np.zeros(texts.row_count, dtype=bool)
        for name in shape.instants[event_type]:
            has_instant |= is_given(texts.of(name))
        reasons.add(f"{field}_missing", has_instant & ~has_value)
        reasons.add(f"{event_type}_at_missing", has_value & ~has_instant)


def _life_of_updates(texts: Texts, terms: Terms, shape: UpdateShape, reasons: Reasons) -> Life:
    updated = _read(texts, terms, shape.at, "updated_at", reasons)
    reasons.add("updated_at_missing", texts.of(shape.at).is_null())
    state = texts.of(shape.state)
    event_of_state = {state: event_type.value for state, event_type in shape.events.items()}
    happened = translate(state, event_of_state)
    reasons.add("state_missing", state.is_null())
    reasons.add("state_unknown", is_unknown(state, happened))
    nothing = pa.scalar(None, pa.int64())
    happenings = tuple(
        Happening(
            event_type, 0, pc.if_else(pc.equal(happened, event_type.value), updated.arrow, nothing)
        )
        for event_type in sorted(set(shape.events.values()))
    )
    return Life(happenings, updated.seconds, updated.is_known)


def _read(texts: Texts, terms: Terms, column: str, name: str, reasons: Reasons) -> Instants:
    has_typed_cells = terms.contract.format.kind in {"parquet", "xlsx"}
    instants = read_instants(
        texts.of(column), terms.contract.times, has_typed_cells=has_typed_cells
    )
    reasons.add(f"{name}_unreadable", instants.is_unreadable & is_given(texts.of(column)))
    reasons.add("local_time_repeated", instants.is_repeated)
    reasons.add("local_time_skipped", instants.is_skipped)
    reasons.add("instant_in_future", instants.is_known & (instants.seconds >= terms.window.end))
    return instants
