"""The sender killed two hundred times while it sends by every channel: nothing lost, nothing twice.

Where the far end knows a message again, or can be asked, each arrives exactly once. Where neither is
so (Teams, Slack's incoming webhooks, Apprise), one may arrive again for each kill that hit a send.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from doomed import send_task
from every_channel import FAR_ENDS, connections, taken_by
from far_ends import Pager, Slowly, texts
from forks import PROCESSES, load_once
from outside_server import OutsideServer, trusted_certificate
from situations import NOW, delivery

from breakwater.demo.sinks.chat_server import ChatSink
from breakwater.demo.sinks.mail import MailSink
from breakwater.notify.channels.registry import CHANNELS
from breakwater.warehouse.database import Connection, Database
from breakwater.warehouse.outbox import Channel, enqueue

KILLS = 200
BATCH = 4
WINDOWED = frozenset({"apprise", "slack_webhook", "teams"})
SOON = NOW + timedelta(minutes=4)
"""When what failed is due again; receivers of webhooks refuse what is older than five minutes."""
LONGEST_LIFE = 0.05
PAUSE = 0.001


@dataclass
class Sending:
    """The outbox, the process that empties it, and the far ends."""

    warehouse: Database
    folder: Path
    environment: dict[str, str]
    ends: Mapping[str, Any]
    chat: ChatSink
    mail: MailSink
    written: Counter[str] = field(default_factory=Counter)

    def write(self) -> None:
        """Write some messages for every channel; each says its number."""
        with self.warehouse.transaction() as connection:
            for channel in CHANNELS:
                for _ in range(BATCH):
                    self._write_one(connection, channel)

    def _write_one(self, connection: Connection, channel: Channel) -> None:
        self.written[channel] += 1
        said = f"message {self.written[channel]:05d}."
        recipient = {"jira": "OPS"}.get(channel, delivery(channel).recipient)
        enqueue(
            connection,
            subject=f"{channel}/{said}",
            transition="1-opened",
            channel=channel,
            recipient=recipient,
            thread_key=f"{channel}/{said}",
            operation="post",
            payload=_saying(said, delivery(channel).payload),
            now=NOW,
        )

    def run(self, life: float | None = None) -> None:
        """Send in a process of its own; kill it after so many seconds."""
        now = NOW if life is not None else SOON
        heard, started = PROCESSES.Pipe(duplex=False)
        arguments = (self.warehouse.dsn, str(self.folder), self.environment, now, started)
        process = PROCESSES.Process(target=send_task, args=arguments)
        process.start()
        # Ours is closed, so that the end of a process that never starts is heard.
        started.close()
        assert heard.recv() == "started"
        if life is not None:
            time.sleep(life)
            process.kill()
        process.join(60)
        assert process.exitcode in {0, -9}

    def states(self) -> Counter[tuple[str, str]]:
        """Count the rows of the outbox by channel and state."""
        rows = self.warehouse.rows("select channel, state from notify.outbox")
        return Counter((row["channel"], row["state"]) for row in rows)

    def attempts_again(self) -> Counter[str]:
        """Count the attempts after the first ones: so many kills hit a send."""
        rows = self.warehouse.rows("select channel, attempts - 1 as again from notify.outbox")
        return sum((Counter({row["channel"]: row["again"]}) for row in rows), Counter())

    def arrived(self, channel: Channel) -> Counter[str]:
        """Count how often each message is where people read it."""
        if channel == "slack":
            found = [m["text"] for m in self.chat.room.messages("C0OPS")]
        elif channel == "email":
            found = [mail.subject for mail in self.mail.store.stored]
        elif channel == "file":
            files = (self.folder / "outbox").rglob("*.txt")
            found = [file.read_text(encoding="utf-8") for file in files]
        elif isinstance(self.ends[channel], Pager):
            keys = {e["dedup_key"]: str(texts(e)) for e in self.ends[channel].events}
            found = [keys[key] for key in self.ends[channel].alerts]
        else:
            found = [str(texts(each)) for each in taken_by(self.ends[channel])]
        return Counter(text[text.index("message ") :].partition(".")[0] for text in found)


def _saying(said: str, payload: Mapping[str, Any]) -> Any:  # noqa: ANN401  a payload of any channel
    """Put a message's number in the place of its title."""
    return json.loads(
        json.dumps(payload).replace('"Breaks"', f'"{said}"').replace('"12"', f'"{said}"')
    )


@pytest.fixture
def sending(
    warehouse: Database,
    tmp_path: Path,
    environment: dict[str, str],
    chat: ChatSink,
    mail: MailSink,
) -> Iterator[Sending]:
    """Start the far ends that need a moment for everything."""
    ends = {name: make() for name, make in FAR_ENDS.items()}
    servers = {name: OutsideServer(Slowly(end, PAUSE)) for name, end in ends.items()}
    chat.pause_seconds = PAUSE
    try:
        for server in servers.values():
            server.__enter__()
        trusted = {"REQUESTS_CA_BUNDLE": trusted_certificate()}
        yield Sending(
            warehouse, tmp_path, environment | trusted | connections(servers), ends, chat, mail
        )
    finally:
        for server in servers.values():
            server.__exit__(None, None, None)


def test_two_hundred_kills_lose_nothing_and_repeat_only_what_they_must(sending: Sending) -> None:
    """At random instants, over all channels, until the outbox is empty."""
    load_once()
    chance = random.Random(20261124)  # noqa: S311  repeatable, not secret
    longest = LONGEST_LIFE
    for kill in range(1, KILLS + 1):
        states = sending.states()
        if sum(count for (_, state), count in states.items() if state != "sent") < BATCH * 5:
            sending.write()
        sending.run(chance.uniform(0, longest))
        if kill % 20 == 0 and sum(sending.attempts_again().values()) < kill / 8:
            longest *= 1.5  # on a busy machine a sender needs longer before there is a send to hit
    for _ in range(100):
        sending.run()
        states = sending.states()
        if {state for _, state in states} <= {"sent", "dead"}:
            break
        # The server needs a moment to learn that a client was killed and to let its locks go.
        time.sleep(0.05)
    assert {state for _, state in states} == {"sent"}
    again = sending.attempts_again()
    for channel in CHANNELS:
        arrived = sending.arrived(channel)
        assert len(arrived) == sending.written[channel], channel
        copies = sum(arrived.values()) - len(arrived)
        assert copies <= (again[channel] if channel in WINDOWED else 0), channel
    assert sum(again.values()) >= KILLS / 10
