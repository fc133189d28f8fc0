"""Whatever the order of landing, reconciling and disposing: no word is lost, history only grows."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from landed_books import LandedBooks
from psycopg import sql
from two_books import DAY, Row, action, at, next_day, vendor_event

from breakwater.contracts.breaks import AutoClose, Breaks
from breakwater.contracts.loading import load_configuration
from breakwater.core.vocabulary import Outcome
from breakwater.reconcile.life.dispositions import BreakLifeError, assign, dispose, reopen
from breakwater.warehouse.database import Database
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.lake import Lake
from breakwater.warehouse.workspace import Workspace

DAYS = (DAY, next_day(DAY))
KEYS = ("C1", "C2")
IGNORED = AutoClose(rule="ignored", outcomes=(Outcome.MISSING_VENDOR,))
TABLES = (
    "lake.partition, reconcile.tie_out, reconcile.recon_break, reconcile.borrowed_action,"
    " reconcile.item_over_midnight,"
    " operations.finding, operations.stage_run, reconcile.break_life, reconcile.break_record,"
    " reconcile.break_history, reconcile.break_watch"
)

Halves = tuple[str | None, str | None]
"""What the vendor decided on a key, and what we did; None where the book has nothing."""

DAYS_DRAWN = st.sampled_from([DAYS[0], DAYS[0], DAYS[1]])
BOTH_BOOKS = st.tuples(
    *[st.tuples(st.sampled_from(["remove", "warn", None]), st.sampled_from(["remove", None]))]
    * len(KEYS)
)


@dataclass
class Remembered:
    """The plain reference: one break as two facts of the books and three words of people."""

    outcome: str
    is_present: bool = True
    closed_by: str | None = None
    disposition: str = "open"
    owner: str | None = None
    is_kept_open: bool = False
    words: list[str] = field(default_factory=list)

    @property
    def state(self) -> str:
        """People's acceptance first, then what closed it, then people's other words."""
        if self.disposition == "accepted":
            return "accepted"
        return "auto_closed" if self.closed_by else self.disposition


def class_of(halves: Halves) -> str | None:
    """Return the class of the break that a key is, or None where the books agree."""
    theirs, ours = halves
    if theirs == ours:
        return None
    if theirs is None:
        return "missing_vendor"
    return "missing_internal" if ours is None else "decision_mismatch"


class BreakLives(RuleBasedStateMachine):
    """People and late files, in any order."""

    workspace: Workspace
    scratch: Path

    def __init__(self) -> None:
        """Start with an empty installation."""
        super().__init__()
        with self.workspace.warehouse.transaction() as connection:
            connection.execute(sql.SQL("truncate {}").format(sql.SQL(TABLES)))  # type: ignore[arg-type]
        self.books = LandedBooks(self.workspace, self.scratch)
        self.landed: dict[date, dict[str, Halves]] = {}
        self.known: dict[tuple[date, str], Remembered] = {}
        self.names: dict[tuple[date, str], str] = {}
        self.told: list[dict[str, Any]] = []
        self.clock = datetime(2026, 3, 9, tzinfo=UTC)

    def now(self) -> datetime:
        """Let an hour pass."""
        self.clock += timedelta(hours=1)
        return self.clock

    @initialize()
    def start_with_a_break(self) -> None:
        """Begin where there is something to speak of."""
        self._deliver(DAY, (("remove", None), ("warn", "remove")), 0)
        self._reconcile(DAY)

    @rule(day=DAYS_DRAWN, books=BOTH_BOOKS, version=st.integers(0, 1))
    def restate(self, day: date, books: tuple[Halves, ...], version: int) -> None:
        """A day arrives, again or for the first time, and is reconciled."""
        self._deliver(day, books, version)
        self._reconcile(day)

    @rule(day=DAYS_DRAWN, books=BOTH_BOOKS, version=st.integers(0, 1))
    def land(self, day: date, books: tuple[Halves, ...], version: int) -> None:
        """A day arrives, and is not reconciled yet."""
        self._deliver(day, books, version)

    @rule(data=st.data())
    def reconcile(self, data: st.DataObject) -> None:
        """A day is reconciled as it was landed last, perhaps once more."""
        self._reconcile(data.draw(st.sampled_from(sorted(self.landed))))

    def _deliver(self, day: date, books: tuple[Halves, ...], version: int) -> None:
        """Land both books of a day; another version gives every vendor's record another id."""
        events: list[Row] = []
        log: list[Row] = []
        for n, (key, (theirs, ours)) in enumerate(zip(KEYS, books, strict=True)):
            moment = at("12:00:00", day) + 600 * n
            about = {"record_key": key, "item_id": key}
            if theirs is not None:
                name = f"{day.isoformat()}-v{key}-{version}"
                events.append(vendor_event(name, moment, decision=theirs, **about))
            if ours is not None:
                name = f"{day.isoformat()}-a{key}"
                log.append(action(name, moment, decision=ours, **about))
        self.books.land(day, events, log)
        self.landed[day] = dict(zip(KEYS, books, strict=True))

    def _reconcile(self, day: date) -> None:
        self.books.reconcile(day, self.now())
        for key, halves in self.landed[day].items():
            self._remember(day, key, class_of(halves))

    def _remember(self, day: date, key: str, outcome: str | None) -> None:
        known = self.known.get((day, key))
        if outcome is None:
            if known is not None and known.is_present:
                event(f"{known.disposition} and gone")
                known.is_present = False
                # Whether it was late or corrected is another test's; here it is closed.
                known.closed_by = "gone"
            return
        if known is None:
            known = self.known[day, key] = Remembered(outcome)
        elif not known.is_present:
            event(f"{known.disposition} and there again")
            known.is_present, known.closed_by = True, None
        known.outcome = outcome
        if known.disposition in {"open", "explained"}:
            applies = outcome == "missing_vendor" and not known.is_kept_open
            known.closed_by = "ignored" if applies else None

    @precondition(lambda self: self.known)
    @rule(data=st.data(), what=st.sampled_from(["explained", "disputed", "accepted"]))
    def dispose(self, data: st.DataObject, what: Any) -> None:  # noqa: ANN401  one of the three
        """Somebody says what a break is."""
        known, name, note = self._chosen(data)
        with self.workspace.warehouse.transaction() as connection:
            dispose(connection, name, what, by="ana", note=note, at=self.now())
        known.disposition = what
        if what == "disputed" and known.is_present:
            known.closed_by = None
        known.words.append(note)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), owner=st.sampled_from(["desk", None]))
    def assign(self, data: st.DataObject, owner: str | None) -> None:
        """Somebody looks after a break, or nobody any more."""
        known, name, note = self._chosen(data)
        with self.workspace.warehouse.transaction() as connection:
            assign(connection, name, owner, by="ben", note=note, at=self.now())
        known.owner = owner
        known.words.append(note)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        """Somebody takes it back, which the books may refuse."""
        known, name, note = self._chosen(data)
        if not known.is_present:
            with pytest.raises(BreakLifeError), self.workspace.warehouse.transaction() as refused:
                reopen(refused, name, by="ana", note=note, at=self.now())
            return
        with self.workspace.warehouse.transaction() as connection:
            reopen(connection, name, by="ana", note=note, at=self.now())
        known.disposition, known.closed_by, known.is_kept_open = "open", None, True
        known.words.append(note)

    def _chosen(self, data: st.DataObject) -> tuple[Remembered, str, str]:
        place = data.draw(st.sampled_from(sorted(self.known)))
        return self.known[place], self._lives()[place]["break_id"], f"note {self.now():%d %H}"

    def _lives(self) -> dict[tuple[date, str], dict[str, Any]]:
        rows = self.workspace.warehouse.rows("select * from reconcile.break_life")
        lives = {(row["operational_day"], row["anchor"].removeprefix("key ")): row for row in rows}
        assert len(lives) == len(rows), "two breaks of one key"
        return lives

    @invariant()
    def is_what_the_reference_remembers(self) -> None:
        """Class, state, words and owner of every break; and its name never changes."""
        lives = self._lives()
        assert {
            place: (
                row["outcome"],
                row["state"],
                row["disposition"],
                row["owner"],
                row["is_present"],
            )
            for place, row in lives.items()
        } == {
            place: (known.outcome, known.state, known.disposition, known.owner, known.is_present)
            for place, known in self.known.items()
        }
        for place, row in lives.items():
            assert self.names.setdefault(place, row["break_id"]) == row["break_id"]

    @invariant()
    def history_only_grows(self) -> None:
        """What was told before is still told, every word is there, and the last state is the row's."""
        rows = self.workspace.warehouse.rows(
            "select history.*, life.operational_day as day, life.anchor from reconcile.break_history"
            " history join reconcile.break_life life using (break_id) order by history_id"
        )
        assert rows[: len(self.told)] == self.told
        self.told = rows
        words: dict[tuple[date, str], list[str]] = {place: [] for place in self.known}
        last: dict[tuple[date, str], str] = {}
        for row in rows:
            place = row["day"], row["anchor"].removeprefix("key ")
            last[place] = row["state"]
            if row["actor"] != "breakwater":
                words[place].append(row["detail"]["note"])
        assert words == {place: known.words for place, known in self.known.items()}
        assert last == {place: known.state for place, known in self.known.items()}


@pytest.fixture
def workspace_of_machine(server: EmbeddedPostgreSQL) -> Iterator[Workspace]:
    """Open one installation for all runs of the machine, with a rule that closes by itself."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("create database break_lives template template")
    configuration = load_configuration()
    operations = configuration.operations.model_copy(
        update={"breaks": Breaks(auto_close=(IGNORED,))}
    )
    warehouse = Database(server.dsn("break_lives"))
    with tempfile.TemporaryDirectory() as folder:
        yield Workspace(
            configuration=replace(configuration, operations=operations),
            warehouse=warehouse,
            enforcement_log=warehouse,
            lake=Lake((Path(folder) / "lake").as_uri()),
            exports="nowhere",
            outbox_folder=Path(folder),
            pseudonym_key=b"a secret of the tests",
        )
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("drop database break_lives with (force)")


def test_no_order_of_landing_reconciling_and_disposing_loses_a_word(
    workspace_of_machine: Workspace, tmp_path: Path
) -> None:
    """Play the machine."""

    class Here(BreakLives):
        workspace = workspace_of_machine
        scratch = tmp_path

    run_machine(
        Here,
        settings=settings(
            max_examples=5,
            stateful_step_count=24,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
