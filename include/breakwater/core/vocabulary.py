"""The closed sets of words that tables, models and messages share."""

from enum import StrEnum


class EventType(StrEnum):
    """What happened to a case."""

    RECEIVED = "received"
    QUEUED = "queued"
    ASSIGNED = "assigned"
    PAUSED = "paused"
    RESUMED = "resumed"
    DECIDED = "decided"
    ESCALATED = "escalated"
    REOPENED = "reopened"
    CLOSED = "closed"
    QA_SCORED = "qa_scored"
    QA_RESCORED = "qa_rescored"
    APPEALED = "appealed"
    APPEAL_DECIDED = "appeal_decided"
    REQUESTER_MESSAGE = "requester_message"
    """Whoever asked wrote again. No state of the case: it changes nothing but what is waited for."""
    REVIEWER_MESSAGE = "reviewer_message"
    """Whoever asked was answered, or told how things stand. No state of the case either."""
    DUE = "due"
    """Not a happening: the instant by which the vendor's own system promised the case."""


MESSAGES = frozenset({EventType.REQUESTER_MESSAGE, EventType.REVIEWER_MESSAGE})
"""Events that are no states of a case."""


class ActorType(StrEnum):
    """Who decided: a person in a queue, or a rule."""

    HUMAN = "human"
    AUTOMATION = "automation"


class Decision(StrEnum):
    """The platform's own decision codes, from weakest to strictest."""

    NO_ACTION = "no_action"
    WARN = "warn"
    LABEL = "label"
    RESTRICT = "restrict"
    REMOVE = "remove"
    SUSPEND = "suspend"


class Priority(StrEnum):
    """Order of service in a queue; p1 first."""

    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    P4 = "p4"


class Side(StrEnum):
    """The two books of a reconciliation."""

    VENDOR = "vendor"
    INTERNAL = "internal"


class Outcome(StrEnum):
    """Where a record of either book ends; every record ends in exactly one.

    Ordered by precedence: when several apply to a pair, the first one named here counts.
    """

    UNKNOWN_CODE = "unknown_code"
    DUPLICATE_VENDOR = "duplicate_vendor"
    DUPLICATE_INTERNAL = "duplicate_internal"
    AMBIGUOUS = "ambiguous"
    MISSING_INTERNAL = "missing_internal"
    MISSING_VENDOR = "missing_vendor"
    ENFORCEMENT_FAILED = "enforcement_failed"
    DECISION_MISMATCH = "decision_mismatch"
    POLICY_MISMATCH = "policy_mismatch"
    FIELD_MISMATCH = "field_mismatch"
    TIME_DRIFT = "time_drift"
    LATE_ENFORCEMENT = "late_enforcement"
    MATCHED_WITHIN_TOLERANCE = "matched_within_tolerance"
    MATCHED = "matched"

    @property
    def is_break(self) -> bool:
        """Tell whether the two books disagree."""
        return self not in {Outcome.MATCHED, Outcome.MATCHED_WITHIN_TOLERANCE}


class Direction(StrEnum):
    """Whose decision is the stricter one, by the order of `Decision`."""

    VENDOR_WEAKER = "vendor_weaker"
    """We acted harder than the vendor's book says: nothing harmful stays up for want of it."""
    VENDOR_STRICTER = "vendor_stricter"
    """The vendor decided harder than we acted: what it removed may still be up."""


class Total(StrEnum):
    """What a vendor may count of its own day, in cases."""

    INCOMING = "incoming"
    SOLVED = "solved"
    BACKLOG = "backlog"
    """Undecided at the end of the day."""


class RunType(StrEnum):
    """Why a day is being closed; only live runs may page."""

    SCHEDULED = "scheduled"
    MANUAL = "manual"
    BACKFILL = "backfill"
