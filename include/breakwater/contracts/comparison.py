"""Which fields of a pair are compared, and how far two statements may differ and still agree.

A list in ``operations.yaml`` holds for every vendor; a vendor's own list replaces it. Of several
entries for one field the first that is in force on the operational day counts, so a tolerance may
change from a day on. What one of the books does not state contradicts nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from breakwater.contracts.base import Effective
from breakwater.core.vocabulary import Decision


class Compared(StrEnum):
    """Fields that both books may state, in the order in which differences are named."""

    DECISION = "decision"
    POLICY = "policy"
    QUEUE = "queue"
    SITE = "site"
    LANGUAGE = "language"
    ITEM_ID = "item_id"
    DECIDED_AT = "decided_at"
    HANDLE_SECONDS = "handle_seconds"
    SCORE = "score"


class DecisionComparison(Effective):
    """Decisions agree when they are the same, or equivalent."""

    field: Literal[Compared.DECISION]
    equivalent: tuple[Annotated[tuple[Decision, ...], Field(min_length=2)], ...] = ()
    """Sets of decisions of which any two count as equal: a vendor that can only hide what we remove."""


class TextComparison(Effective):
    """Words of a closed set, or ids: the same or not."""

    field: Literal[
        Compared.POLICY, Compared.QUEUE, Compared.SITE, Compared.LANGUAGE, Compared.ITEM_ID
    ]


class TimeComparison(Effective):
    """Decision instants agree when they are close."""

    field: Literal[Compared.DECIDED_AT]
    matched_seconds: int | None = Field(default=None, ge=0)
    """This close they count as equal; `tolerances.matched_seconds` when absent."""
    tolerance_seconds: int | None = Field(default=None, ge=0)
    """Up to here they are matched within tolerance, beyond it is time drift;
    `tolerances.time_seconds` when absent."""


class NumberComparison(Effective):
    """Numbers agree when they are close: |a - b| <= max(absolute, relative * max(|a|, |b|)).

    The same rule as ``math.isclose`` (PEP 485), so that neither book is the measure of the other.
    Unequal numbers that agree are matched within tolerance.
    """

    field: Literal[Compared.HANDLE_SECONDS, Compared.SCORE]
    absolute: float = Field(default=0, ge=0, allow_inf_nan=False)
    """In the field's unit: seconds, or share of the full mark."""
    relative: float = Field(default=0, ge=0, lt=1)
    """Share of the larger of both."""


FieldComparison = Annotated[
    DecisionComparison | TextComparison | TimeComparison | NumberComparison,
    Field(discriminator="field"),
]

USUAL: tuple[FieldComparison, ...] = (
    DecisionComparison(field=Compared.DECISION),
    TextComparison(field=Compared.POLICY),
    TimeComparison(field=Compared.DECIDED_AT),
)


def comparison_on(
    entries: Iterable[FieldComparison], day: date
) -> Mapping[Compared, FieldComparison]:
    """Return how each field is compared on an operational day, in the order of `Compared`."""
    first: dict[Compared, FieldComparison] = {}
    for entry in entries:
        if entry.in_force_on(day):
            first.setdefault(entry.field, entry)
    return {field: first[field] for field in Compared if field in first}
