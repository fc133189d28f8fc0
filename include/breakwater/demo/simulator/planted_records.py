"""Say of every planted break which records of the two books end in which outcome."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from breakwater.core.days import Window
from breakwater.core.vocabulary import Outcome, Side
from breakwater.demo.simulator.cases import ABSENT, Cases
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.names import action_ids, case_ids
from breakwater.demo.simulator.operation import VendorDay
from breakwater.demo.simulator.plant import OUTCOMES, Planted
from breakwater.demo.simulator.platform_log import APPEAL, SECOND, LogRows
from breakwater.demo.simulator.truth import PlantedBreak, PlantedRecord

VENDOR_ONLY = frozenset({Outcome.MISSING_INTERNAL, Outcome.DUPLICATE_VENDOR})
"""Classes in which no record of the platform's book stands out."""
INTERNAL_ONLY = frozenset({Outcome.MISSING_VENDOR, Outcome.DUPLICATE_INTERNAL})
"""Classes in which no record of the vendor's book stands out."""


@dataclass(frozen=True, slots=True)
class _Action:
    """A row of the log, as far as the truth needs it."""

    action_id: str
    copy: int
    decided: int


def planted_breaks(
    model: VendorModel, played: VendorDay, planted: Planted, rows: LogRows
) -> Iterator[PlantedBreak]:
    """Describe the breaks of a vendor-day, in the order of its decisions.

    What a day borrows over midnight is counted in its own reconciliation, on both sides.
    """
    day, closed = played.day, played.closed
    chosen = np.flatnonzero(planted.outcome != ABSENT)
    keys = case_ids(model, closed.number[chosen]).to_pylist()
    actions = _actions_of(model, closed, rows, planted)
    for row, key in zip(chosen.tolist(), keys, strict=True):
        outcome = OUTCOMES[int(planted.outcome[row])]
        records = []
        if outcome not in INTERNAL_ONLY:
            records.append(_record(Side.VENDOR, day, day, key, outcome))
        if outcome not in VENDOR_ONLY:
            records.extend(
                _record(
                    Side.INTERNAL,
                    day,
                    _day_of(action, day, played.window),
                    action.action_id,
                    outcome,
                )
                for action in actions[row]
                if outcome is not Outcome.DUPLICATE_INTERNAL or action.copy == SECOND
            )
        yield PlantedBreak(model.vendor, outcome, bool(planted.crosses[row]), tuple(records))


def _record(side: Side, day: date, decided_day: date, name: str, outcome: Outcome) -> PlantedRecord:
    return PlantedRecord(side, day, name, outcome, (outcome,), decided_day)


def _actions_of(
    model: VendorModel, closed: Cases, rows: LogRows, planted: Planted
) -> dict[int, list[_Action]]:
    """Group the rows that planted decisions left in the log by their case."""
    mine = rows.take((planted.outcome[rows.case] != ABSENT) & (rows.source != APPEAL))
    names = action_ids(model, closed.number[mine.case], closed.ordinal[mine.case], mine.copy)
    found: dict[int, list[_Action]] = defaultdict(list)
    columns = zip(
        mine.case.tolist(),
        names.to_pylist(),
        mine.copy.tolist(),
        mine.decided.tolist(),
        strict=True,
    )
    for case, name, copy, decided in columns:
        found[case].append(_Action(name, copy, decided))
    return found


def _day_of(action: _Action, day: date, window: Window) -> date:
    if action.decided < window.start:
        return day - timedelta(days=1)
    return day + timedelta(days=1) if action.decided >= window.end else day
