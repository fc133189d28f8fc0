"""Every reason that landing can give has words; a new one without them turns this red."""

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from vendor_exports import contract

from breakwater import landing
from breakwater.core.vocabulary import EventType
from breakwater.landing.quarantine.reason_words import explain_reason, words_of

REFUSING = {"refuse", "refused_row"}
"""Functions that take a reason by name, among other text."""

NAMES = {
    "event_type": [each.value for each in EventType],
    "name": [
        *(f"{each.value}_at" for each in EventType),
        *("updated_at", "handle_seconds", "qa_score", "qa_rescore", "queue", "site"),
        *("action_id", "item_id", "decision"),
    ],
    "field": ["decision", "qa_score", "qa_rescore", "appeal_outcome"],
}
"""What stands between the braces of a reason's name."""


def reasons_in(source: str) -> Iterator[str]:
    """Find the reasons that a module names, as text or with a name filled in."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name == "add" and "reasons" in ast.unparse(function):
            yield from spelled(node.args[0])
        elif name in REFUSING:
            yield from itertools.chain.from_iterable(spelled(part) for part in node.args)
    for node in ast.walk(ast.parse(source)):
        # A reason that is chosen first: `reason = "a" if … else "b"`.
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "reason":
            yield from spelled(node.value)


def spelled(node: ast.expr) -> Iterator[str]:
    """Spell an expression in every way it can be meant."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from spelled(node.body)
        yield from spelled(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        parts = [
            [part.value] if isinstance(part, ast.Constant) else NAMES[ast.unparse(part.value)]  # type: ignore[attr-defined]
            for part in node.values
        ]
        yield from ("".join(each) for each in itertools.product(*parts))


def every_reason() -> list[str]:
    """Collect the reasons of every module of landing."""
    folder = Path(next(iter(landing.__path__)))
    found = {
        reason
        for module in sorted(folder.rglob("*.py"))
        for reason in reasons_in(module.read_text(encoding="utf-8"))
        if re.fullmatch("[a-z_]+", reason)  # the name of one, not a text beside it
    }
    return sorted(found)


def test_the_reasons_are_found_in_the_code() -> None:
    """Otherwise the test below would ask about nothing."""
    found = set(every_reason())
    assert len(found) > 40
    assert {"queue_unknown", "received_after_decided", "decided_at_unreadable"} <= found
    assert {"line_unreadable", "field_count_wrong", "text_too_long", "qa_score_missing"} <= found


@pytest.mark.parametrize("reason", every_reason())
def test_every_reason_has_words(reason: str) -> None:
    """A sentence, with every name filled in."""
    words = words_of(reason)
    assert words, f"{reason}: give it words in landing/reason_words.py"
    assert len(words.split()) >= 4
    assert "{" not in words
    assert not words.endswith(".")


@pytest.mark.parametrize(
    ("reason", "columns", "expected"),
    [
        ("queue_unknown", ("queue",), "one of 'H', 'S'"),
        ("decided_at_unreadable", ("decided",), "'%d.%m.%Y %H:%M:%S' in Europe/Riga"),
        ("received_after_decided", ("received", "decided"), None),
        ("resumed_before_paused", ("paused", "paused again", "resumed", "resumed again"), None),
        ("qa_score_out_of_range", ("qa",), "0 to 1"),
        ("handle_seconds_unreadable", ("seconds",), "a number such as 95 or 95.5"),
        ("handle_seconds_negative", ("seconds",), None),
        ("case_id_missing", ("case",), None),
        ("delivered_too_late", (), "a day at most 92 days before the export's"),
        ("line_unreadable", (), None),
    ],
)
def test_a_reason_is_explained_by_the_contract(
    reason: str, columns: tuple[str, ...], expected: str | None
) -> None:
    """Its columns as the vendor names them, and what the contract would take."""
    explained = explain_reason(reason, contract())
    assert (explained.columns, explained.expected) == (columns, expected)


def test_a_reason_without_words_is_no_error() -> None:
    """An older installation may have kept one that the code no longer knows."""
    assert words_of("gone_for_good") is None
    assert explain_reason("gone_for_good", contract()).words == "gone for good"
