"""What is compared: the first entry in force, in the order of the fields, the vendor's list first."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from breakwater.contracts.comparison import USUAL, Compared, FieldComparison, comparison_on
from breakwater.contracts.vendor import Codes

ENTRIES = TypeAdapter(tuple[FieldComparison, ...])
BEFORE, AFTER = date(2026, 3, 1), date(2026, 3, 2)


def test_the_default_is_decision_policy_and_instant() -> None:
    """What was compared before anybody could choose."""
    fields = list(comparison_on(USUAL, AFTER))
    assert fields == [Compared.DECISION, Compared.POLICY, Compared.DECIDED_AT]


def test_the_first_entry_in_force_counts_and_fields_come_in_their_order() -> None:
    """A tolerance of 5 seconds from the second of March on, of 60 before; queue until the day before."""
    entries = ENTRIES.validate_python(
        [
            {"field": "handle_seconds", "absolute": 5, "effective_from": "2026-03-02"},
            {"field": "handle_seconds", "absolute": 60},
            {"field": "queue", "effective_to": "2026-03-01"},
        ]
    )
    before, after = comparison_on(entries, BEFORE), comparison_on(entries, AFTER)
    assert list(before) == [Compared.QUEUE, Compared.HANDLE_SECONDS]
    assert list(after) == [Compared.HANDLE_SECONDS]
    assert (before[Compared.HANDLE_SECONDS], after[Compared.HANDLE_SECONDS]) == (
        entries[1],
        entries[0],
    )


@pytest.mark.parametrize(
    "entry",
    [
        {"field": "agent"},
        {"field": "queue", "absolute": 1},
        {"field": "score", "relative": 1},
        {"field": "score", "absolute": float("inf")},
        {"field": "decided_at", "tolerance_seconds": -1},
        {"field": "decision", "equivalent": [["remove", "vanish"]]},
        {"field": "decision", "equivalent": [[]]},
    ],
    ids=["field", "tolerance_of_a_text", "relative", "infinite", "negative", "decision", "no_set"],
)
def test_what_cannot_be_compared_is_refused(entry: dict[str, object]) -> None:
    """A field nobody has, a tolerance that fits no text, a tolerance that tolerates everything."""
    with pytest.raises(ValidationError):
        ENTRIES.validate_python([entry])


def test_a_code_may_mean_another_decision_from_a_day_on_and_nothing_after_it_ends() -> None:
    """Several codes mean one decision; a dated one means what its first entry in force says."""
    codes = Codes.model_validate(
        {
            "queues": {},
            "decisions": {
                "gone": "remove",
                "rm": "remove",
                "hide": [
                    {"decision": "restrict", "effective_to": "2026-03-01"},
                    {"decision": "remove", "effective_to": "2026-03-02"},
                ],
            },
        }
    )
    assert codes.has_dated_decisions
    plain = {"gone": "remove", "rm": "remove"}
    assert codes.decisions_on(BEFORE) == {**plain, "hide": "restrict"}
    assert codes.decisions_on(AFTER) == {**plain, "hide": "remove"}
    assert codes.decisions_on(date(2026, 3, 3)) == plain
