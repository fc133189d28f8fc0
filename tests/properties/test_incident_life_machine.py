"""Whatever runs find and people say, in any order: incidents, history and messages are the reference's."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from breakwater.contracts.incidents import Incidents
from breakwater.contracts.loading import load_configuration
from breakwater.contracts.routes import Destination, Route
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.vocabulary import RunType
from breakwater.notify.incidents import raise_incidents
from breakwater.notify.people import IncidentError, Saying, end_words, say
from breakwater.notify.word import WordKind
from breakwater.warehouse.database import Database
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.lake import Lake
from breakwater.warehouse.workspace import Workspace

DAY = date(2026, 11, 14)
START = datetime(2026, 11, 15, 2, tzinfo=UTC)
VENDORS = ("dekkan", "pearlline")
GRAVENESS = (Severity.WARNING, Severity.MAJOR, Severity.CRITICAL)
GOOD_RUNS, APART = 2, timedelta(minutes=10)
TABLES = (
    "notify.incident, notify.incident_transition, notify.telling, notify.outbox,"
    " notify.waiting, operations.finding, operations.stage_run"
)

Seen = tuple[int, int]
"""How grave, and how many cases."""

Known = tuple[str, int, int]
"""What the channel knows of an incident: state, graveness, cases."""

LOOKS = st.one_of(st.none(), st.tuples(st.sampled_from([0, 1, 2]), st.sampled_from([12, 13])))
WHO = st.sampled_from(VENDORS)


def finding(vendor: str, seen: Seen) -> Finding:
    """Make what a run finds."""
    return Finding(
        rule=Rule.RECON_BREAKS,
        operational_day=DAY,
        vendor=vendor,
        severity=GRAVENESS[seen[0]],
        scope={"outcome": "missing_internal"},
        value=seen[1],
        unit="cases",
        threshold=5,
    )


@dataclass
class Reference:
    """One incident, as plainly as it can be said."""

    seen: Seen
    is_open: bool = True
    word: str | None = None
    ends: datetime | None = None
    covered: int = 2
    misses: list[datetime] = field(default_factory=list)
    known: Known | None = None
    words: list[str] = field(default_factory=list)

    @property
    def state(self) -> str:
        """Resolved, or what was said last, or open."""
        return (self.word or "open") if self.is_open else "resolved"

    def time_passes(self, now: datetime) -> None:
        """Forget a word whose time is over."""
        if self.is_open and self.ends is not None and now >= self.ends:
            self.word = self.ends = None

    def found(self, seen: Seen, now: datetime) -> None:
        """A run finds it."""
        self.time_passes(now)
        self.misses = []
        if self.word in {"snoozed", "resolved"} and seen[0] > self.covered:
            self.word = self.ends = None
        self.is_open = self.word != "resolved"
        self.seen = seen

    def missed(self, now: datetime) -> None:
        """A run does not find it."""
        self.time_passes(now)
        if not self.is_open:
            self.word = None
        elif not self.misses or now - self.misses[-1] >= APART:
            self.misses.append(now)
            if len(self.misses) == GOOD_RUNS:
                self.is_open, self.word, self.ends, self.misses = False, None, None, []

    def told(self) -> int:
        """Tell the channel how it stands; return how many messages that takes."""
        now: Known = (self.state, *self.seen)
        if self.known is None:
            if self.state not in {"open", "acknowledged"}:
                return 0
            self.known = now
            return 1
        if self.state == "snoozed":  # its numbers stay as they were told
            # What was told as resolved stays so: it is hidden before anybody heard of it again.
            now = self.known if self.known[0] == "resolved" else ("snoozed", *self.known[1:])
        if self.state == "resolved" == self.known[0]:
            now = self.known
        if now == self.known:
            return 0
        self.known = now
        return 2


class IncidentLives(RuleBasedStateMachine):
    """Runs, backfills, people and time, in any order."""

    workspace: Workspace

    @initialize()
    def begin(self) -> None:
        """Nothing was ever found."""
        with self.workspace.warehouse.transaction() as connection:
            connection.execute(f"truncate {TABLES} cascade")
        self.now = START
        self.lives: dict[str, Reference] = {}
        self.messages = 0
        self.history: list[dict[str, object]] = []

    @rule(minutes=st.sampled_from([1, 10, 60, 300]))
    def wait(self, minutes: int) -> None:
        """Time passes, and what ends by then is ended."""
        self.now += timedelta(minutes=minutes)
        for _ in range(2):
            end_words(self.workspace, self.now)
        for life in self.lives.values():
            before = life.word
            life.time_passes(self.now)
            if before != life.word and life.known is not None:
                self.messages += life.told()

    @rule(looks=st.fixed_dictionaries(dict.fromkeys(VENDORS, LOOKS)), is_silent=st.booleans())
    def look(self, looks: dict[str, Seen | None], *, is_silent: bool) -> None:
        """A run looks, twice: the second time within the same minute changes nothing."""
        found = [finding(vendor, seen) for vendor, seen in looks.items() if seen is not None]
        with self.workspace.warehouse.transaction() as connection:
            replace_findings(connection, DAY, "reconcile", "*", found)
        run_type = RunType.BACKFILL if is_silent else RunType.SCHEDULED
        for _ in range(2):
            raise_incidents(self.workspace, DAY, self.now, run_type)
        for vendor, seen in looks.items():
            life = self.lives.get(vendor)
            if seen is not None and life is None:
                life = self.lives[vendor] = Reference(seen)
            elif life is not None:
                life.found(seen, self.now) if seen is not None else life.missed(self.now)
            if life is not None and not is_silent:
                self.messages += life.told()

    @rule(vendor=WHO, kind=st.sampled_from(WordKind), hours=st.sampled_from([1, 6]))
    def speak(self, vendor: str, kind: WordKind, hours: int) -> None:
        """Somebody acknowledges, snoozes or resolves; a second time it is the same."""
        life = self.lives.get(vendor)
        if life is None:
            return
        ends = None if kind is WordKind.RESOLVED else self.now + timedelta(hours=hours)
        saying = Saying(kind, "Ana", "why", ends)
        name = finding(vendor, life.seen).finding_id
        if not life.is_open and life.word != kind:
            with pytest.raises(IncidentError):
                say(self.workspace, [name], saying, self.now)
            return
        is_new = (life.word, life.ends) != (kind.value, ends)
        assert say(self.workspace, [name], saying, self.now) == {name: is_new}
        assert say(self.workspace, [name], saying, self.now) == {name: False}
        if is_new:
            life.word, life.ends, life.covered = kind.value, ends, life.seen[0]
            life.words.append(kind.value)
            if kind is WordKind.RESOLVED:
                life.is_open, life.misses = False, []
            self._heard(life)

    @rule(vendor=WHO, what=st.sampled_from(["reopened", "noted"]))
    def take_back(self, vendor: str, what: Literal["reopened", "noted"]) -> None:
        """Somebody takes the last word back, or adds a note."""
        life = self.lives.get(vendor)
        if life is None:
            return
        name = finding(vendor, life.seen).finding_id
        saying = Saying(what, "Bo", f"note {len(life.words)}")
        if what == "noted":
            say(self.workspace, [name], saying, self.now)
            life.words.append(what)
        elif not life.is_open and life.word is None:
            with pytest.raises(IncidentError):
                say(self.workspace, [name], saying, self.now)
        else:
            is_new = life.word is not None
            assert say(self.workspace, [name], saying, self.now) == {name: is_new}
            if is_new:
                life.word, life.ends, life.is_open = None, None, True
                life.words.append(what)
                self._heard(life)

    def _heard(self, life: Reference) -> None:
        """Count what the channel hears of a word: nothing of what it was never told."""
        if life.known is not None:
            self.messages += life.told()

    @invariant()
    def every_row_is_as_the_reference_says(self) -> None:
        """State, graveness, number, word, and the good runs so far."""
        rows = self.workspace.warehouse.rows("select * from notify.incident")
        found = {
            row["vendor"]: (
                row["word"] if row["state"] == "open" and row["word"] else row["state"],
                GRAVENESS.index(Severity(row["severity"])),
                int(row["value"]),
                row["word"],
                row["word_until"],
                row["good_runs"],
            )
            for row in rows
        }
        assert found == {
            vendor: (life.state, *life.seen, life.word, life.ends, len(life.misses))
            for vendor, life in self.lives.items()
        }

    @invariant()
    def each_change_is_told_once_and_silence_is_kept(self) -> None:
        """One living message a thread; an edit and a reply for each change of what is known."""
        rows = self.workspace.warehouse.rows("select operation from notify.outbox")
        assert len(rows) == self.messages
        posts = sum(row["operation"] == "post" for row in rows)
        assert posts == sum(life.known is not None for life in self.lives.values())

    @invariant()
    def history_only_grows(self) -> None:
        """What was written stays, and every word of a person is there once."""
        rows = self.workspace.warehouse.rows(
            "select moved.*, vendor from notify.incident_transition moved"
            " join notify.incident using (fingerprint) order by happened_at, fingerprint, ordinal"
        )
        assert [row for row in self.history if row not in rows] == []
        self.history = rows
        for vendor, life in self.lives.items():
            said = [row["kind"] for row in rows if row["vendor"] == vendor and row["via"] != "run"]
            assert said == life.words


@pytest.fixture
def one_channel(server: EmbeddedPostgreSQL, tmp_path: Path) -> Iterator[Workspace]:
    """Open one installation for all runs of the machine; everything goes to one channel."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("create database incident_lives template template")
    configuration = load_configuration()
    guard = Incidents(resolve_after_runs=GOOD_RUNS, runs_apart_minutes=10)
    operations = configuration.operations.model_copy(
        update={"incidents": guard, "live_days": 10_000}
    )
    route = Route(route="all", send_to=(Destination(channel="slack", recipient="C0OPS"),))
    warehouse = Database(server.dsn("incident_lives"), waits_for_disk=False)
    yield Workspace(
        configuration=replace(configuration, operations=operations, routes=(route,)),
        warehouse=warehouse,
        enforcement_log=warehouse,
        lake=Lake((tmp_path / "lake").as_uri()),
        exports="nowhere",
        outbox_folder=tmp_path,
        pseudonym_key=b"a secret of the tests",
    )
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("drop database incident_lives with (force)")


def test_no_order_of_runs_and_words_differs_from_the_reference(one_channel: Workspace) -> None:
    """Play the machine."""

    class Here(IncidentLives):
        workspace = one_channel

    run_machine(
        Here,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
