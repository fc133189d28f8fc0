"""The platform's own book: one row for each decision that reached it, with what was planted."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from breakwater.contracts.operations import Operations
from breakwater.core.days import Window
from breakwater.core.vocabulary import Decision, Outcome
from breakwater.demo.simulator.cases import ABSENT, Cases
from breakwater.demo.simulator.follow_up import OVERTURNED
from breakwater.demo.simulator.plant import Planted
from breakwater.demo.simulator.streams import Flags, Ints, Random, between, log_normal

EXECUTED, FAILED, PENDING = range(3)
STATUSES = ("executed", "failed", "pending")
REVIEW, AUTOMATION, APPEAL = range(3)
SOURCES = ("review", "automation", "appeal")
FIRST, SECOND, AFTER_APPEAL = 0, 1, 3
PENDING_SHARE = 0.2
"""Of the late enforcements, those that have not happened at all."""
AMBIGUOUS_SECONDS = (5, 60)


@dataclass(slots=True)
class LogRows:
    """Rows of the log as columns.

    Attributes:
        case: row of the case in its vendor-day.
        copy: tells rows of one case apart.
        has_reference: whether the platform knows the vendor's case number.
    """

    case: Ints
    copy: Ints
    decision: Ints
    policy: Ints
    language: Ints
    decided: Ints
    enforced: Ints
    status: Ints
    source: Ints
    has_reference: Ints

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.case)

    @classmethod
    def joined(cls, *parts: Self) -> Self:
        """Put rows one after the other."""
        return cls(
            **{
                field.name: np.concatenate([getattr(part, field.name) for part in parts])
                for field in fields(cls)
            }
        )

    def take(self, rows: Ints | Flags) -> Self:
        """Return some rows."""
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def log_rows(
    random: Random, operations: Operations, closed: Cases, planted: Planted, kept: Window
) -> LogRows:
    """Build the rows that a vendor-day's decisions left in the log, in the order of decision.

    Args:
        random: a stream of its own.
        operations: its tolerances and policies.
        closed: the day's decisions.
        planted: what was done to them.
        kept: rows decided outside of this window are left out; appeals may lie far ahead.
    """
    rows = _plain(random, operations, closed, planted)
    _spoil(random, operations, rows, planted)
    reached = ~planted.is_a(Outcome.MISSING_INTERNAL)[rows.case]
    rows = rows.take(reached)
    rows = LogRows.joined(
        rows,
        _doubled(random, rows, planted),
        _twin(random, rows, planted),
        _overturned(random, closed),
    )
    rows = rows.take((rows.decided >= kept.start) & (rows.decided < kept.end))
    return rows.take(np.lexsort((rows.copy, rows.case, rows.decided)))


def _plain(random: Random, operations: Operations, closed: Cases, planted: Planted) -> LogRows:
    """One executed row a decision, enforced within minutes."""
    count = len(closed)
    latency = log_normal(random, 18, 0.9, count)
    latency = np.minimum(latency, operations.tolerances.enforcement_seconds // 2)
    decided = closed.decided - planted.drift
    return LogRows(
        case=np.arange(count, dtype=np.int64),
        copy=np.full(count, FIRST, np.int64),
        decision=closed.decision.copy(),
        policy=closed.policy.copy(),
        language=closed.language.copy(),
        decided=decided,
        enforced=decided + latency,
        status=np.full(count, EXECUTED, np.int64),
        source=np.where(closed.is_automated == 1, AUTOMATION, REVIEW),
        has_reference=(~planted.lost_reference).astype(np.int64),
    )


def _spoil(random: Random, operations: Operations, rows: LogRows, planted: Planted) -> None:
    """Make the platform's row differ where that is planted."""
    differs = np.flatnonzero(planted.is_a(Outcome.DECISION_MISMATCH))
    shift = between(random, 1, len(Decision), len(differs))
    rows.decision[differs] = (rows.decision[differs] + shift) % len(Decision)

    differs = np.flatnonzero(planted.is_a(Outcome.POLICY_MISMATCH))
    shift = between(random, 1, len(operations.policies), len(differs))
    rows.policy[differs] = (rows.policy[differs] + shift) % len(operations.policies)

    differs = np.flatnonzero(planted.is_a(Outcome.FIELD_MISMATCH))
    if len(differs):
        shift = between(random, 1, len(operations.languages), len(differs))
        rows.language[differs] = (rows.language[differs] + shift) % len(operations.languages)

    failed = planted.is_a(Outcome.ENFORCEMENT_FAILED)
    rows.status[failed], rows.enforced[failed] = FAILED, ABSENT

    late = np.flatnonzero(planted.is_a(Outcome.LATE_ENFORCEMENT))
    limit = operations.tolerances.enforcement_seconds
    rows.enforced[late] = rows.decided[late] + limit + between(random, 600, 21_600, len(late))
    pending = late[random.random(len(late)) < PENDING_SHARE]
    rows.status[pending], rows.enforced[pending] = PENDING, ABSENT


def _doubled(random: Random, rows: LogRows, planted: Planted) -> LogRows:
    """Log some decisions twice, the second time a little later."""
    again = rows.take(planted.is_a(Outcome.DUPLICATE_INTERNAL)[rows.case])
    delay = between(random, 5, 90, len(again))
    again.copy[:] = SECOND
    again.decided += delay
    again.enforced += delay
    return again


def _twin(random: Random, rows: LogRows, planted: Planted) -> LogRows:
    """Turn some rows into two without a reference, as far before the decision as after it."""
    mask = planted.is_a(Outcome.AMBIGUOUS)[rows.case]
    twin = rows.take(mask)
    apart = between(random, *AMBIGUOUS_SECONDS, len(twin))
    twin.copy[:] = SECOND
    twin.decided += apart
    twin.enforced += apart
    rows.decided[mask] -= apart
    rows.has_reference[mask] = 0
    twin.has_reference[:] = 0
    return twin


def _overturned(random: Random, closed: Cases) -> LogRows:
    """Undo what an appeal overturned: rows of their own, outside of the books' population."""
    won = np.flatnonzero((closed.appealed != ABSENT) & (closed.appeal_outcome == OVERTURNED))
    count = len(won)
    return LogRows(
        case=won,
        copy=np.full(count, AFTER_APPEAL, np.int64),
        decision=np.zeros(count, np.int64),
        policy=closed.policy[won],
        language=closed.language[won],
        decided=closed.appeal_decided[won],
        enforced=closed.appeal_decided[won] + log_normal(random, 18, 0.9, count),
        status=np.full(count, EXECUTED, np.int64),
        source=np.full(count, APPEAL, np.int64),
        has_reference=np.ones(count, np.int64),
    )
