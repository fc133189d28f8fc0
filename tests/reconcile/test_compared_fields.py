"""What is compared is part of a day's fingerprint: how, and not since when."""

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from breakwater.contracts.comparison import FieldComparison, comparison_on
from breakwater.reconcile.comparing import compared_fields

ENTRIES = TypeAdapter(tuple[FieldComparison, ...])
SCORE: dict[str, Any] = {"field": "score", "absolute": 0.05}
QUEUE: dict[str, Any] = {"field": "queue"}


def told(*entries: dict[str, Any]) -> list[dict[str, object]]:
    """Return what is told of a list on a day in March."""
    return compared_fields(comparison_on(ENTRIES.validate_python(entries), date(2026, 3, 2)))


def test_dates_and_the_order_written_change_nothing() -> None:
    """A list that is split at a date without changing is the same list: no day is closed again."""
    split = ({**SCORE, "effective_to": "2026-03-02"}, {**SCORE, "effective_from": "2026-03-03"})
    assert told(*split, QUEUE) == told(SCORE, QUEUE) == told(QUEUE, SCORE)
    assert [each["field"] for each in told(SCORE, QUEUE)] == ["queue", "score"]


@pytest.mark.parametrize(
    "other",
    [
        {"field": "score", "absolute": 0.06},
        {"field": "score", "absolute": 0.05, "relative": 0.01},
        {"field": "handle_seconds", "absolute": 0.05},
    ],
    ids=["absolute", "relative", "field"],
)
def test_any_other_tolerance_or_field_is_told(other: dict[str, Any]) -> None:
    """Days that were compared otherwise are told apart, as text that JSON can hold."""
    assert told(other) != told(SCORE)
    assert all(type(value) in {str, float, int} for value in told(other)[0].values())
