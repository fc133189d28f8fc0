"""Model files keep to the SQL that every engine speaks."""

import re
from pathlib import Path

import pytest

import breakwater

PACKAGE = Path(breakwater.__file__).parent
FOLDERS = ("reconcile/models", "measure/case", "measure/sla", "measure/kpi")
"""Where models lie; other SQL files ask the warehouse, which is always PostgreSQL."""
MODELS = [file for folder in FOLDERS for file in sorted((PACKAGE / folder).rglob("*.sql"))]
FORBIDDEN = {
    "as-of join": r"\basof\b",
    "qualify": r"\bqualify\b",
    "short cast": r"::",
    "filter clause": r"\bfilter\s*\(",
    "lateral": r"\blateral\b",
    "ignore nulls": r"\bignore\s+nulls\b",
    "distinct on": r"\bdistinct\s+on\b",
    "star with changes": r"\*\s+(exclude|except|replace)\s*\(",
    "ilike": r"\bilike\b",
    "bare integer division": r"//",
    "epoch": r"\b(epoch|to_timestamp|date_trunc|extract|strftime|now|current_timestamp)\b",
    "grouping by all": r"\b(group|order)\s+by\s+all\b",
}
SUM = re.compile(r"\bsum\s*\(")
CAST_SUM = re.compile(r"cast\(\s*(coalesce\(\s*)?sum\s*\(")


def _without_comments(file: Path) -> str:
    return re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8")).lower()


def test_there_are_models() -> None:
    """The tests below look at something, in every folder."""
    for folder in FOLDERS:
        assert any(file.is_relative_to(PACKAGE / folder) for file in MODELS), folder


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_model_uses_what_some_engine_lacks(what: str) -> None:
    """Each of these runs on one engine and fails, or differs, on another."""
    found = [file.name for file in MODELS if re.search(FORBIDDEN[what], _without_comments(file))]
    assert found == []


def test_every_sum_is_cast() -> None:
    """A plain sum is HUGEINT on one engine and NUMERIC on the next."""
    found = [
        file.name
        for file in MODELS
        if len(SUM.findall(_without_comments(file)))
        != len(CAST_SUM.findall(_without_comments(file)))
    ]
    assert found == []
