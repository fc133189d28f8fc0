"""What a person said of an incident, and for how long it counts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from breakwater.core.finding import Severity


class State(StrEnum):
    """Where an incident stands for people."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    """Somebody looks after it: nobody is called for it again."""
    SNOOZED = "snoozed"
    """Put off: nobody hears of it until then, unless it gets worse."""
    RESOLVED = "resolved"


class WordKind(StrEnum):
    """What can be said; the last word counts."""

    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Word:
    """One person's word.

    Attributes:
        kind: what was said.
        by: who said it.
        at: when.
        until: from when on it counts no longer; None only of `WordKind.RESOLVED`.
        note: why.
        severity: how bad it was then; a snooze and a resolution do not cover what is worse.
    """

    kind: WordKind
    by: str
    at: datetime
    until: datetime | None
    note: str
    severity: Severity

    def is_over(self, now: datetime) -> bool:
        """Tell whether its time has passed; the last instant counts as over."""
        return self.until is not None and now >= self.until

    def covers(self, severity: Severity) -> bool:
        """Tell whether it holds for a condition this grave.

        Who looks after it does so whatever it becomes; who put it off, or called it done, spoke of
        what was known.
        """
        return self.kind is WordKind.ACKNOWLEDGED or severity.rank <= self.severity.rank
