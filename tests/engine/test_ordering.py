"""Rows that are likely to arrive in order: looked at, and sorted when they do not."""

from collections.abc import Iterator

import pyarrow as pa
import pytest

from breakwater.engine.ordering import OutOfOrderError, count_repeated, in_order

ORDER = ("side", "number")


def batches(*groups: list[tuple[str, int]]) -> Iterator[pa.RecordBatch]:
    """Make a batch of every group of places."""
    for group in groups:
        yield pa.RecordBatch.from_pylist(
            [{"side": side, "number": number} for side, number in group],
            pa.schema([("side", pa.string()), ("number", pa.int64())]),
        )


@pytest.mark.parametrize(
    "groups",
    [
        [],
        [[]],
        [[("a", 2)]],
        [[("a", 2), ("b", 1)], [], [("b", 1), ("b", 3)]],
    ],
    ids=["nothing", "no_rows", "one_row", "equal_over_batches"],
)
def test_rows_in_order_pass(groups: list[list[tuple[str, int]]]) -> None:
    """Whatever is in order passes as it came, but for empty batches."""
    passed = [row for batch in in_order(batches(*groups), ORDER) for row in batch.to_pylist()]
    assert [(row["side"], row["number"]) for row in passed] == [
        place for group in groups for place in group
    ]


@pytest.mark.parametrize(
    "groups",
    [
        [[("b", 1), ("a", 2)]],
        [[("a", 2), ("a", 1)]],
        [[("a", 1), ("b", 2)], [("b", 1)]],
        [[("a", 1), ("b", 2)], [], [("a", 3)]],
    ],
    ids=["first_column", "second_column", "over_batches", "over_an_empty_batch"],
)
def test_rows_out_of_order_are_found(groups: list[list[tuple[str, int]]]) -> None:
    """A row below the one before it is found, also where a new batch begins."""
    with pytest.raises(OutOfOrderError):
        list(in_order(batches(*groups), ORDER))


@pytest.mark.parametrize(
    ("groups", "repeated"),
    [
        ([], 0),
        ([[("a", 1), ("a", 2), ("b", 2)]], 0),
        ([[("a", 1), ("a", 1), ("a", 1)]], 2),
        ([[("a", 1)], [], [("a", 1), ("b", 1)]], 1),
        ([[("a", 1), ("b", 1)], [("c", 1)]], 0),
    ],
    ids=["nothing", "none", "twice_again", "over_batches", "only_the_last_column"],
)
def test_repeated_rows_are_counted(groups: list[list[tuple[str, int]]], repeated: int) -> None:
    """A row counts when the one before it has the same key, also where a new batch begins."""
    assert count_repeated(batches(*groups), ORDER) == repeated
