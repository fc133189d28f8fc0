"""The notify task killed with SIGKILL, then run again: same rows, one message."""

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from doomed import Doom, notify_task
from forks import PROCESSES, load_once
from situations import finding, found

from breakwater.core.finding import Rule, Severity
from breakwater.demo.sinks.chat_server import ChatSink
from breakwater.demo.sinks.mail import MailSink
from breakwater.warehouse.database import Database

FINDINGS = (
    finding(),
    finding(scope={"outcome": "time_drift"}),
    finding(
        Rule.STATUTORY_CLOCK_BREACHED,
        vendor="dekkan",
        severity=Severity.CRITICAL,
        scope={"clock": "eu_tco_removal", "queue": "legal_requests"},
    ),
)
CHANNELS = ("email", "file", "slack")


@dataclass
class Stage:
    """The far ends, and the task that talks to them."""

    warehouse: Database
    folder: Path
    environment: dict[str, str]
    chat: ChatSink
    mail: MailSink

    def run(self, doom: Doom = Doom(), kill_after: float | None = None) -> int:  # noqa: B008  frozen
        """Run the task in a process; return its exit code, negative for a signal."""
        heard, started = PROCESSES.Pipe(duplex=False)
        arguments = (self.warehouse.dsn, str(self.folder), self.environment, doom, started)
        process = PROCESSES.Process(target=notify_task, args=arguments)
        process.start()
        assert heard.recv() == "started"
        if kill_after is not None:
            time.sleep(kill_after)
            process.kill()
        process.join(60)
        assert process.exitcode is not None
        return process.exitcode

    def finish(self) -> None:
        """Run the task until everything is sent.

        The server needs a moment to learn that a client was killed and to let its locks go; until
        then a row counts as somebody else's.
        """
        for _ in range(100):
            assert self.run() == 0
            states = self.states()
            if set(states) == {"sent"}:
                return
            time.sleep(0.05)
        pytest.fail(f"never finished: {states}")

    def states(self) -> Counter[str]:
        """Count the rows of the outbox by state."""
        return Counter(row["state"] for row in self.warehouse.rows("select * from notify.outbox"))

    def rows(self) -> list[dict[str, Any]]:
        """Everything the stage writes, without the numbers that only count upwards."""
        tables = ("incident", "incident_transition", "telling", "outbox", "living_message")
        dump = []
        for table in tables:
            rows = self.warehouse.rows(f"select * from notify.{table}")  # noqa: S608  our names
            for row in rows:
                for counted in ("outbox_id", "attempts", "far_end_id"):
                    row.pop(counted, None)
            dump += sorted(rows, key=repr)
        return dump

    def forget(self) -> None:
        """Empty the warehouse and the far ends."""
        tables = "incident, notify.incident_transition, notify.escalation, notify.waiting"
        with self.warehouse.transaction() as connection:
            connection.execute(f"truncate notify.{tables}")
            connection.execute("truncate notify.telling, notify.outbox, notify.living_message")
        self.chat.room.channels.clear()
        self.mail.store.received.clear()
        for file in (self.folder / "outbox").rglob("*.txt"):
            file.unlink()


@pytest.fixture
def stage(
    warehouse: Database,
    tmp_path: Path,
    environment: dict[str, str],
    chat: ChatSink,
    mail: MailSink,
) -> Iterator[Stage]:
    """Let three conditions be found, which are eight messages by the routes that ship."""
    load_once()
    found(warehouse, *FINDINGS)
    return Stage(warehouse, tmp_path, environment, chat, mail)


def _assert_told_once(stage: Stage) -> None:
    """Four messages in chat, three mails, one file; nothing twice, nothing missing."""
    told = {channel: len(stage.chat.room.messages(channel)) for channel in stage.chat.room.channels}
    assert told == {"C0LEGAL": 1, "C0OPS": 2, "C0PEARLLINE": 1}
    assert all("thread_ts" not in m for c in told for m in stage.chat.room.messages(c))
    recipients = sorted(mail.recipients[0] for mail in stage.mail.store.stored)
    assert recipients == [
        "legal-operations@harbour.example",
        "ops-leads@harbour.example",
        "ops-leads@harbour.example",
    ]
    assert len(list((stage.folder / "outbox").rglob("*.txt"))) == 1
    assert list((stage.folder / "outbox").rglob("*.part")) == []
    assert stage.states() == {"sent": 8}


@pytest.mark.parametrize("point", ["before send", "after send"])
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_kill_around_a_send_leads_to_one_message(channel: str, point: str, stage: Stage) -> None:
    """Before it, nothing was sent; after it, the far end has what we do not know of."""
    assert stage.run(Doom(channel, point)) == -signal.SIGKILL
    assert stage.states()["sending"] == 1
    stage.finish()
    _assert_told_once(stage)


def test_mail_is_the_only_channel_that_hands_over_twice(stage: Stage) -> None:
    """SMTP cannot be asked: the server hears the mail again, and keeps one of the two."""
    assert stage.run(Doom("email", "after send")) == -signal.SIGKILL
    stage.finish()
    received = Counter(mail.message_id for mail in stage.mail.store.received)
    assert sorted(received.values()) == [1, 1, 2]
    assert len({mail.sha256 for mail in stage.mail.store.received}) == 3
    posts = [method for method, _ in stage.chat.calls if method == "chat.postMessage"]
    assert len(posts) == 4


def test_a_kill_during_the_recovery_is_recovered_from(stage: Stage) -> None:
    """Killed after the send, killed again after asking, then left alone."""
    assert stage.run(Doom("slack", "after send")) == -signal.SIGKILL
    for _ in range(100):
        # Until the server has let the lock of the first go, there is nothing to recover.
        if stage.run(Doom("slack", "after asking")) == -signal.SIGKILL:
            break
    else:
        pytest.fail("the row in doubt was never asked about")
    stage.finish()
    _assert_told_once(stage)


@pytest.mark.parametrize("number", [1, 4, 8])
def test_a_kill_while_messages_are_written_leaves_nothing_half_done(
    number: int, stage: Stage
) -> None:
    """No incident without its messages, no message without its incident; then all of them."""
    assert stage.run(Doom(enqueued=number)) == -signal.SIGKILL
    assert stage.rows() == []
    stage.finish()
    _assert_told_once(stage)


def test_kills_at_random_points_lead_to_the_rows_of_a_run_that_was_left_alone(
    stage: Stage,
) -> None:
    """Rounds of up to three kills at random instants, until eight of them left a row in doubt."""
    assert stage.run() == 0
    _assert_told_once(stage)
    undisturbed = stage.rows()
    stage.chat.pause_seconds = 0.004
    chance = random.Random(20261114)  # noqa: S311  repeatable, not secret
    in_doubt = 0
    for _ in range(60):
        stage.forget()
        for _ in range(3):
            stage.run(kill_after=chance.uniform(0, 0.35))
            in_doubt += stage.states()["sending"]
        stage.finish()
        _assert_told_once(stage)
        assert stage.rows() == undisturbed
        if in_doubt >= 8:
            return
    pytest.fail(f"only {in_doubt} kills hit a send")
