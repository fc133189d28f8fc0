"""Clocks: the time a case may take, from which event to which, on which calendar."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Literal

from pydantic import Field, model_validator

from breakwater.contracts.base import Contract, Effective
from breakwater.contracts.case_kind import CaseKind
from breakwater.contracts.conditions import Condition, Conditions, events_of, plain
from breakwater.contracts.durations import Duration, SpelledDuration
from breakwater.contracts.edges import StatedEdges
from breakwater.contracts.law import Duty, Law
from breakwater.core.vocabulary import EventType

_LOOSE = {"provision", "source", "confidence"}


class AppliesTo(CaseKind):
    """Which cases a clock or a target is about; an empty list means all."""

    vendors: tuple[str, ...] = ()

    def covers(
        self,
        *,
        vendor: str,
        queue: str,
        policy: str | None,
        language: str,
        priority: str,
        site: str | None = None,
        market: str | None = None,
    ) -> bool:
        """Tell whether a case of this kind is meant."""
        if self.vendors and vendor not in self.vendors:
            return False
        return self.fits(
            {
                "site": site,
                "queue": queue,
                "policy": policy,
                "language": language,
                "priority": priority,
                "market": market,
            }
        )


class Target(Effective):
    """How long cases of a kind may take."""

    when: AppliesTo = AppliesTo()
    within: SpelledDuration
    calendar: Literal["site", "24x7"] | None = None
    """The clock's own when absent."""


class Deferral(Contract):
    """Reasons for which the time does not start, as long as they last.

    The time starts, in full, when the last of them has ended; nothing that ran before counts. That
    is what Art. 3(7) and (8) of Regulation (EU) 2021/784 say of force majeure and of an unanswered
    request for clarification.
    """

    begin: Conditions
    end: Conditions = plain(EventType.RESUMED)


class After(Contract):
    """The clock behind which another one starts, and at which of its ends."""

    clock: str
    on: Literal["met", "missed", "stopped", "due"]
    """``met``: at the stop that came in time. ``missed``: when it ran out. ``stopped``: at its stop, in
    time or not. ``due``: when it is due, stopped or not. A cancelled clock has no end to follow."""

    @model_validator(mode="before")
    @classmethod
    def _read_the_word_on(cls, stated: object) -> object:
        """Read ``on`` as the word it is: YAML 1.1 takes it for the truth."""
        if isinstance(stated, Mapping) and True in stated:
            return {"on" if name is True else name: value for name, value in stated.items()}
        return stated


class Clock(StatedEdges):
    """One promise about time.

    A law that changes is two entries of one name, each effective for its days; the one in force
    when the case triggers the clock is the one that counts, for backfills too. What it says of the
    edges of time counts before what its calendar says.
    """

    clock: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Literal["contract", "internal", "statutory"]
    title: str
    applies: AppliesTo = AppliesTo()
    start: Conditions = plain(EventType.RECEIVED)
    """The first such event starts the clock."""
    after: After | None = None
    """Starts the clock at the end of another one, in place of `start`."""
    counts_from: Conditions = ()
    """A retroactive start: once started, time is counted from the last such event before, with the
    pauses since then."""
    stop: Conditions = plain(EventType.DECIDED)
    """The first such event at or after the start stops it. What both stops and starts a clock ends
    one cycle and begins the next, so it stops nothing at its own start."""
    reset: Conditions = ()
    """Begins the running cycle anew; the time before counts nowhere, unless it had run out."""
    cancel: Conditions = ()
    """Ends the running cycle; it counts nowhere, unless it had run out. In one instant with a stop
    the cancellation counts: it is the more special of the two."""
    defer: Deferral | None = None
    cycles: Literal["first", "every"] = "first"
    """Whether only the first start counts, or every start after a stop is a new cycle."""
    pauses: bool = False
    """Whether time between a pause and its end is left out."""
    pause: Conditions = ()
    """What begins a pause: `paused` unless stated. Stating it switches pauses on."""
    resume: Conditions = ()
    """What ends a pause: `resumed` unless stated."""
    calendar: Literal["site", "24x7"] = "24x7"
    """Business time of the deciding site, or every second of the week."""
    due: Literal["target", "reported"] = "target"
    """Whether the target says when a case is due, or the vendor's own system does, case by case, by
    the instant in its `due` column; a case without one has no such clock."""
    target_seconds: int | None = Field(default=None, gt=0)
    """How long a case may take; or else `within`, `targets`, or `due: reported`."""
    within: SpelledDuration | None = None
    """How long a case may take, spelled out."""
    targets: tuple[Target, ...] = ()
    """How long cases of different kinds may take: the first that is about the case and in force at
    the trigger counts. A case that none is about has no such clock."""
    warning_share: float | tuple[float, ...] = 0.8
    """Share of the target after which an open case is at risk, or several in rising order: at risk
    from the first on, and told which was the last."""
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

    @model_validator(mode="before")
    @classmethod
    def _stating_a_pause_switches_pauses_on(cls, stated: object) -> object:
        if isinstance(stated, Mapping) and (stated.get("pause") or stated.get("resume")):
            return {"pauses": True} | dict(stated)
        return stated

    @model_validator(mode="after")
    def _can_run(self) -> "Clock":
        for check in (
            self._must_run_between_events,
            self._must_say_how_long,
            self._must_end_one_day,
            self._must_warn_in_order,
            self._must_know_its_days,
        ):
            check()
        if self.due == "reported":
            self._must_leave_time_to_the_report()
        if self.kind == "statutory":
            self._must_name_its_law()
        return self

    def _must_run_between_events(self) -> None:
        if self.after is None and set(self.start) == set(self.stop):
            found = ", ".join(sorted(events_of(self.start)))
            message = f"start and stop must differ; found {found!r} for both"
            raise ValueError(message)
        if self.after is not None and self.start != plain(EventType.RECEIVED):
            message = "a clock starts on events or after another clock; found both start and after"
            raise ValueError(message)
        if not (self.start and self.stop):
            message = "start and stop must each name an event"
            raise ValueError(message)
        if (self.pause or self.resume) and not self.pauses:
            message = "pauses must not be false where pause or resume say what a pause is"
            raise ValueError(message)
        for begins, ends in (
            (self.pause_conditions, self.resume_conditions),
            (self.defer.begin, self.defer.end) if self.defer else ((), ()),
        ):
            if set(begins) & set(ends):
                message = "what begins a pause or a deferral must not end it as well"
                raise ValueError(message)

    def _must_say_how_long(self) -> None:
        stated = [self.target_seconds, self.within, self.targets or None]
        ways = sum(each is not None for each in stated) + (self.due == "reported")
        if ways != 1:
            message = "a clock has a target_seconds, within or targets, or is due as reported"
            raise ValueError(message)

    def _must_end_one_day(self) -> None:
        for target in self.target_list:
            on_site = (target.calendar or self.calendar) == "site"
            if (longest := target.within.excess(on_site=on_site)) is not None:
                stated = target.within.model_dump(exclude_none=True)
                message = f"the time of {self.clock} is {longest}; found {stated}"
                raise ValueError(message)

    def _must_warn_in_order(self) -> None:
        shares = self.warning_shares
        if not shares or any(not 0 < share < 1 for share in shares):
            message = f"warning_share must be greater than 0 and less than 1; found {shares}"
            raise ValueError(message)
        if list(shares) != sorted(set(shares)):
            message = f"warning_share must rise; found {shares}"
            raise ValueError(message)

    def _must_know_its_days(self) -> None:
        for target in self.target_list:
            calendar = target.calendar or self.calendar
            if target.within.is_working_days and calendar != "site":
                message = "working days are those of a site: calendar must be site"
                raise ValueError(message)

    def _must_leave_time_to_the_report(self) -> None:
        if self.calendar != "24x7" or self.pauses or self.defer:
            message = "a clock that is due as reported runs 24x7, never pauses and is not deferred"
            raise ValueError(message)

    def _must_name_its_law(self) -> None:
        if self.due == "reported":
            message = "a statutory clock is due as its law says, not as reported"
            raise ValueError(message)
        calendars = {self.calendar, *(target.calendar or "24x7" for target in self.targets)}
        if calendars != {"24x7"} or self.pauses:
            message = "a statutory clock runs 24x7 and never pauses"
            raise ValueError(message)
        if not (self.law and self.law.is_sure):
            message = "a statutory clock names its provision, source and confidence"
            raise ValueError(message)

    @property
    def pause_conditions(self) -> tuple[Condition, ...]:
        """What begins a pause; nothing where the clock never pauses."""
        return (self.pause or plain(EventType.PAUSED)) if self.pauses else ()

    @property
    def resume_conditions(self) -> tuple[Condition, ...]:
        """What ends a pause; nothing where the clock never pauses."""
        return (self.resume or plain(EventType.RESUMED)) if self.pauses else ()

    @property
    def target_list(self) -> tuple[Target, ...]:
        """Targets in order, however they are written; none where the vendor reports them."""
        if self.targets or self.due == "reported":
            return self.targets
        return (Target(within=self.within or Duration(seconds=self.target_seconds)),)

    @property
    def warning_shares(self) -> tuple[float, ...]:
        """Shares of the target, rising."""
        share = self.warning_share
        return share if isinstance(share, tuple) else (share,)

    @property
    def warning_seconds(self) -> int:
        """Time used up at which an open case is at risk; 0 where cases have their own targets."""
        (target, *more) = self.target_list or (None,)
        length = None if target is None or more else target.within.length
        return math.ceil(self.warning_shares[0] * (length or 0))


class ClockFile(Contract):
    """One file of config/clocks."""

    clocks: tuple[Clock, ...]
    duties: tuple[Duty, ...] = ()
    """Legal periods for reference; nothing runs on them."""


def contradictions(clocks: Sequence[Clock]) -> Iterator[str]:
    """Find entries of one name that are in force on the same day, differ in kind, or run in circles."""
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
        for followed in sorted({entry.after.clock for entry in entries if entry.after}):
            if followed not in by_name:
                yield f"clocks/: {name}.after: expected a clock; found {followed!r}"
    for name in sorted(in_circles(clocks)):
        yield f"clocks/: {name}.after: expected a chain with a beginning; found a circle"


def steps_of(clocks: Sequence[Clock]) -> dict[str, int]:
    """Number the clocks in the order in which they can run: each after those that it follows."""
    followed = _followed(clocks)
    steps = {name: 1 for name, others in followed.items() if not others}
    while True:
        next_ones = {
            name: 1 + max(steps[other] for other in others)
            for name, others in followed.items()
            if name not in steps and others <= set(steps)
        }
        if not next_ones:
            return steps
        steps |= next_ones


def in_circles(clocks: Sequence[Clock]) -> set[str]:
    """Name the clocks that would have to wait for themselves."""
    return set(_followed(clocks)) - set(steps_of(clocks))


def _followed(clocks: Sequence[Clock]) -> dict[str, set[str]]:
    """List by clock those that it follows; a name that nobody has is no clock to wait for."""
    names = {clock.clock for clock in clocks}
    followed: dict[str, set[str]] = {name: set() for name in names}
    for clock in clocks:
        if clock.after is not None and clock.after.clock in names:
            followed[clock.clock].add(clock.after.clock)
    return followed
