"""What becomes of breaks that are not repaired, and what a case is worth."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from breakwater.contracts.base import Contract, Effective
from breakwater.core.vocabulary import Outcome

OWN_RULES = ("late_data", "corrected", "joined")
"""Rules by which a break is closed because the books no longer have it; not to be configured."""


class AutoClose(Effective):
    """A named rule that closes breaks nobody disputes; in force on the break's operational day.

    All conditions that are given must hold.
    """

    rule: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
    """The name that a break it closed carries."""
    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    """Classes of breaks that it may close."""
    maximum_drift_seconds: int | None = Field(default=None, ge=0)
    """Only where the decision instants lie at most so far apart."""
    maximum_amount: Decimal | None = Field(default=None, ge=0)
    """Only what is worth at most so much, in the currency of the vendor's contract."""
    after_days: int = Field(default=0, ge=0)
    """Only so many days after the break's day, counted to the newest day that was reconciled."""

    @model_validator(mode="after")
    def _closes_what_is_a_break(self) -> "AutoClose":
        if self.rule in OWN_RULES:
            message = f"rule must not be one of {', '.join(OWN_RULES)}: found {self.rule!r}"
            raise ValueError(message)
        if agreeing := [outcome.value for outcome in self.outcomes if not outcome.is_break]:
            message = f"outcomes must be classes of breaks: found {', '.join(agreeing)}"
            raise ValueError(message)
        return self


class Breaks(Contract):
    """How long breaks live."""

    auto_close: tuple[AutoClose, ...] = ()
    """Where several apply, the one that is due first closes: the fewest `after_days`, then by name."""

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Breaks":
        spans: dict[str, list[AutoClose]] = {}
        for each in self.auto_close:
            for other in spans.setdefault(each.rule, []):
                if _overlap(each, other):
                    message = f"auto_close: {each.rule!r} is there twice at the same time"
                    raise ValueError(message)
            spans[each.rule].append(each)
        return self


class Price(Effective):
    """What the vendor is paid: for each case, for each minute of handling, or both."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """ISO 4217."""
    per_case: Decimal = Field(default=Decimal(0), ge=0)
    per_minute: Decimal = Field(default=Decimal(0), ge=0)

    @model_validator(mode="after")
    def _costs_something(self) -> "Price":
        if not (self.per_case or self.per_minute):
            message = "per_case or per_minute must be there"
            raise ValueError(message)
        return self


def price_on(pricing: tuple[Price, ...], day: date) -> Price | None:
    """Return the price in force on an operational day; the first, if several are."""
    return next((price for price in pricing if price.in_force_on(day)), None)


def _overlap(one: Effective, other: Effective) -> bool:
    latest_start = max(each.effective_from or date.min for each in (one, other))
    earliest_end = min(each.effective_to or date.max for each in (one, other))
    return latest_start <= earliest_end
