"""Choose which decisions of a vendor-day are made to differ between the two books, and how."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from breakwater.contracts.comparison import Compared
from breakwater.contracts.operations import Operations
from breakwater.core.vocabulary import Outcome
from breakwater.demo.simulator.cases import ABSENT, Cases
from breakwater.demo.simulator.faults import FaultPlan
from breakwater.demo.simulator.operation import VendorDay
from breakwater.demo.simulator.streams import Flags, Ints, Random, between

OUTCOMES = tuple(Outcome)
CROSSING_SECONDS = 3_600
"""Decisions this close to midnight may be made to cross it."""


@dataclass(frozen=True, slots=True)
class Planted:
    """What is to happen to each decision of a vendor-day; arrays as long as the day's.

    Attributes:
        outcome: index into `OUTCOMES` of the class it is planted as; `ABSENT` where both agree.
        drift: vendor's instant minus the platform's, in seconds.
        crosses: whether the platform's instant lies in the neighbouring day.
        lost_reference: whether the platform does not know the vendor's case number.
    """

    outcome: Ints
    drift: Ints
    crosses: Flags
    lost_reference: Flags

    def is_a(self, outcome: Outcome) -> Flags:
        """Flag the decisions planted as one class."""
        chosen: Flags = self.outcome == OUTCOMES.index(outcome)
        return chosen


def plant(
    random: Random,
    operations: Operations,
    plan: FaultPlan,
    played: VendorDay,
    *,
    compared: Collection[Compared],
    every_class: bool,
    crossings: bool,
) -> Planted:
    """Choose the faults of a vendor-day; a case carries at most one.

    Args:
        random: a stream of its own.
        operations: whose tolerances say what is within and what beyond.
        plan: the rates.
        played: the day; the decisions that cross midnight are moved close to it, in place.
        compared: fields of a pair that are compared; no other can differ.
        every_class: plant at least one of each class.
        crossings: plant pairs on either side of midnight.
    """
    closed, window = played.closed, played.window
    count = len(closed)
    edge = operations.matching.edge_seconds
    # A re-opened case has two decisions; the rules for crowded keys are not to meet a planted fault.
    simple = (closed.ordinal == 0) & (closed.reopens_at == ABSENT)
    inner = (closed.decided >= window.start + edge) & (closed.decided < window.end - edge)
    may = np.flatnonzero(simple & inner)
    outcome = np.full(count, ABSENT, np.int64)
    outcome[may] = _draw_outcomes(random, _rates(plan, compared), len(may), every_class=every_class)
    planted = Planted(
        outcome=outcome,
        drift=np.zeros(count, np.int64),
        crosses=np.zeros(count, np.bool_),
        lost_reference=(outcome == ABSENT)
        & simple
        & (random.random(count) < plan.lost_reference_rate),
    )
    _draw_drifts(random, operations, planted)
    if crossings:
        _cross_midnight(random, operations, played, planted, simple)
    return planted


def _rates(plan: FaultPlan, compared: Collection[Compared]) -> dict[Outcome, float]:
    """Return the rates of the classes that can be found: language is the field that is made to differ."""
    return {
        outcome: rate
        for outcome, rate in plan.rates.items()
        if outcome is not Outcome.FIELD_MISMATCH or Compared.LANGUAGE in compared
    }


def _draw_outcomes(
    random: Random, rates: Mapping[Outcome, float], count: int, *, every_class: bool
) -> Ints:
    classes = [outcome for outcome, rate in rates.items() if rate > 0]
    codes = np.array([*[OUTCOMES.index(outcome) for outcome in classes], ABSENT], np.int64)
    edges = np.cumsum([rates[outcome] for outcome in classes])
    drawn = codes[np.searchsorted(edges, random.random(count), side="right")]
    if every_class and count >= 2 * len(classes):
        drawn[random.permutation(count)[: len(classes)]] = codes[:-1]
    return drawn


def _draw_drifts(random: Random, operations: Operations, planted: Planted) -> None:
    """Set the two clocks apart: a little, within tolerance; or by minutes up to an hour."""
    equal = operations.tolerances.matched_seconds
    within = operations.tolerances.time_seconds
    beyond = min(within + 3_600, operations.matching.edge_seconds)
    for outcome, low, high in (
        (Outcome.MATCHED_WITHIN_TOLERANCE, equal + 1, within + 1),
        (Outcome.TIME_DRIFT, within + 30, beyond),
    ):
        rows = np.flatnonzero(planted.is_a(outcome))
        sign = 1 - 2 * between(random, 0, 2, len(rows))
        planted.drift[rows] = sign * between(random, low, high, len(rows))


def _cross_midnight(
    random: Random, operations: Operations, played: VendorDay, planted: Planted, simple: Flags
) -> None:
    """Put the two halves of three pairs on either side of midnight.

    At the day's end one within tolerance and one beyond it; at its beginning one as it comes.
    """
    closed, window = played.closed, played.window
    within = operations.tolerances.time_seconds
    free = simple & (planted.outcome == ABSENT) & ~planted.lost_reference & ~_followed_up(closed)
    # Room is left to move the vendor's instant on towards midnight, never back.
    late = (closed.decided >= window.end - CROSSING_SECONDS) & (closed.decided < window.end - 60)
    early = closed.decided < window.start + CROSSING_SECONDS
    chosen = random.permutation(np.flatnonzero(free & late))[:2]
    for row, far in zip(chosen.tolist(), (False, True), strict=False):
        after = int(between(random, within + 60, 1_800, 1)[0]) if far else within // 3
        closed.decided[row] = window.end - int(between(random, 3, within // 3, 1)[0])
        _put(planted, row, int(closed.decided[row]) - (window.end + after), within)
    for row in random.permutation(np.flatnonzero(free & early))[:1].tolist():
        before = int(between(random, 5, 600, 1)[0])
        _put(planted, row, int(closed.decided[row]) - (window.start - before), within)


def _put(planted: Planted, row: int, drift: int, within: int) -> None:
    is_within = abs(drift) <= within
    outcome = Outcome.MATCHED_WITHIN_TOLERANCE if is_within else Outcome.TIME_DRIFT
    planted.outcome[row] = OUTCOMES.index(outcome)
    planted.drift[row] = drift
    planted.crosses[row] = True


def _followed_up(closed: Cases) -> Flags:
    followed: Flags = (closed.qa_scored != ABSENT) | (closed.appealed != ABSENT)
    return followed
