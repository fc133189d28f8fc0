"""What can be told of one case: values without words, so that any surface can show them."""

from dataclasses import dataclass
from datetime import date, datetime

from breakwater.contracts.comparison import Compared
from breakwater.core.vocabulary import Outcome, Side
from breakwater.measure.sla.explain import Explanation


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to a case.

    Attributes:
        at: when, in UTC seconds.
        book: who says so.
        what: an event type of the vendor's book; ``decided``, ``enforced`` or ``failed`` of ours.
        decision: our code for what was decided.
        code: the vendor's own code for it.
        reason: pause reason, escalation tier or appeal outcome.
        actor: human or automation.
    """

    at: int
    book: Side
    what: str
    decision: str | None = None
    code: str | None = None
    reason: str | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field of a pair.

    Attributes:
        field: which.
        vendor: as the vendor has it; None when it does not say.
        internal: as the platform has it.
        agrees: whether the two count as equal; what one side does not state is no contradiction.
    """

    field: Compared
    vendor: str | int | float | None
    internal: str | int | float | None
    agrees: bool


@dataclass(frozen=True, slots=True)
class Life:
    """The break that a record is part of.

    Attributes:
        break_id: its name.
        state: open, explained, disputed, accepted or auto_closed.
        cause: what probably made it, if that could be told.
        owner: who looks after it.
        first_seen_at: when it was first found.
    """

    break_id: str
    state: str
    cause: str | None
    owner: str | None
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """Where one record of the case ended in the reconciliation of its day.

    Attributes:
        side: whose record it is.
        record_id: its id in that book.
        outcome: where it ended.
        rule: what decided, by its name in the configuration.
        why: the same as a sentence.
        counterpart_id: the other half of its pair.
        alternatives: how many other records the rule could have chosen.
        group: the other records of its group, where more than two agree as a whole.
        compared: each field of the pair; none without a counterpart.
        direction: who decided more strictly, where the decisions differ.
        life: of the break that it is, or is part of.
    """

    side: Side
    record_id: str
    outcome: Outcome
    rule: str
    why: str
    counterpart_id: str | None
    alternatives: int
    group: tuple[str, ...]
    compared: tuple[ComparedField, ...]
    direction: str | None
    life: Life | None


@dataclass(frozen=True, slots=True)
class Story:
    """One case, as known at the end of an operational day.

    Attributes:
        vendor: whose case it is.
        case: the vendor's id.
        day: as of whose end.
        happened: both books on one time line.
        ended: the case's records of that day, and what became of each.
        clocks: every clock on it, with its segments.
    """

    vendor: str
    case: str
    day: date
    happened: tuple[Happening, ...]
    ended: tuple[Ended, ...]
    clocks: tuple[Explanation, ...]
