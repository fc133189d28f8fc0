"""Clocks: the time a case may take, from which event to which, on which calendar."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Literal

from pydantic import Field, model_validator

from breakwater.contracts.base import Contract, Effective
from breakwater.contracts.law import Duty, Law
from breakwater.core.vocabulary import EventType, Priority

_LOOSE = {"provision", "source", "confidence"}


class AppliesTo(Contract):
    """Which cases a clock runs on; an empty list means all."""

    vendors: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    priorities: tuple[Priority, ...] = ()

    def covers(
        self, *, vendor: str, queue: str, policy: str | None, language: str, priority: str
    ) -> bool:
        """Tell whether a case of this kind is meant."""
        return all(
            not wanted or found in wanted
            for wanted, found in (
                (self.vendors, vendor),
                (self.queues, queue),
                (self.policies, policy),
                (self.languages, language),
                (self.priorities, priority),
            )
        )


class Clock(Effective):
    """One promise about time.

    A law that changes is two entries of one name, each effective for its days; the one in force
    when the case triggers the clock is the one that counts, for backfills too.
    """

    clock: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Literal["contract", "internal", "statutory"]
    title: str
    applies: AppliesTo = AppliesTo()
    start: EventType = EventType.RECEIVED
    """The first event of this type starts the clock."""
    stop: EventType = EventType.DECIDED
    """The first event of this type at or after the start stops it."""
    pauses: bool = False
    """Whether time between `paused` and `resumed` is left out."""
    calendar: Literal["site", "24x7"] = "24x7"
    """Business time of the deciding site, or every second of the week."""
    on_close: Literal["stay", "roll_forward"] = "stay"
    """A deadline that falls on closing time stays there, because people plan for the closing bell
    and most help desks read it so; or it rolls forward to the next opening."""
    due: Literal["target", "reported"] = "target"
    """Whether the target says when a case is due, or the vendor's own system does, case by case, by
    the instant in its `due` column; a case without one has no such clock."""
    target_seconds: int | None = Field(default=None, gt=0)
    """May be left out only where due is `reported`."""
    warning_share: float = Field(default=0.8, gt=0, lt=1)
    """Share of the target after which an open case is at risk."""
    enabled: bool = True
    law: Law | None = None
    """The law of a statutory clock; or the one behind a policy, where it names no number.

    `provision`, `source` and `confidence` may also stand beside the target, as they once did.
    """

    @model_validator(mode="before")
    @classmethod
    def _gather_the_law(cls, stated: object) -> object:
        """Read the law from where files wrote it before it had a place of its own."""
        if not isinstance(stated, Mapping) or not _LOOSE & set(stated):
            return stated
        if "law" in stated:
            message = f"law holds its {min(_LOOSE & set(stated))}; found both"
            raise ValueError(message)
        law = {name: stated[name] for name in _LOOSE & set(stated) if stated[name] is not None}
        return {name: value for name, value in stated.items() if name not in _LOOSE} | {"law": law}

    @model_validator(mode="after")
    def _can_run(self) -> "Clock":
        if self.start == self.stop:
            message = f"start and stop must differ; found {self.start.value!r} for both"
            raise ValueError(message)
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            message = "effective_to must not be before effective_from"
            raise ValueError(message)
        if (self.target_seconds is None) != (self.due == "reported"):
            message = "a clock has a target_seconds, or is due as reported"
            raise ValueError(message)
        if self.due == "reported" and (self.calendar != "24x7" or self.pauses):
            message = "a clock that is due as reported runs 24x7 and never pauses"
            raise ValueError(message)
        if self.kind == "statutory":
            self._must_name_its_law()
        return self

    def _must_name_its_law(self) -> None:
        if self.due == "reported":
            message = "a statutory clock is due as its law says, not as reported"
            raise ValueError(message)
        if self.calendar != "24x7" or self.pauses:
            message = "a statutory clock runs 24x7 and never pauses"
            raise ValueError(message)
        if not (self.law and self.law.is_sure):
            message = "a statutory clock names its provision, source and confidence"
            raise ValueError(message)

    @property
    def warning_seconds(self) -> int:
        """Time used up at which an open case is at risk; 0 where each case has its own target."""
        return math.ceil(self.warning_share * (self.target_seconds or 0))


class ClockFile(Contract):
    """One file of config/clocks."""

    clocks: tuple[Clock, ...]
    duties: tuple[Duty, ...] = ()
    """Legal periods for reference; nothing runs on them."""


def contradictions(clocks: Sequence[Clock]) -> Iterator[str]:
    """Find entries of one name that are in force on the same day, or differ in kind."""
    by_name: dict[str, list[Clock]] = {}
    for clock in clocks:
        by_name.setdefault(clock.clock, []).append(clock)
    for name, entries in sorted(by_name.items()):
        if len({entry.kind for entry in entries}) > 1:
            yield f"clocks/: {name}: expected one kind for all entries; found several"
        ordered = sorted(entries, key=lambda entry: entry.effective_from or date.min)
        for earlier, later in pairwise(ordered):
            if (earlier.effective_to or date.max) >= (later.effective_from or date.min):
                yield f"clocks/: {name}: expected entries one after another; found an overlap"
