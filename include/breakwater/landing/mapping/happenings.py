"""When what happened to a record: a column of instants for each event of its life."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.contracts.shape import CaseShape, ListingShape, UpdateShape
from breakwater.contracts.vendor import VendorContract
from breakwater.core.vocabulary import EventType
from breakwater.landing.mapping.dimensions import is_given
from breakwater.landing.mapping.instants import Instants, RowZones, read_instants, read_zones
from breakwater.landing.mapping.local_time import Flags, Seconds
from breakwater.landing.mapping.reasons import Reasons
from breakwater.landing.mapping.terms import Terms
from breakwater.landing.mapping.texts import Texts, is_unknown, translate


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
    clock = _Clock(texts, terms, reasons)
    if isinstance(shape, CaseShape):
        return _life_of_cases(texts, clock, shape, reasons)
    if isinstance(shape, UpdateShape):
        return _life_of_updates(texts, clock, shape, reasons)
    return _life_of_listings(texts, clock, shape)


def _life_of_cases(texts: Texts, clock: "_Clock", shape: CaseShape, reasons: Reasons) -> Life:
    found = {
        (event_type, ordinal): clock.read(
            column, f"{event_type}_at", is_promise=event_type is EventType.DUE
        )
        for event_type, columns in sorted(shape.instants.items())
        for ordinal, column in enumerate(columns)
    }
    received = found[EventType.RECEIVED, 0]
    reasons.add("received_at_missing", texts.of(shape.instants[EventType.RECEIVED][0]).is_null())
    settled_at = np.zeros(texts.row_count, dtype=np.int64)
    is_settled = np.zeros(texts.row_count, dtype=bool)
    for (event_type, _), instants in found.items():
        if event_type is not EventType.DUE:  # a promise may be older than the case it is about
            both = received.is_known & instants.is_known
            is_early = both & (instants.seconds < received.seconds)
            reasons.add(f"received_after_{event_type}", is_early)
        if event_type is EventType.DECIDED:
            settled_at = np.maximum(settled_at, np.where(instants.is_known, instants.seconds, 0))
            is_settled |= instants.is_known
    _check_pauses(found, reasons)
    _check_companions(texts, clock.contract, shape, reasons)
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
    texts: Texts, contract: VendorContract, shape: CaseShape, reasons: Reasons
) -> None:
    """A decision, a score or an outcome and its instant come together or not at all."""
    for field, event_type in (
        ("decision", EventType.DECIDED),
        ("qa_score", EventType.QA_SCORED),
        ("qa_rescore", EventType.QA_RESCORED),
        ("appeal_outcome", EventType.APPEAL_DECIDED),
    ):
        column = getattr(contract.columns, field)
        if column is None or event_type not in shape.instants:
            continue
        has_value = is_given(texts.of(column))
        has_instant = np.zeros(texts.row_count, dtype=bool)
        for name in shape.instants[event_type]:
            has_instant |= is_given(texts.of(name))
        if field != "decision" or contract.defaults.decision is None:
            reasons.add(f"{field}_missing", has_instant & ~has_value)
        reasons.add(f"{event_type}_at_missing", has_value & ~has_instant)


def _life_of_updates(texts: Texts, clock: "_Clock", shape: UpdateShape, reasons: Reasons) -> Life:
    updated = clock.read(shape.at, "updated_at")
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


def _life_of_listings(texts: Texts, clock: "_Clock", shape: ListingShape) -> Life:
    """Of a listing only the receipt stands in its rows; everything else follows from the next."""
    nothing = np.zeros(texts.row_count, dtype=np.int64)
    happenings: tuple[Happening, ...] = ()
    if shape.received is not None:
        received = clock.read(shape.received, "received_at", is_optional=True)
        happenings = (Happening(EventType.RECEIVED, 0, received.arrow),)
    return Life(happenings, nothing, nothing.astype(bool))


class _Clock:
    """Reads columns of instants by the contract, each row in its own zone."""

    def __init__(self, texts: Texts, terms: Terms, reasons: Reasons) -> None:
        self._texts, self._terms, self._reasons = texts, terms, reasons
        self.contract = terms.contract
        self._times = terms.contract.times
        self._has_typed_cells = terms.contract.format.kind in {"parquet", "xlsx"}
        self._zones: RowZones | None = None
        if self._times.zone_column is not None:
            self._zones = read_zones(texts.of(self._times.zone_column), self._times)
            reasons.add("zone_unknown", self._zones.is_unknown)

    def read(
        self, column: str, name: str, *, is_promise: bool = False, is_optional: bool = False
    ) -> Instants:
        """Read a column and refuse what cannot be.

        Args:
            column: the vendor's name of it.
            name: of the instant, in reasons.
            is_promise: whether it may lie in the future.
            is_optional: whether a value that cannot be read is as good as none.
        """
        own = self._times.columns.get(column)
        times, zones = self._times, self._zones
        if own is not None:
            changes = own.model_dump(exclude_none=True)
            times, zones = times.model_copy(update=changes), None if own.zone else zones
        texts = self._texts.of(column)
        instants = read_instants(texts, times, has_typed_cells=self._has_typed_cells, zones=zones)
        is_future = instants.is_known & (instants.seconds >= self._terms.window.end)
        if is_optional:
            return instants.without(is_future)
        self._reasons.add(f"{name}_unreadable", instants.is_unreadable)
        self._reasons.add("local_time_repeated", instants.is_repeated)
        self._reasons.add("local_time_skipped", instants.is_skipped)
        if not is_promise:
            self._reasons.add("instant_in_future", is_future)
        return instants
