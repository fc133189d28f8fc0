"""What Slack would refuse is refused here too: by its SDK's models, and where they know nothing."""

from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from breakwater.demo.sinks.blocks import problem_in


def _text(length: int, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": kind, "text": "x" * length}


def _section(length: int, **more: object) -> dict[str, Any]:
    return {"type": "section", "text": _text(length), **more}


def _fields(length: int, count: int = 1) -> dict[str, Any]:
    return {"type": "section", "fields": [_text(length) for _ in range(count)]}


def _table(rows: int) -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] for _ in range(rows)]}


EDGES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "empty text": ([_section(1)], [_section(0)]),
    "long header": (
        [{"type": "header", "text": _text(150)}],
        [{"type": "header", "text": _text(151)}],
    ),
    "long section": ([_section(3_000)], [_section(3_001)]),
    "long field": ([_fields(2_000)], [_fields(2_001)]),
    "many fields": ([_fields(9, 10)], [_fields(9, 11)]),
    "many blocks": ([_section(9)] * 50, [_section(9)] * 51),
    "taken block_id": (
        [_section(9, block_id="a"), _section(9, block_id="b")],
        [_section(9, block_id="a"), _section(9, block_id="a")],
    ),
    "long table": ([_table(100)], [_table(101)]),
    "two tables": ([_table(1)], [_table(1), _table(1)]),
    "long block_id": ([_section(9, block_id="a" * 255)], [_section(9, block_id="a" * 256)]),
    "much in all": ([_section(3_000)] * 4, [_section(2_900)] * 5),
}
"""The last that Slack takes, and the first that it does not."""


@pytest.mark.parametrize("edge", EDGES)
def test_the_last_that_fits_is_taken_and_the_next_is_not(edge: str) -> None:
    """At the edge of each limit."""
    taken, refused = EDGES[edge]
    assert problem_in(taken) is None
    assert problem_in(refused) is not None


@pytest.mark.parametrize("edge", ["empty text", "long field", "many blocks", "taken block_id",
                                  "long table", "two tables"])  # fmt: skip
def test_the_models_alone_would_let_it_pass(edge: str) -> None:
    """Why there is a list of our own: when the SDK learns one of these, it may go."""
    for block in EDGES[edge][1]:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()
