"""Situations put into one pair of books: records that share no key and no item do not meet.

One run then tries what one run a situation would, which is what a run of mutants needs.
"""

from contextlib import closing
from dataclasses import replace
from functools import cache

import pytest
from test_situations import NAMES, situation
from two_books import Row, TwoBooks

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.operations import Matching
from breakwater.engine.duckdb import DuckDBEngine

NAMING = ("record_key", "item_id", "event_id", "action_id", "record_id", "counterpart_id")


@cache
def together() -> list[tuple[TwoBooks, list[Row]]]:
    """Put situations under the same rules into one pair of books: their keys and items differ.

    Not those with rules of matching of their own: these may read a meaning into keys.
    """
    found: list[tuple[TwoBooks, list[Row]]] = []
    for name in NAMES:
        books, expected = situation(name)
        if books.matching != Matching():
            found.append((books, expected))
            continue
        own = replace(
            books,
            events=tuple(_of(name, row) for row in books.events),
            actions=tuple(_of(name, row) for row in books.actions),
            borrowed=tuple(f"{name}/{each}" for each in books.borrowed),
            lent=tuple(f"{name}/{each}" for each in books.lent),
        )
        for place, (others, rows) in enumerate(found):
            if _rules(others) == _rules(own):
                both = replace(
                    own,
                    events=others.events + own.events,
                    actions=others.actions + own.actions,
                    borrowed=others.borrowed + own.borrowed,
                    lent=others.lent + own.lent,
                )
                found[place] = both, rows + [_of(name, row) for row in expected]
                break
        else:
            found.append((own, [_of(name, row) for row in expected]))
    return found


def end_as_expected(rows: list[Row], expected: list[Row]) -> bool:
    """Compare the columns that a situation tells of each record."""
    named = {(row["side"], row["record_id"]): row for row in expected}
    shown = [
        {column: row[column] for column in named.get((row["side"], row["record_id"]), row)}
        for row in rows
    ]
    return shown == sorted(expected, key=lambda row: (row["side"], row["record_id"]))


def _of(name: str, row: Row) -> Row:
    named = {key: f"{name}/{row[key]}" for key in NAMING if row.get(key) is not None}
    return row | named


def _rules(books: TwoBooks) -> TwoBooks:
    return replace(books, events=(), actions=(), borrowed=(), lent=())


@pytest.mark.parametrize("place", range(len(together())))
def test_situations_do_not_disturb_each_other(place: int, configuration: Configuration) -> None:
    """What ends a certain way among a few records ends so among many."""
    books, expected = together()[place]
    with closing(DuckDBEngine("512MB", 1)) as engine:
        assert end_as_expected(books.match(engine, configuration), expected)
