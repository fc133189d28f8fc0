"""Clocks: the time a case may take, from which event to which, on which calendar."""

from typing import Literal

from pydantic import Field

from breakwater.contracts.base import Contract, Effective
from breakwater.core.vocabulary import EventType, Priority


class AppliesTo(Contract):
    """Which cases a clock runs on; an empty list means all."""

    vendors: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    priorities: tuple[Priority, ...] = ()


class Clock(Effective):
    """One promise about time."""

    clock: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Literal["contract", "internal", "statutory"]
    title: str
    applies: AppliesTo = AppliesTo()
    start: EventType = EventType.RECEIVED
    stop: EventType = EventType.DECIDED
    pauses: bool = False
    """Whether time between `paused` and `resumed` is left out."""
    calendar: Literal["site", "24x7"] = "24x7"
    """Business time of the deciding site, or every second of the week."""
    target_seconds: int = Field(gt=0)
    warning_share: float = Field(default=0.8, gt=0, lt=1)
    """Share of the target after which an open case is at risk."""
    enabled: bool = True
    provision: str | None = None
    """Law and article of a statutory clock."""
    source: str | None = None
    confidence: str | None = None


class ClockFile(Contract):
    """One file of config/clocks."""

    clocks: tuple[Clock, ...]
