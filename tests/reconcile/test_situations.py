"""Situations told as tables: what both books say, and where every record of them ends.

A situation is a folder of ``tests/sql/reconcile``. Rows of its inputs name only what matters there;
clock times are those of the operation's zone on the day, ``-1 23:59:50`` is the evening before.
``expect.yaml`` names every record of both populations, with its arithmetic in comments.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter
from two_books import DAY, Row, TwoBooks, action, at, next_day, vendor_event

from breakwater.contracts.comparison import USUAL, FieldComparison
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.operations import Matching, Tolerances
from breakwater.core.vocabulary import EventType, Outcome
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.engine.postgresql import PostgreSQLEngine

SITUATIONS = Path(__file__).parents[1] / "sql" / "reconcile"
NAMES = sorted(folder.name for folder in SITUATIONS.iterdir())
COMPARISON = TypeAdapter(tuple[FieldComparison, ...])
INSTANTS = ("event_at", "decided_at", "enforced_at")


def situation(name: str) -> tuple[TwoBooks, list[Row]]:
    """Read a situation and what is expected of it."""
    rules = _read(name, "rules") or {}
    books = TwoBooks(
        events=tuple(_event(row) for row in _read(name, "input.case_event")),
        actions=tuple(_action(row) for row in _read(name, "input.enforcement_action")),
        borrowed=tuple(rules.get("borrowed", ())),
        lent=tuple(rules.get("lent", ())),
        event_types=tuple(map(EventType, rules.get("event_types", [EventType.DECIDED]))),
        tolerances=Tolerances(**rules.get("tolerances", {})),
        matching=Matching(**rules.get("matching", {})),
        comparison=COMPARISON.validate_python(rules["comparison"])
        if "comparison" in rules
        else USUAL,
    )
    return books, _read(name, "expect")


@pytest.mark.parametrize("name", NAMES)
def test_situation_ends_as_expected_on_every_engine(
    name: str,
    configuration: Configuration,
    in_process: DuckDBEngine,
    in_server: PostgreSQLEngine,
) -> None:
    """DuckDB gives the expected rows, and PostgreSQL the same: EXCEPT ALL is empty both ways."""
    books, expected = situation(name)
    found = books.match(in_process, configuration)
    named = {(row["side"], row["record_id"]): row for row in expected}
    assert len(named) == len(expected), "expect.yaml names a record twice"
    shown = [
        {column: row[column] for column in named.get((row["side"], row["record_id"]), row)}
        for row in found
    ]
    assert shown == sorted(expected, key=lambda row: (row["side"], row["record_id"]))

    books.match(in_server, configuration)
    in_server.load("other", in_process.fetch("recon_outcome"))
    assert differences(in_server, "recon_outcome", "other") == (0, 0)


def test_every_outcome_has_a_situation() -> None:
    """No class of the vocabulary goes untried, and no folder is empty."""
    outcomes = {row["outcome"] for name in NAMES for row in situation(name)[1]}
    assert outcomes == set(Outcome)


def differences(engine: PostgreSQLEngine, one: str, other: str) -> tuple[int, int]:
    """Count the rows that one table has and the other has not, both ways."""
    except_all = "select * from {} except all select * from {}"
    engine.define("only_one", except_all.format(one, other))
    engine.define("only_other", except_all.format(other, one))
    return engine.count("only_one"), engine.count("only_other")


def _read(name: str, what: str) -> Any:  # noqa: ANN401  YAML
    file = SITUATIONS / name / f"{what}.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8")) or [] if file.exists() else []


def _event(row: Row) -> Row:
    told = _with_instants(row)
    return vendor_event(told.pop("event_id"), told.pop("event_at"), **told)


def _action(row: Row) -> Row:
    told = _with_instants(row)
    return action(told.pop("action_id"), told.pop("decided_at"), **told)


def _with_instants(row: Row) -> Row:
    return {
        column: _instant(value) if column in INSTANTS and value is not None else value
        for column, value in row.items()
    }


def _instant(text: str) -> int:
    *shift, clock = text.split(" ")
    return at(clock, next_day(DAY, int(shift[0]) if shift else 0))
