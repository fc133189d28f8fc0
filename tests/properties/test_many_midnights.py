"""Many small books around two midnights, landed as one: each ends as it does alone, by the plain rules.

Books share no key and no item, so none may notice another. A neighbour is not there yet when the day
between is closed for the first time: see docs/mutation.md for what else this is for.
"""

import random
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from landed_books import LandedBooks
from plain_matching import Ended
from plain_midnight import PlainMidnight
from test_midnight_properties import DAYS, outcomes
from two_books import VENDOR, Row, action, at, day_of, vendor_event

from breakwater.contracts.matching import OVER_MIDNIGHT
from breakwater.core.vocabulary import Outcome, Side
from breakwater.engine.open import open_engine
from breakwater.reconcile.books import VendorDay, books_of, read_books
from breakwater.reconcile.items_over_midnight import pair_items
from breakwater.reconcile.matching import open_books
from breakwater.reconcile.midnight import claim_actions
from breakwater.warehouse.workspace import Workspace

COUNT = 100
EDGE = 7200
BEFORE, BETWEEN, AFTER = DAYS
MATCHED = {Outcome.MATCHED, Outcome.MATCHED_WITHIN_TOLERANCE}
BY_ITEM = "item_nearest" + OVER_MIDNIGHT
Books = tuple[list[Row], list[Row]]


@cache
def small_books() -> list[Books]:
    """Draw small books, always the same ones: few keys, items and instants, so that they crowd."""
    draw = random.Random("over midnight")  # noqa: S311  the same every time
    found = []
    for n in range(COUNT):
        midnights = [at("00:00:00", day) for day in draw.choice([DAYS[1:], DAYS[1:2], DAYS[2:]])]
        side = draw.choice([1, 1, -1])
        vendor = list(_vendor_rows(draw, f"{n:03}", midnights, -side))
        found.append((vendor, list(_own_rows(draw, f"{n:03}", midnights, side))))
    return found


def _vendor_rows(draw: random.Random, book: str, midnights: list[int], side: int) -> Iterator[Row]:
    for n in range(draw.randint(0, 6)):
        key, item = f"C{draw.randint(1, 6)}/{book}", f"I{draw.choice('12')}/{book}"
        instant = draw.choice(midnights) + _distance(draw, side)
        yield vendor_event(f"v{book}-{n}", instant, record_key=key, item_id=item)


def _own_rows(draw: random.Random, book: str, midnights: list[int], side: int) -> Iterator[Row]:
    for n in range(draw.randint(0, 6)):
        key = draw.choice([None, None, None, f"C{draw.randint(1, 6)}/{book}", f"L/{book}"])
        told = {"record_key": key, "item_id": f"I{draw.choice('12')}/{book}"}
        told["source"] = draw.choice(["review"] * 5 + ["automation", "appeal"])
        yield action(f"a{book}-{n}", draw.choice(midnights) + _distance(draw, side), **told)


def _distance(draw: random.Random, side: int) -> int:
    """Draw how far a record lies from midnight: mostly judged on one side, enforced on the other."""
    far = [-EDGE - 1, -EDGE, -EDGE, -EDGE + 1, -1, 0, 0, 1, EDGE - 1, EDGE, 5 * 3600]
    return draw.choice([*[side * draw.randint(1, 6) * 10] * 2, draw.choice(far)])


@dataclass(frozen=True, slots=True)
class Told:
    """What a day says of its records and of itself.

    Attributes:
        ended: outcome and counterpart of every record.
        chosen: of what is paired by its item over midnight, the rule and how many others it could
            have been: none, as nobody guesses.
        breaks: outcomes of those that are breaks.
        tie_out: control totals of either side.
    """

    ended: Ended
    chosen: dict[tuple[str, str], tuple[str, int]]
    breaks: dict[tuple[str, str], str]
    tie_out: dict[str, dict[str, int]]


def told_by(books: LandedBooks, day: date, ids: Collection[str]) -> Told:
    """Read what became of a day."""
    ties = {side: books.tie_out(day, side) for side in Side}
    rows = {(row["side"], row["record_id"]): row for row in outcomes(books, day, set(ids))}
    return Told(
        {key: (row["outcome"], row["counterpart_id"]) for key, row in rows.items()},
        {
            key: (row["rule"], row["alternatives"])
            for key, row in rows.items()
            if row["rule"] == BY_ITEM
        },
        books.breaks(day),
        ties,
    )


def plainly(day: date, ended_plainly: Ended, by_item: Collection[str], every: Books) -> Told:
    """Say the same from where every record ended, and which the day pairs by their item."""
    breaks = {key: each[0] for key, each in ended_plainly.items() if each[0] not in MATCHED}
    own = {row["action_id"] for row in _reviewed(every[1]) if day_of(row["decided_at"]) == day}
    mine = {name for side, name in ended_plainly if side == Side.INTERNAL}
    population = Counter(side for side, _ in ended_plainly)
    broken = Counter(side for side, _ in breaks)
    borrowed = {Side.VENDOR: 0, Side.INTERNAL: len(own - mine)}
    brought_in = {Side.VENDOR: 0, Side.INTERNAL: len(mine - own)}
    ties = {
        side: {
            "population": population[side],
            "matched": population[side] - broken[side],
            "breaks": broken[side],
            "borrowed": borrowed[side],
            "brought_in": brought_in[side],
        }
        for side in Side
    }
    chosen = {key: (BY_ITEM, 0) for key in ended_plainly if key[1] in by_item}
    return Told(ended_plainly, chosen, breaks, ties)


def expected(day: date, each: list[Books], every: Books) -> Told:
    """Say what becomes of a day, book by book."""
    found: Ended = {}
    by_item: set[str] = set()
    for events, actions in each:
        plain = PlainMidnight(DAYS, events, _reviewed(actions))
        found |= plain.run()[day]
        for by, record, taken in plain.by_item:
            by_item |= {record["event_id"], taken["action_id"]} if by == day else set()
    return plainly(day, found, by_item, every)


def of_the_day_between(each: list[Books]) -> list[Books]:
    """Leave what the day between knows when it alone is landed."""
    return [
        (
            [row for row in events if day_of(row["event_at"]) == BETWEEN],
            [row for row in actions if _is_in_reach(row["decided_at"])],
        )
        for events, actions in each
    ]


def _is_in_reach(instant: int) -> bool:
    return at("00:00:00", BETWEEN) - EDGE <= instant < at("00:00:00", AFTER) + EDGE


def as_one(each: list[Books]) -> Books:
    """Put small books into one."""
    return (
        [row for events, _ in each for row in events],
        [row for _, actions in each for row in actions],
    )


@cache
def known() -> tuple[Told, dict[date, Told]]:
    """Say what becomes of the day between, landed alone, and of all days in the end."""
    each = small_books()
    little = of_the_day_between(each)
    alone = expected(BETWEEN, little, as_one(little))
    return alone, {day: expected(day, each, as_one(each)) for day in DAYS}


def closed_in_turn(books: LandedBooks) -> tuple[Told, dict[date, Told]]:
    """Land and close the day between, then the day before it, then the one after."""
    books.forget()
    events, actions = as_one(small_books())
    ids = {row["event_id"] for row in events} | {row["action_id"] for row in actions}
    alone = None
    for day in (BETWEEN, BEFORE, AFTER):
        books.land(day, events, actions)
        books.reconcile(day)
        alone = alone or told_by(books, BETWEEN, ids)
    assert alone is not None
    return alone, {day: told_by(books, day, ids) for day in DAYS}


Asked = set[tuple[date, str]]
"""Actions of neighbours that days take, by the day that takes each."""


def asked_in_turn(books: LandedBooks) -> list[Asked]:
    """Land the days in the same turn, and only work out what each takes over midnight.

    This is a third of the work of closing them, which counts where a thousand changes are tried.
    """
    books.forget()
    events, actions = as_one(small_books())
    found = []
    for day in (BETWEEN, BEFORE, AFTER):
        books.land(day, events, actions)
        _ask(books, day)
        with books.workspace.warehouse.transaction() as connection:
            rows = connection.execute(
                "select operational_day, action_id from reconcile.borrowed_action"
                " where not is_refused"
                " union all select operational_day, action_id from reconcile.item_over_midnight"
            ).fetchall()
        found.append({(row["operational_day"], row["action_id"]) for row in rows})
    return [found[0], found[-1]]


def _ask(books: LandedBooks, day: date) -> None:
    here = books.workspace
    contract, operations = here.configuration.vendor(VENDOR, day), here.configuration.operations
    about, *neighbours = (
        VendorDay(contract, each, here.window(each), operations)
        for each in (day, day - timedelta(days=1), day + timedelta(days=1))
    )
    with (
        here.warehouse.transaction() as connection,
        open_engine(operations.engine, here.warehouse.dsn) as engine,
    ):
        read_books(engine, here.lake, about, books_of(connection, VENDOR, day))
        open_books(engine, row_count=0)
        claim_actions(connection, engine, here.lake, about)
        pair_items(connection, engine, here.lake, about, neighbours)


@cache
def known_to_be_asked() -> list[Asked]:
    """Say the same plainly, when the day between is landed alone and when all are."""
    each = small_books()
    return [
        {
            (day, taken["action_id"])
            for events, actions in small
            for plain in [PlainMidnight(DAYS, events, _reviewed(actions))]
            for day, _, taken in (*plain.by_key(), *plain.by_item)
        }
        for small in (of_the_day_between(each), each)
    ]


def _reviewed(actions: list[Row]) -> list[Row]:
    return [row for row in actions if row["source"] != "appeal"]


def test_what_a_day_takes_of_its_neighbours_follows_from_the_books_alone(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Actions that a day asks for by their key, unless their own day has it, and by their item."""
    assert asked_in_turn(LandedBooks(workspace, tmp_path)) == known_to_be_asked()


def test_every_small_book_ends_on_one_day_as_it_does_alone(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Outcome, counterpart, breaks and tie-out, before the neighbours are landed and after."""
    alone, days = closed_in_turn(LandedBooks(workspace, tmp_path))
    expected_alone, expected_days = known()
    assert alone == expected_alone
    assert days == expected_days
    assert sum(told.tie_out[Side.INTERNAL]["brought_in"] for told in days.values()) > COUNT / 2
