"""Counting the rows of records whose lists are unrolled, as the reader will."""

import json
from pathlib import Path
from typing import Any

import pytest
from vendor_exports import CONTRACT

from breakwater.contracts.vendor import VendorContract
from breakwater.feeds.unrolled import rows_of
from breakwater.landing.reading.read_export import open_export

CASES: list[tuple[dict[str, Any], list[str], int]] = [
    ({"a": 1}, [], 1),
    ({"a": [1, 2, 3]}, ["a"], 3),
    ({"a": []}, ["a"], 0),
    ({"a": None}, ["a"], 0),
    ({}, ["a"], 0),
    ({"a": {"b": [{"x": 1}, {"x": 2}]}}, ["a.b"], 2),
    ({"a.b": [1, 2], "a": {"b": [1]}}, ["a.b"], 2),
    ({"a.b": {"c": [1, 2]}}, ["a.b.c"], 2),
    ({"h": [{"i": [1, 2]}, {"i": []}, {"i": [3]}, {}]}, ["h", "h.i"], 3),
    ({"h": [{"i": [{"j": [1]}, {"j": [2, 3]}]}]}, ["h", "h.i", "h.i.j"], 3),
    ({"a": [[1, 2], [3]]}, ["a.1"], 1),
    ({"a": [[1, 2]]}, ["a.7"], 0),
    ({"a": "text"}, ["a"], 1),
    ({"a": {"b": 1}}, ["a"], 1),
    ({"a": 5}, ["a.b"], 1),
]


@pytest.mark.parametrize(("record", "each", "rows"), CASES)
def test_the_innermost_elements_are_the_rows(
    record: dict[str, Any], each: list[str], rows: int
) -> None:
    """What cannot be unrolled is the one row that is refused."""
    assert rows_of(record, each) == rows


@pytest.mark.parametrize(("record", "each", "rows"), CASES)
def test_the_reader_finds_as_many(
    record: dict[str, Any], each: list[str], rows: int, tmp_path: Path
) -> None:
    """Two count, and must agree: else landing refuses the day."""
    columns = {"case_id": "x", "item_id": "x", "queue": "x"}
    terms = VendorContract.model_validate(
        CONTRACT
        | {
            "format": {"kind": "jsonl", "each": each},
            "columns": columns,
            "optional": ["x"],
            "shape": {"kind": "update", "at": "x", "state": "x", "events": {}},
        }
    )
    file = tmp_path / "records"
    file.write_text(json.dumps(record) + "\n")
    assert sum(chunk.physical_rows for chunk in open_export(file, terms).chunks) == rows
