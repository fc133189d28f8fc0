"""Excusals: clocks that nobody is to answer for, because the work could not be done."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from breakwater.contracts.base import Contract
from breakwater.contracts.clocks import Clock
from breakwater.core.days import utc_seconds

ExcusalReason = Literal["force_majeure", "platform_outage", "volume_above_forecast"]

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class ExcusedScope(Contract):
    """Which cases and clocks are meant; an empty list means all, but somebody must be named."""

    vendors: tuple[str, ...] = Field(min_length=1)
    sites: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    """Contract and internal clocks; no agreement between companies moves what a law asks."""


class Volume(Contract):
    """What came in beside what had been agreed as the most; both counted over the same instants."""

    band_high: int = Field(ge=0)
    """Upper end of the forecast band, in cases."""
    incoming: int = Field(ge=0)
    """Cases that came in."""


class Excusal(Contract):
    """A stretch of time whose missed clocks leave both sides of attainment, and are listed.

    It costs evidence and an approver, like a silence costs an owner.
    """

    excusal: Name
    reason: ExcusalReason
    title: str = Field(min_length=10)
    """One sentence that the digest and the list show."""
    scope: ExcusedScope
    starts_at: AwareDatetime
    """The first instant that counts, with its offset from UTC."""
    ends_at: AwareDatetime
    """The first instant that does not."""
    evidence: str = Field(pattern=r"^https://")
    """The incident, the notice, the agreed forecast."""
    volume: Volume | None = None
    """Only of volume above forecast, and needed there."""
    approver: str = Field(min_length=2)
    """The role that agreed; never a person's name."""
    approved_on: date

    @model_validator(mode="after")
    def _can_hold(self) -> "Excusal":
        if self.ends_at <= self.starts_at:
            message = "ends_at must be after starts_at"
            raise ValueError(message)
        if (self.volume is not None) != (self.reason == "volume_above_forecast"):
            message = "volume must be given for volume_above_forecast, and for nothing else"
            raise ValueError(message)
        if self.volume is not None and self.volume.incoming <= self.volume.band_high:
            message = (
                f"volume.incoming must be above band_high; found {self.volume.incoming}"
                f" within {self.volume.band_high}"
            )
            raise ValueError(message)
        return self

    @property
    def start(self) -> int:
        """First second that counts, in UTC seconds."""
        return utc_seconds(self.starts_at)

    @property
    def end(self) -> int:
        """First second that does not, in UTC seconds."""
        return utc_seconds(self.ends_at)


class ExcusalFile(Contract):
    """config/excusals.yaml."""

    excusals: tuple[Excusal, ...]


def excusal_problems(
    excusals: Iterable[Excusal],
    clocks: Iterable[Clock],
    *,
    vendors: Iterable[str],
    queues: Iterable[str],
) -> Iterator[str]:
    """Find names that nobody defines, names given twice, and laws that somebody would excuse."""
    every = tuple(excusals)
    for one, other in combinations(every, 2):
        if one.excusal == other.excusal:
            yield f"excusals.yaml: {one.excusal}: expected one entry of a name; found two"
    kinds = {clock.clock: clock.kind for clock in clocks}
    known = {"vendors": set(vendors), "queues": set(queues), "clocks": set(kinds)}
    for each in every:
        for field, names in known.items():
            named: tuple[str, ...] = getattr(each.scope, field)
            for name in sorted(set(named) - names):
                path = f"excusals.yaml: {each.excusal}.scope.{field}"
                yield f"{path}: expected a {field[:-1]}; found {name!r}"
        for name in each.scope.clocks:
            if kinds.get(name) == "statutory":
                path = f"excusals.yaml: {each.excusal}.scope.clocks"
                yield f"{path}: expected a contract or internal clock; found the law {name!r}"
