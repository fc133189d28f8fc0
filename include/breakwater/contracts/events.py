"""Known events: what people know of a stretch of days before anybody asks why a number moved."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations
from typing import Annotated, Literal

from pydantic import Field, model_validator

from breakwater.contracts.base import Contract

EventKind = Literal[
    "policy_launch", "campaign", "holiday", "vendor_cutover", "platform_outage", "other"
]

EventName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]

DIMENSIONS: Mapping[str, str] = {
    "vendors": "vendor",
    "sites": "site",
    "queues": "queue",
    "policies": "policy",
    "languages": "language",
    "priorities": "priority",
    "metrics": "metric",
}
"""Field of a scope by the dimension of a number that it speaks of."""


class EventScope(Contract):
    """Which numbers an event may move; an empty list means any."""

    vendors: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()

    def named(self) -> dict[str, tuple[str, ...]]:
        """Return the values that it names, by dimension; dimensions without any are left out."""
        values = {name: getattr(self, field) for field, name in DIMENSIONS.items()}
        return {name: several for name, several in values.items() if several}


class KnownEvent(Contract):
    """Something that moves numbers, known to people: a launch, a campaign, a closure.

    It is named beside every anomaly that it coincides with. It keeps anomalies from being told
    only when it says so.
    """

    event: EventName
    kind: EventKind
    title: str = Field(min_length=3, max_length=80)
    """What readers of alerts and digests are told; names of vendors are for those who may know."""
    scope: EventScope = EventScope()
    first_day: date
    """First operational day that it touches."""
    last_day: date | None = None
    """Last operational day that it touches; open when absent."""
    after_days: int = Field(default=0, ge=0, le=31)
    """For how many days after the last one numbers may still move because of it."""
    suppress: bool = False
    """Keep what lies wholly in its scope from being told while it lasts; scores keep it."""
    tell_vendors: bool = False
    """Name it to the vendors, too; people of the operation always read it."""

    @model_validator(mode="after")
    def _can_hold(self) -> "KnownEvent":
        if self.last_day is not None and self.last_day < self.first_day:
            message = "last_day must not be before first_day"
            raise ValueError(message)
        if self.suppress and not self.scope.named():
            message = "scope must name what is suppressed; found everything"
            raise ValueError(message)
        return self

    def touches(self, first: date, last: date) -> bool:
        """Tell whether it, or what follows from it, falls into a span of operational days."""
        if last < self.first_day:
            return False
        return self.last_day is None or first <= self.last_day + timedelta(days=self.after_days)


class EventFile(Contract):
    """config/events.yaml."""

    events: tuple[KnownEvent, ...]


def event_problems(
    events: Iterable[KnownEvent], known: Mapping[str, Iterable[str]]
) -> Iterator[str]:
    """Find names that nobody defines, and names given twice.

    Args:
        events: entries of one place.
        known: values by dimension; a dimension that is absent may be anything.
    """
    every = tuple(events)
    for one, other in combinations(every, 2):
        if one.event == other.event:
            yield f"{one.event}: expected one entry of a name; found two"
    for each in every:
        for name, values in each.scope.named().items():
            if name in known:
                for value in sorted(set(values) - set(known[name])):
                    yield f"{each.event}.scope: expected a {name}; found {value!r}"
