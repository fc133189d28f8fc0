"""What a law says of a duty: where it stands, what it asks, and how sure anybody is of that."""

from typing import Literal

from pydantic import Field, model_validator

from breakwater.contracts.base import Contract, Effective

Confidence = Literal["statute", "official", "secondary", "unconfirmed"]
"""How well a number is known.

``statute``: read in the law. ``official``: read in official text that is not the law itself, or in
the law as others print it. ``secondary``: reported by others. ``unconfirmed``: none of these, or the
reports contradict each other.
"""

LegalStatus = Literal["in_force", "enacted", "proposed", "announced", "superseded"]


class Period(Contract):
    """A length of time as a law spells it; months and years are those of the calendar."""

    hours: int | None = Field(default=None, gt=0)
    days: int | None = Field(default=None, gt=0)
    months: int | None = Field(default=None, gt=0)
    years: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _has_one_unit(self) -> "Period":
        if len(self.model_dump(exclude_none=True)) != 1:
            message = "one of hours, days, months, years"
            raise ValueError(message)
        return self

    @property
    def seconds(self) -> int | None:
        """How long it is, a day being 24 hours; months and years have no one length."""
        if self.hours is not None:
            return self.hours * 3600
        return None if self.days is None else self.days * 86400


class Law(Contract):
    """One duty in one law."""

    jurisdiction: str | None = None
    instrument: str | None = None
    """The law's own name; may be part of `provision` instead."""
    provision: str
    """Article, section or rule."""
    trigger: str | None = None
    """What sets the time running, in the law's words."""
    duty: str | None = None
    """What has to be done."""
    period: Period | None = None
    """The time the law gives; absent where it names no number."""
    standard: str | None = None
    """The law's words in place of a number: `without undue delay`, `as the direction states`."""
    legal_status: LegalStatus | None = None
    source: str | None = None
    """Where the number was read."""
    confidence: Confidence | None = None
    note: str | None = None
    """Deferrals, doubts, what was in force before."""

    @property
    def citation(self) -> str:
        """Name the law and the place in it."""
        return f"{self.instrument}, {self.provision}" if self.instrument else self.provision

    @property
    def is_sure(self) -> bool:
        """Whether source and confidence are stated, as a number that is called law needs them."""
        return bool(self.source and self.confidence)


class Duty(Effective):
    """A legal duty that is no deadline of a case by itself, kept so that nobody mistakes it for one.

    It falls on others, or only ends (keep for a year), or has no number. What has no number can be
    tracked by a clock of our own, which is policy and not law.
    """

    duty: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    falls_on: Literal["provider", "authority"] = "provider"
    bound: Literal["at_most", "at_least"] = "at_most"
    """Done within the period; or kept up, kept open or waited for at least so long."""
    tracked_by: str | None = None
    """The internal clock that tracks it."""
    law: Law

    @model_validator(mode="after")
    def _says_what_it_asks(self) -> "Duty":
        if not self.law.is_sure:
            message = "the law of a duty names its source and confidence"
            raise ValueError(message)
        if (self.law.period is None) == (self.law.standard is None):
            message = "the law of a duty has a period, or a standard in its place"
            raise ValueError(message)
        return self
