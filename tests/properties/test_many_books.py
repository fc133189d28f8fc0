"""Many small books put into one: each ends as it does alone, by the plain rules, column by column.

Books share no key and no item, so none may notice another. A thousand records in one run try
more corners than the same time spent on books one after the other, which is what a run of mutants
needs: see docs/mutation.md.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from plain_matching import Ended
from plain_rules import PlainRules
from pydantic import TypeAdapter
from test_reconcile_properties import CONFIGURATION, NOON, duckdb, ended
from two_books import WINDOW, Row, TwoBooks, action, vendor_event

from breakwater.contracts.comparison import USUAL, Compared, FieldComparison
from breakwater.contracts.operations import Matching
from breakwater.core.vocabulary import Decision

COUNT = 60
EXACT = {"kind": "exact_key"}
ZEROS = {"kind": "normalised_key", "rule": "zeros", "strip_leading_zeros": True}
ITEM = {"kind": "item"}
AGENT = {"kind": "item_agent", "window_seconds": 600}
BATCH = {"kind": "group", "rule": "batch", "shape": "many_to_many", "by": "item"}
NEAR = {"kind": "item", "rule": "near", "window_seconds": 60}
CLOSE = BATCH | {"rule": "close", "window_seconds": 60}
SEVERAL = {"kind": "group", "rule": "several", "shape": "one_to_many", "by": "item"} | {
    "window_seconds": 300,
    "allowed_decisions": ["no_action", "label"],
}
JOB = {"kind": "group", "rule": "job", "shape": "many_to_one", "by": "item"}

COMPARISON = TypeAdapter(tuple[FieldComparison, ...])
EVERYTHING = COMPARISON.validate_python(
    [
        {"field": "decided_at"},
        {"field": "handle_seconds", "absolute": 5, "relative": 0.125},
        {"field": "score", "absolute": 0.25},
        {"field": "item_id"},
        {"field": "language"},
        {"field": "site"},
        {"field": "queue"},
        {"field": "policy"},
        {"field": "decision", "equivalent": [["remove", "restrict"], ["restrict", "label"]]},
    ]
)
LITTLE = COMPARISON.validate_python([{"field": "queue"}])

LISTS: dict[str, tuple[list[dict[str, Any]], tuple[FieldComparison, ...]]] = {
    "usual": ([EXACT, ITEM], USUAL),
    "every_field": ([EXACT, ITEM], EVERYTHING),
    "one_field": ([EXACT, ITEM], LITTLE),
    "rewritten": ([ZEROS, AGENT, ITEM], USUAL),
    "rewritten_later": ([EXACT, AGENT, ZEROS, SEVERAL, ITEM], EVERYTHING),
    "groups": ([EXACT, BATCH, SEVERAL, JOB, ITEM], EVERYTHING),
    "groups_after_the_nearest": ([EXACT, NEAR, CLOSE, SEVERAL, JOB], USUAL),
    "no_key": ([ITEM, JOB, BATCH, ZEROS, SEVERAL], USUAL),
}


@dataclass(frozen=True)
class ManyBooks:
    """Small books, and the one that holds them all."""

    each: tuple[TwoBooks, ...]
    together: TwoBooks

    @cached_property
    def ended(self) -> Ended:
        """What the plain rules say of every record, book by book."""
        found: Ended = {}
        for books in self.each:
            found |= PlainRules(books, WINDOW.end + books.matching.edge_seconds).run()
        return found

    def is_right(self, rows: list[Row]) -> bool:
        """Tell whether every record has one row, and every column of it is the expected one."""
        return (
            len(rows) == len(self.ended)
            and ended(rows) == self.ended
            and not contradictions(rows, self.together)
        )


def many_books(name: str) -> ManyBooks:
    """Draw small books under one list of rules, always the same ones."""
    rules, comparison = LISTS[name]
    matching = Matching.model_validate({"rules": rules})
    draw = random.Random(name)  # noqa: S311  the same every time
    each = tuple(
        TwoBooks(
            events=tuple(_vendor_rows(draw, f"{number:03}")),
            actions=tuple(_own_rows(draw, f"{number:03}")),
            matching=matching,
            comparison=comparison,
        )
        for number in range(COUNT)
    )
    together = TwoBooks(
        events=tuple(row for books in each for row in books.events),
        actions=tuple(row for books in each for row in books.actions),
        matching=matching,
        comparison=comparison,
    )
    return ManyBooks(each, together)


def _vendor_rows(draw: random.Random, book: str) -> Iterator[Row]:
    for number in range(draw.randint(0, 7)):
        told = _shared(draw, book)
        decision = draw.choice([told.pop("decision")] * 5 + [None])
        yield vendor_event(f"v{book}-{number}", told.pop("at"), decision=decision, **told)


def _own_rows(draw: random.Random, book: str) -> Iterator[Row]:
    for number in range(draw.randint(0, 7)):
        told = _shared(draw, book)
        at = told.pop("at")
        status = draw.choice(["executed"] * 4 + ["failed", "pending"])
        late = draw.choice([0, 60, 3600, 3601])
        told["record_key"] = draw.choice([told["record_key"], told["record_key"], None])
        told |= {"status": status, "enforced_at": at + late if status == "executed" else None}
        yield action(f"a{book}-{number}", at, **told)


def _shared(draw: random.Random, book: str) -> Row:
    """Draw what both books tell: few keys, items and instants, so that they crowd."""
    return {
        "record_key": f"{draw.choice(['1', '01', '2', '02', '3', '4', '5', '6'])}/{book}",
        "item_id": f"I{draw.choice('12')}/{book}",
        "agent": draw.choice(["A-1", "A-2", None]),
        "decision": draw.choice(["remove"] * 4 + ["restrict", "label", "no_action"]),
        "policy": draw.choice(["hate"] * 5 + ["adult", None]),
        "queue": draw.choice(["hate"] * 5 + ["spam"]),
        "site": draw.choice(["manila"] * 5 + ["cebu"]),
        "language": draw.choice(["en"] * 5 + ["tl"]),
        "handle_seconds": draw.choice([40, 40, 40, 35, 34, 46, None]),
        "score": draw.choice([None, 0.5, 0.5, 0.75, 1.0]),
        "at": draw.choice(
            [
                NOON + 60 * draw.randint(0, 8),
                NOON + 7200 * draw.randint(-3, 3),
                NOON + draw.randint(-30, 30),
                NOON + draw.choice([0, 299, 300, 301, 600, 601, 7199, 7200, 7201]),
            ]
        ),
    }


def contradictions(rows: list[Row], books: TwoBooks) -> list[str]:
    """Tell which rows contradict the two records that they pair, in words; empty when none does."""
    told: dict[str, Row] = {row["event_id"]: row for row in books.events}
    told |= {row["action_id"]: row for row in books.actions}
    plain = PlainRules(books, WINDOW.end)
    wrong = []
    for row in rows:
        own, other = told[row["record_id"]], told.get(row["counterpart_id"] or "")
        expected: Row = {"decision": own["decision"], "item_id": own["item_id"]}
        expected |= {field: own[field] for field in ("site", "queue", "policy", "language")}
        expected["decided_at"] = own.get("event_at", own.get("decided_at"))
        expected |= dict.fromkeys(("drift_seconds", "enforcement_seconds", "differences"))
        expected["direction"] = None
        if row["side"] == "internal" and own["enforced_at"] is not None:
            expected["enforcement_seconds"] = own["enforced_at"] - own["decided_at"]
        if other is not None:
            v, i = (own, other) if row["side"] == "vendor" else (other, own)
            expected |= _measured(plain, v, i)
        if row["match_group"] is not None:  # settled as a whole: see the plain rules of groups
            expected = {name: expected[name] for name in ("decision", "item_id", "decided_at")}
        different = {
            name: (row[name], value) for name, value in expected.items() if row[name] != value
        }
        if different:
            wrong.append(f"{row['record_id']}: {different}")
    return wrong


def _measured(plain: PlainRules, v: Row, i: Row) -> Row:
    differ = sorted(plain._differences(v, i), key=list(Compared).index)  # noqa: SLF001  the reference's own
    stricter: str | None = None
    if "decision" in differ:
        order = list(Decision)
        is_stricter = order.index(Decision(v["decision"])) > order.index(Decision(i["decision"]))
        stricter = "vendor_stricter" if is_stricter else "vendor_weaker"
    enforced = i["enforced_at"]
    return {
        "drift_seconds": v["event_at"] - i["decided_at"],
        "enforcement_seconds": None if enforced is None else enforced - i["decided_at"],
        "differences": ",".join(differ) or None,
        "direction": stricter,
    }


@pytest.mark.parametrize("name", LISTS)
def test_every_small_book_ends_as_it_does_alone(name: str) -> None:
    """Outcome and counterpart by the plain rules; every other column from the two records."""
    books = many_books(name)
    with duckdb() as engine:
        rows = books.together.match(engine, CONFIGURATION)
    assert ended(rows) == books.ended
    assert len(rows) == len(books.ended)
    assert contradictions(rows, books.together) == []
