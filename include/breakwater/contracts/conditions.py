"""What has to happen to a case: an event, and whatever else must be true of it."""

from collections.abc import Mapping
from itertools import product
from typing import Annotated

from pydantic import BeforeValidator

from breakwater.contracts.case_kind import CaseKind
from breakwater.core.vocabulary import ActorType, Decision, EventType

FILTERS = (
    "reasons",
    "actors",
    "decisions",
    "sites",
    "queues",
    "policies",
    "languages",
    "priorities",
    "markets",
)


class Condition(CaseKind):
    """One kind of event; every list that is stated must hold the event's own value.

    An event without a value (no reason, no decision) is in no list.
    """

    event: EventType
    reasons: tuple[str, ...] = ()
    """Pause reason, escalation tier or appeal outcome, as the vendor writes it."""
    actors: tuple[ActorType, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether every event of the type is meant."""
        return not any(getattr(self, name) for name in FILTERS)

    def combinations(self) -> list[tuple[str | None, ...]]:
        """Take the lists apart: one value of each, in the order of `FILTERS`; None is any."""
        return list(product(*(getattr(self, name) or (None,) for name in FILTERS)))


def _listed(stated: object) -> object:
    """Read ``decided``, one condition, or a list of either."""
    several = stated if isinstance(stated, list | tuple) else [stated]
    return tuple(
        each if isinstance(each, Mapping | Condition) else {"event": each} for each in several
    )


_Spelled = EventType | Condition
Conditions = Annotated[
    tuple[Condition, ...],
    BeforeValidator(_listed, json_schema_input_type=_Spelled | tuple[_Spelled, ...]),
]
"""Any one of them will do. A plain event is written as its name."""


def plain(*events: EventType) -> tuple[Condition, ...]:
    """Return the conditions that events of some types meet."""
    return tuple(Condition(event=event) for event in events)


def events_of(conditions: tuple[Condition, ...]) -> frozenset[EventType]:
    """List the types of events that conditions are about."""
    return frozenset(condition.event for condition in conditions)
