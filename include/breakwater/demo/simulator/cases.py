"""Cases as columns: one array per attribute, all of the same length."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from breakwater.demo.simulator.streams import Flags, Ints

ABSENT = -1
"""What an attribute holds that never came to be: no pause, no appeal, no agent."""
LATER = 2**62
"""The instant of something that is still to happen."""


@dataclass(slots=True)
class Cases:
    """What is known of a vendor's cases; instants are UTC seconds.

    Attributes:
        number: names the case at its vendor: day of arrival and ordinal in it.
        ordinal: 0, or 1 for the second decision of a re-opened case.
        crew: index of the crew that serves its queue.
        work: active seconds it takes an average agent.
        right_decision: what a flawless reviewer decides.
        reopens_at: when a later day will re-open it; known to the simulator alone.

    The others hold what an export shows: an index into the words of the vendor's model, an
    instant, `ABSENT` or `LATER`.
    """

    number: Ints
    ordinal: Ints
    queue: Ints
    policy: Ints
    language: Ints
    crew: Ints
    is_automated: Ints
    work: Ints
    right_decision: Ints
    received: Ints
    queued: Ints
    assigned: Ints
    agent: Ints
    handle_seconds: Ints
    paused: Ints
    resumed: Ints
    pause_reason: Ints
    escalated: Ints
    tier: Ints
    reopened: Ints
    decision: Ints
    decided: Ints
    qa_scored: Ints
    qa_score: Ints
    qa_rescored: Ints
    qa_rescore: Ints
    qa_golden: Ints
    qa_critical: Ints
    appealed: Ints
    appeal_decided: Ints
    appeal_outcome: Ints
    reopens_at: Ints

    def __len__(self) -> int:
        """Return how many cases there are."""
        return len(self.number)

    @classmethod
    def blank(cls, count: int) -> Self:
        """Return cases of which nothing is known."""
        return cls(**{field.name: np.full(count, ABSENT, np.int64) for field in fields(cls)})

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Put cases one after the other."""
        return cls(
            **{
                field.name: np.concatenate([getattr(part, field.name) for part in parts])
                for field in fields(cls)
            }
        )

    def take(self, rows: Ints | Flags) -> Self:
        """Return the cases at some rows, or those for which a flag is set."""
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})
