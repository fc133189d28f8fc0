"""Breaks live: they keep their names, close and reopen with the books, and keep people's word."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from landed_books import LandedBooks
from two_books import DAY, VENDOR, Row, action, at, next_day, vendor_event

from breakwater.contracts.breaks import AutoClose, Breaks, Price
from breakwater.core.vocabulary import Outcome
from breakwater.reconcile.life.dispositions import (
    BreakLifeError,
    add_note,
    assign,
    break_named,
    dispose,
    reopen,
)
from breakwater.warehouse.database import Connection
from breakwater.warehouse.retention import tidy
from breakwater.warehouse.workspace import Workspace

T0 = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
V1 = vendor_event("v1", at("10:00:00"), record_key="C1", item_id="I1")
A1 = action("a1", at("10:00:00"), record_key="C1", item_id="I1")
WARNED = A1 | {"decision": "warn"}
OTHER = action("a9", at("15:00:00"), record_key="C9")


@pytest.fixture
def books(workspace: Workspace, tmp_path: Path) -> LandedBooks:
    """Open an installation to land books in."""
    return LandedBooks(workspace, tmp_path)


def later(hours: int) -> datetime:
    """Return an instant after the first run."""
    return T0 + timedelta(hours=hours)


def run(
    books: LandedBooks, events: list[Row], log: list[Row], hours: int = 0, day: date = DAY
) -> dict[str, dict[str, Any]]:
    """Land and reconcile a day; return its breaks by anchor and ordinal."""
    books.land(day, events, log)
    books.reconcile(day, later(hours))
    return lives(books)


def lives(books: LandedBooks) -> dict[str, dict[str, Any]]:
    """Return every break by its anchor, with its ordinal where it is not the first."""
    rows = books.workspace.warehouse.rows("select * from reconcile.break_life")
    return {
        row["anchor"] + (f" #{row['ordinal']}" if row["ordinal"] > 1 else ""): row for row in rows
    }


def history(books: LandedBooks, anchor: str) -> list[tuple[str, str, str]]:
    """Return what happened to a break, by whom, and its state after it."""
    rows = books.workspace.warehouse.rows(
        "select what, actor, history.state from reconcile.break_history history"
        " join reconcile.break_life using (break_id) where anchor = %s order by history_id",
        [anchor],
    )
    return [(row["what"], row["actor"], row["state"]) for row in rows]


@contextmanager
def person(books: LandedBooks) -> Iterator[Connection]:
    """Open a transaction for somebody at the desk."""
    with books.workspace.warehouse.transaction() as connection:
        yield connection


def configured(books: LandedBooks, *rules: AutoClose) -> LandedBooks:
    """Return the same installation with rules that close by themselves."""
    configuration = books.workspace.configuration
    operations = configuration.operations.model_copy(update={"breaks": Breaks(auto_close=rules)})
    changed = replace(configuration, operations=operations)
    return replace(books, workspace=replace(books.workspace, configuration=changed))


def test_pair_is_one_break_with_its_evidence(books: LandedBooks) -> None:
    """A pair that disagrees is two records and one break; each row of evidence says where it was."""
    (found,) = run(books, [V1], [WARNED]).values()
    assert (found["outcome"], found["state"]) == ("decision_mismatch", "open")
    assert (found["vendor_record"], found["internal_record"]) == ("v1", "a1")
    assert (found["vendor_decision"], found["internal_decision"]) == ("remove", "warn")
    assert (found["case_count"], found["handle_seconds"]) == (1, 40)
    assert (found["first_seen_at"], found["last_seen_at"]) == (T0, None)
    rows = books.workspace.warehouse.rows(
        "select side, record_id, source_sha256, source_row from reconcile.break_record order by 1"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("internal", "a1", None, None),
        ("vendor", "v1", "0" * 64, 1),
    ]
    assert history(books, "key C1") == [("opened", "breakwater", "open")]


def test_running_again_changes_nothing_but_the_instant_it_was_seen(books: LandedBooks) -> None:
    """The row stays to the last column, and so does the history."""
    first = run(books, [V1], [WARNED, OTHER])
    assert run(books, [V1], [WARNED, OTHER], hours=5) == first
    assert history(books, "key C1") == [("opened", "breakwater", "open")]
    (watch,) = books.workspace.warehouse.rows("select seen_at from reconcile.break_watch")
    assert watch["seen_at"] == later(5)


def test_late_data_closes_and_a_return_reopens(books: LandedBooks) -> None:
    """The missing half came: closed by late data. It is withdrawn: open again, the same break."""
    missing = run(books, [V1], [])["key C1"]
    assert missing["outcome"] == "missing_internal"
    closed = run(books, [V1], [A1], hours=1)["key C1"]
    assert (closed["state"], closed["closed_rule"]) == ("auto_closed", "late_data")
    assert (closed["first_seen_at"], closed["last_seen_at"]) == (T0, T0)
    again = run(books, [V1], [], hours=2)["key C1"]
    assert again | {"last_seen_at": T0} == missing | {"last_seen_at": T0}
    assert history(books, "key C1") == [
        ("opened", "breakwater", "open"),
        ("auto_closed", "breakwater", "auto_closed"),
        ("reopened", "breakwater", "open"),
    ]


def test_corrected_record_keeps_its_break_and_repair_closes_it(books: LandedBooks) -> None:
    """Another row of the vendor under the same key is the same break; a right one closes it."""
    before = run(books, [V1], [WARNED])["key C1"]
    moved = V1 | {"event_id": "v1-again", "event_at": at("10:00:30"), "source_row": 7}
    after = run(books, [moved], [WARNED], hours=1)["key C1"]
    assert after["break_id"] == before["break_id"]
    assert (after["vendor_record"], after["outcome"]) == ("v1-again", "decision_mismatch")
    (evidence,) = books.workspace.warehouse.rows(
        "select record_id, source_row from reconcile.break_record where side = 'vendor'"
    )
    assert tuple(evidence.values()) == ("v1-again", 7)
    right = moved | {"event_id": "v1-right", "decision": "warn"}
    closed = run(books, [right], [WARNED], hours=2)["key C1"]
    assert (closed["state"], closed["closed_rule"]) == ("auto_closed", "corrected")


def test_change_of_class_is_told_in_the_history(books: LandedBooks) -> None:
    """First the other half is missing, then it is there with another decision: one break."""
    before = run(books, [V1], [])["key C1"]
    after = run(books, [V1], [WARNED], hours=1)["key C1"]
    assert after["break_id"] == before["break_id"]
    assert (before["outcome"], after["outcome"]) == ("missing_internal", "decision_mismatch")
    assert [what for what, _, _ in history(books, "key C1")] == ["opened", "reclassified"]


def test_two_halves_that_become_a_pair_are_one_break(books: LandedBooks) -> None:
    """Without a common key each half is a break; once they pair by item the vendor's lives on."""
    lone = action("a1", at("10:00:00"), item_id="I2", decision="warn")
    run(books, [V1], [lone])
    assert set(lives(books)) == {"key C1", "action a1"}
    found = run(books, [V1], [lone | {"item_id": "I1"}], hours=1)
    assert (found["key C1"]["state"], found["key C1"]["outcome"]) == ("open", "decision_mismatch")
    joined = found["action a1"]
    assert (joined["state"], joined["closed_rule"]) == ("auto_closed", "joined")


def test_pair_that_falls_apart_lives_on_with_the_vendor(books: LandedBooks) -> None:
    """The vendor's half keeps the name; ours is a new break."""
    before = run(books, [V1], [WARNED])["key C1"]
    far = WARNED | {"record_key": "C7", "item_id": "I7"}
    found = run(books, [V1], [far], hours=1)
    assert found["key C1"]["break_id"] == before["break_id"]
    assert found["key C1"]["outcome"] == "missing_internal"
    assert found["key C7"]["outcome"] == "missing_vendor"


def test_copies_of_a_key_keep_apart(books: LandedBooks) -> None:
    """The pair is repaired and its copy stays: the copy's break is the one that is left."""
    copy = V1 | {"event_id": "v2", "event_at": at("11:00:00")}
    found = run(books, [V1, copy], [WARNED])
    assert {anchor: row["outcome"] for anchor, row in found.items()} == {
        "key C1": "decision_mismatch",
        "key C1 #2": "duplicate_vendor",
    }
    # Both rows are written anew, and the pair agrees now.
    right = V1 | {"event_id": "v1b", "decision": "warn"}
    found = run(books, [right, copy | {"event_id": "v2b"}], [WARNED], hours=1)
    assert (found["key C1"]["state"], found["key C1 #2"]["state"]) == ("auto_closed", "open")


def test_word_of_people_survives_everything(books: LandedBooks) -> None:
    """Owner, disposition and notes stay through re-runs, closing, return and another class."""
    break_id = run(books, [V1], [])["key C1"]["break_id"]
    with person(books) as desk:
        assert break_named(desk, break_id[:6]) == break_id
        assign(desk, break_id, "queue desk", by="ana", note="", at=later(1))
        dispose(desk, break_id, "disputed", by="ana", note="they sent it", at=later(2))
        add_note(desk, break_id, by="ben", note="asked again", at=later(3))
    for hours, log in ((4, []), (5, [A1]), (6, [WARNED])):
        found = run(books, [V1], log, hours=hours)["key C1"]
        assert (found["owner"], found["disposition"]) == ("queue desk", "disputed")
        assert found["state"] == ("auto_closed" if log == [A1] else "disputed")
    assert history(books, "key C1") == [
        ("opened", "breakwater", "open"),
        ("assigned", "ana", "open"),
        ("disputed", "ana", "disputed"),
        ("noted", "ben", "disputed"),
        ("auto_closed", "breakwater", "auto_closed"),
        ("reopened", "breakwater", "disputed"),
        ("reclassified", "breakwater", "disputed"),
    ]


def test_named_rule_closes_and_a_person_may_reopen(books: LandedBooks) -> None:
    """A rule closes what fits; a person's reopening stands, and so does a dispute."""
    rule = AutoClose(rule="small_drift", outcomes=(Outcome.TIME_DRIFT,), maximum_drift_seconds=300)
    near = A1 | {"decided_at": at("10:04:00")}
    far = action("a2", at("10:06:00"), record_key="C2")
    second = vendor_event("v2", at("10:00:00"), record_key="C2")
    ruled = configured(books, rule)
    found = run(ruled, [V1, second], [near, far])
    assert (found["key C1"]["state"], found["key C1"]["closed_rule"]) == (
        "auto_closed",
        "small_drift",
    )
    assert found["key C2"]["state"] == "open"  # six minutes
    with person(books) as desk:
        reopen(desk, found["key C1"]["break_id"], by="ana", note="look", at=later(1))
    assert run(ruled, [V1, second], [near, far], hours=2)["key C1"]["state"] == "open"
    # Without the rule nothing is closed, and what it closed is open again.
    assert run(configured(books), [V1, second], [near, far], 3)["key C1"]["state"] == "open"


def test_rule_that_waits_counts_to_the_newest_day_in_any_order(books: LandedBooks) -> None:
    """Three days later the first day's break is closed, whichever day is reconciled last."""
    rule = AutoClose(rule="stale", outcomes=(Outcome.MISSING_INTERNAL,), after_days=3)
    days = [next_day(DAY, n) for n in (0, 2, 3)]
    events = [
        vendor_event(f"v{n}", at("10:00:00", day), record_key=f"C{n}") for n, day in enumerate(days)
    ]
    for order in (days, days[::-1]):
        fresh = configured(books, rule)
        for hours, day in enumerate(order):
            run(fresh, events, [], hours, day)
        states = {anchor: row["state"] for anchor, row in lives(books).items()}
        assert states == {"key C0": "auto_closed", "key C1": "open", "key C2": "open"}
        forget(books)


def test_rule_that_is_due_first_names_the_break_in_any_order(books: LandedBooks) -> None:
    """After three days and after five: closed every day or once at the end, it is the third's."""
    missing = (Outcome.MISSING_INTERNAL,)
    rules = (
        AutoClose(rule="late", outcomes=missing, after_days=5),
        AutoClose(rule="too_late", outcomes=missing, after_days=3),
        AutoClose(rule="soon", outcomes=missing, after_days=3),
    )
    days = [next_day(DAY, n) for n in (0, 3, 5)]
    for order in (days, days[::-1], [days[0], days[2], days[1], days[0]]):
        fresh = configured(books, *rules)
        for hours, day in enumerate(order):
            events = [vendor_event(f"v{day}", at("10:00:00", day), record_key=f"C{day}")]
            run(fresh, events, [], hours, day)
        assert lives(books)[f"key C{DAY}"]["closed_rule"] == "soon"
        assert lives(books)[f"key C{days[2]}"]["closed_rule"] is None
        forget(books)


def forget(books: LandedBooks) -> None:
    """Start anew with no break known."""
    with person(books) as connection:
        connection.execute(
            "truncate reconcile.break_life, reconcile.break_record, reconcile.break_history,"
            " reconcile.break_watch"
        )


def test_what_a_person_reopened_stays_open_when_it_comes_back(books: LandedBooks) -> None:
    """Closed by a rule, reopened, settled by late data and there again: the rule leaves it alone."""
    ruled = configured(books, AutoClose(rule="ignored", outcomes=(Outcome.MISSING_INTERNAL,)))
    break_id = run(ruled, [V1], [])["key C1"]["break_id"]
    with person(books) as desk:
        reopen(desk, break_id, by="ana", note="mine", at=later(1))
    assert run(ruled, [V1], [A1], 2)["key C1"]["closed_rule"] == "late_data"
    back = run(ruled, [V1], [], 3)["key C1"]
    assert (back["break_id"], back["state"]) == (break_id, "open")
    assert run(ruled, [V1], [], 4)["key C1"]["state"] == "open"


def test_what_the_books_settled_cannot_be_reopened(books: LandedBooks) -> None:
    """There is nothing left to work on; the error says so, and nothing is written."""
    run(books, [V1], [])
    break_id = run(books, [V1], [A1], hours=1)["key C1"]["break_id"]
    with pytest.raises(BreakLifeError, match="closed by late_data"), person(books) as desk:
        reopen(desk, break_id, by="ana", note="", at=later(2))
    assert len(history(books, "key C1")) == 2


@pytest.mark.parametrize(
    "statement",
    ["update reconcile.break_history set actor = 'x'", "delete from reconcile.break_history"],
)
def test_history_refuses_to_be_changed(books: LandedBooks, statement: str) -> None:
    """The database itself keeps it append-only."""
    run(books, [V1], [])
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"), person(books) as desk:
        desk.execute(statement.encode())


def test_closed_breaks_go_after_their_time_and_no_others(books: LandedBooks) -> None:
    """400 days after the last word on it; whatever is carried forward stays however old it is."""
    keys = ("late", "accepted", "noted", "open", "explained", "disputed")
    events = [vendor_event(f"v-{key}", at("10:00:00"), record_key=key) for key in keys]
    found = {anchor.removeprefix("key "): row for anchor, row in run(books, events, []).items()}
    with person(books) as desk:
        for key in ("accepted", "explained", "disputed"):
            dispose(desk, found[key]["break_id"], key, by="ana", note="so", at=later(1))  # type: ignore[arg-type]
        dispose(desk, found["noted"]["break_id"], "accepted", by="ana", note="so", at=later(1))
        note = {"by": "ana", "note": "asked again"}
        add_note(desk, found["noted"]["break_id"], **note, at=later(24 * 300))
    log = [action("a1", at("10:00:00"), record_key="late")]
    run(books, events, log, hours=1)

    def kept(days: int) -> tuple[int, set[str]]:
        gone = tidy(books.workspace, later(1) + timedelta(days=days)).rows["closed_breaks"]
        return gone, {anchor.removeprefix("key ") for anchor in lives(books)}

    assert kept(400) == (0, set(keys))
    assert kept(401) == (2, {"noted", "open", "explained", "disputed"})
    assert history(books, "key late") == history(books, "key accepted") == []
    assert kept(5_000) == (1, {"open", "explained", "disputed"})
    (row,) = books.workspace.warehouse.rows(
        "select count(*) as evidence from reconcile.break_record"
    )
    assert row == {"evidence": 3}


def test_what_is_carried_forward_refuses_to_be_deleted(books: LandedBooks) -> None:
    """The database itself keeps it, whoever asks."""
    run(books, [V1], [])
    with pytest.raises(psycopg.errors.RaiseException, match="carried"), person(books) as desk:
        desk.execute("delete from reconcile.break_life")


def test_break_of_a_queue_that_is_gone_weighs_what_its_class_does(books: LandedBooks) -> None:
    """A queue that is no longer configured is still on records of days that are reconciled again."""
    configuration = books.workspace.configuration
    queues = {name: q for name, q in configuration.operations.queues.items() if name != "hate"}
    operations = configuration.operations.model_copy(update={"queues": queues})
    changed = replace(configuration, operations=operations)
    books = replace(books, workspace=replace(books.workspace, configuration=changed))
    (found,) = run(books, [V1], []).values()
    assert (found["outcome"], found["queue"]) == ("missing_internal", "hate")
    assert found["severity"] == "major"


def test_break_weighs_what_queue_direction_and_price_say(books: LandedBooks) -> None:
    """Two cases of a C queue with the lighter direction, and one of an A queue, at 1.50 and 0.30 a minute."""
    price = Price(
        currency="EUR", per_case=Decimal("1.50"), per_minute=Decimal("0.30"), effective_from=DAY
    )
    configuration = books.workspace.configuration
    contract = configuration.vendor(VENDOR).model_copy(update={"pricing": (price,)})
    vendors = {**configuration.vendors, VENDOR: contract}
    priced = replace(
        books,
        workspace=replace(books.workspace, configuration=replace(configuration, vendors=vendors)),
    )
    weaker = vendor_event("v2", at("11:00:00"), record_key="C2", queue="spam", decision="warn")
    grave = vendor_event("v3", at("12:00:00"), record_key="C3", queue="graphic_violence")
    log = [action("a2", at("11:00:00"), record_key="C2", queue="spam")]
    found = run(priced, [weaker, grave], log)
    # decision mismatch is major; C queue and weaker decision take a step each
    assert found["key C2"]["severity"] == "info"
    # missing internal is major; an A queue adds a step
    assert found["key C3"]["severity"] == "critical"
    # 1.50 a case + 0.30 × 40 s / 60
    assert [(str(row["amount"]), row["currency"]) for row in found.values()] == [
        ("1.70", "EUR"),
        ("1.70", "EUR"),
    ]


def test_many_breaks_are_followed_as_few_are(
    books: LandedBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From so many on they are joined in another way; what becomes of them is the same."""
    story = [([V1], [WARNED, OTHER]), ([V1], [OTHER]), ([V1], [A1]), ([], [WARNED, OTHER])]

    def told() -> list[object]:
        with books.workspace.warehouse.transaction() as connection:
            connection.execute(
                "truncate reconcile.break_watch, reconcile.break_history, reconcile.break_record,"
                " reconcile.break_life restart identity"
            )
        found: list[object] = [run(books, *both, hours) for hours, both in enumerate(story)]
        warehouse = books.workspace.warehouse
        found += warehouse.rows("select * from reconcile.break_record order by 1, 2, 3")
        found += warehouse.rows("select * from reconcile.break_history order by history_id")
        return found

    few = told()
    monkeypatch.setattr("breakwater.reconcile.life.follow.MANY", 1)
    assert told() == few
