"""Sending what the outbox holds."""

import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from situations import DAY, NOW, finding, found

from breakwater.core.errors import DeliveryError
from breakwater.core.vocabulary import RunType
from breakwater.demo.sinks.chat_server import ChatFault, ChatSink
from breakwater.demo.sinks.mail import MailSink
from breakwater.notify.incidents import raise_incidents
from breakwater.notify.retry import MOST_ATTEMPTS
from breakwater.notify.send import send_pending
from breakwater.notify.sender import Sender
from breakwater.notify.summary import MessageCount, count_messages
from breakwater.warehouse.database import Database
from breakwater.warehouse.delivery import Delivery, Receipt
from breakwater.warehouse.outbox import dead_letters, enqueue, revive
from breakwater.warehouse.workspace import Workspace


@dataclass
class Recorder:
    """A far end in memory: keeps what it takes, fails when told to, answers what it has."""

    taken: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    failure: Callable[[Delivery], Exception | None] = lambda _delivery: None
    takes_before_it_fails: bool = False

    def send(self, delivery: Delivery) -> Receipt:
        """Take a message, or fail."""
        failure = self.failure(delivery)
        if failure is None or self.takes_before_it_fails:
            self.taken.append(delivery.payload["text"])
        if failure is not None:
            raise failure
        return Receipt(f"id-{delivery.outbox_id}", delivery.recipient)

    def was_delivered(self, delivery: Delivery) -> Receipt | None:
        """Answer from memory."""
        self.asked.append(delivery.payload["text"])
        text = delivery.payload["text"]
        return Receipt("found", delivery.recipient) if text in self.taken else None


def _write(warehouse: Database, text: str, *, thread: str | None = None, **more: object) -> bool:
    arguments = {
        "subject": text,
        "transition": "1-opened",
        "channel": "slack",
        "recipient": "C0OPS",
        "thread_key": thread or text,
        "operation": "post",
        "payload": {"text": text, "blocks": []},
        "now": NOW,
    }
    with warehouse.transaction() as connection:
        return enqueue(connection, **(arguments | more))


def _states(warehouse: Database) -> dict[str, str]:
    rows = warehouse.rows("select subject, state from notify.outbox order by outbox_id")
    return {row["subject"]: row["state"] for row in rows}


def _row(warehouse: Database) -> dict[str, Any]:
    (row,) = warehouse.rows("select * from notify.outbox")
    return row


def _fails(**arguments: Any) -> Callable[[Delivery], Exception]:  # noqa: ANN401  passed on as they are
    return lambda _delivery: DeliveryError("no", **arguments)


def test_what_is_written_twice_is_one_row(warehouse: Database) -> None:
    """The second time says so; another transition or recipient is another row."""
    assert _write(warehouse, "a")
    assert not _write(warehouse, "a")
    assert _write(warehouse, "a", transition="2-worsened")
    assert _write(warehouse, "a", recipient="C0LEGAL")


@pytest.mark.parametrize(
    ("channel", "payload"),
    [
        ("slack", {"text": "x"}),
        ("file", {"name": "x", "text": "x", "mode": "w"}),
        ("email", {"subject": "x", "text": "x", "html": "x"}),
    ],
)
def test_a_payload_of_another_form_is_refused_where_it_is_written(
    channel: str, payload: Mapping[str, str], warehouse: Database
) -> None:
    """The stage that rendered it learns at once, not the sender in the night."""
    with pytest.raises(ValueError, match=f"{channel} payload: expected"):
        _write(warehouse, "x", channel=channel, payload=payload)


def test_each_message_is_sent_once_and_remembered(
    workspace: Workspace, warehouse: Database
) -> None:
    """Rows are sent, a second call finds nothing to do."""
    far = Recorder()
    for text in ("a", "b"):
        _write(warehouse, text)
    first = send_pending(workspace, NOW, {"slack": far})
    second = send_pending(workspace, NOW, {"slack": far})
    assert (first.summary["sent"], first.changed) == (2, True)
    assert (second.summary["sent"], second.changed) == (0, False)
    assert far.taken == ["a", "b"]
    assert far.asked == []
    rows = warehouse.rows("select far_end_id, sent_at, attempts from notify.outbox order by 1")
    assert [tuple(row.values()) for row in rows] == [("id-1", NOW, 1), ("id-2", NOW, 1)]


def test_a_message_that_is_not_due_is_held(workspace: Workspace, warehouse: Database) -> None:
    """Until its instant nobody is asked to look why it was not sent; then it goes out."""
    far, morning = Recorder(), NOW + timedelta(hours=2)
    _write(warehouse, "a", not_before=morning)
    early = send_pending(workspace, morning - timedelta(seconds=1), {"slack": far}).summary
    assert (early["sent"], early["held"], early["waiting"]) == (0, 1, {})
    then = send_pending(workspace, morning, {"slack": far}).summary
    assert (then["sent"], then["held"], then["waiting"]) == (1, 0, {})


def test_messages_of_a_channel_that_is_not_open_wait(
    workspace: Workspace, warehouse: Database
) -> None:
    """No sender for Slack: nothing is lost, and the result says how many wait where."""
    _write(warehouse, "a")
    _write(warehouse, "b", channel="file", recipient="legal", payload={"name": "b", "text": "b"})
    result = send_pending(workspace, NOW, {"file": Recorder()})
    assert (result.summary["sent"], result.summary["waiting"]) == (1, {"slack": 1})
    assert _states(warehouse) == {"a": "pending", "b": "sent"}


def test_a_thread_goes_out_in_order_and_knows_its_living_message(
    workspace: Workspace, warehouse: Database
) -> None:
    """The update learns from the receipt of the post where it belongs."""
    seen: list[tuple[str, Receipt | None]] = []

    class Far(Recorder):
        def send(self, delivery: Delivery) -> Receipt:
            seen.append((delivery.operation, delivery.living))
            return Recorder.send(self, delivery)

    for operation in ("post", "update", "reply"):
        _write(warehouse, operation, thread="t", operation=operation)
    send_pending(workspace, NOW, {"slack": Far()})
    assert [operation for operation, _ in seen] == ["post", "update", "reply"]
    assert [living and living.far_end_id for _, living in seen] == [None, "id-1", "id-2"]


def test_later_messages_of_a_thread_wait_for_one_that_failed(
    workspace: Workspace, warehouse: Database
) -> None:
    """Old news never overtakes new news; other threads go on."""
    far = Recorder(
        failure=lambda d: None if d.thread_key == "other" else DeliveryError("no", permanent=False)
    )
    _write(warehouse, "first", thread="t")
    _write(warehouse, "second", thread="t", operation="update")
    _write(warehouse, "elsewhere", thread="other")
    result = send_pending(workspace, NOW, {"slack": far})
    assert (result.summary["sent"], result.summary["later"]) == (1, 1)
    assert _states(warehouse) == {"first": "pending", "second": "pending", "elsewhere": "sent"}


def test_a_dead_message_does_not_hold_up_its_thread(
    workspace: Workspace, warehouse: Database
) -> None:
    """What comes after it is sent; the dead one is listed for a person."""
    far = Recorder(
        failure=lambda d: (
            DeliveryError("gone", permanent=True) if d.payload["text"] == "first" else None
        )
    )
    _write(warehouse, "first", thread="t")
    _write(warehouse, "second", thread="t", operation="update")
    result = send_pending(workspace, NOW, {"slack": far})
    assert (result.summary["dead"], result.summary["dead_letters"]) == (1, 1)
    assert _states(warehouse) == {"first": "dead", "second": "sent"}
    with warehouse.transaction() as connection:
        (letter,) = dead_letters(connection)
    assert (letter["subject"], letter["last_error"]) == ("first", "gone")


def test_a_refusal_waits_and_is_tried_once_a_call(
    workspace: Workspace, warehouse: Database
) -> None:
    """Not due again before the wait is over; pending, since the far end said no."""
    far = Recorder(failure=_fails(permanent=False, retry_after_seconds=60.0))
    _write(warehouse, "a")
    assert send_pending(workspace, NOW, {"slack": far}).summary["later"] == 1
    row = _row(warehouse)
    assert (row["state"], row["attempts"], row["last_error"]) == ("pending", 1, "no")
    assert 60 <= (row["not_before"] - NOW).total_seconds() < 76
    assert (
        send_pending(workspace, NOW + timedelta(seconds=59), {"slack": far}).summary["later"] == 0
    )
    far.failure = lambda _delivery: None
    assert send_pending(workspace, row["not_before"], {"slack": far}).summary["sent"] == 1
    assert far.asked == []


def test_attempts_run_out(workspace: Workspace, warehouse: Database) -> None:
    """Eight attempts, each a call at the instant it is due; then it is dead, and can be revived."""
    far = Recorder(failure=_fails(permanent=False))
    _write(warehouse, "a")
    now: datetime = NOW
    for _ in range(MOST_ATTEMPTS):
        send_pending(workspace, now, {"slack": far})
        now = _row(warehouse)["not_before"]
    assert (_row(warehouse)["state"], _row(warehouse)["attempts"]) == ("dead", MOST_ATTEMPTS)
    with warehouse.transaction() as connection:
        assert revive(connection, 1, now)
        assert not revive(connection, 1, now)
    far.failure = lambda _delivery: None
    assert send_pending(workspace, now, {"slack": far}).summary["sent"] == 1
    assert far.asked == ["a"]


def test_a_token_that_is_mended_days_later_finds_every_message(
    workspace: Workspace, warehouse: Database
) -> None:
    """Nothing is wrong with the message, so it is tried once an hour for as long as it takes."""
    far = Recorder(failure=_fails(permanent=False, for_a_person=True))
    _write(warehouse, "a")
    now: datetime = NOW
    for _ in range(3 * MOST_ATTEMPTS):
        send_pending(workspace, now, {"slack": far})
        now = _row(warehouse)["not_before"]
    assert (_row(warehouse)["state"], now > NOW + timedelta(hours=12)) == ("pending", True)
    far.failure = lambda _delivery: None
    assert send_pending(workspace, now, {"slack": far}).summary["sent"] == 1


def test_an_attempt_in_doubt_asks_before_it_sends_again(
    workspace: Workspace, warehouse: Database
) -> None:
    """The far end had it: one message, found by its key."""
    far = Recorder(failure=_fails(permanent=False, in_doubt=True), takes_before_it_fails=True)
    _write(warehouse, "a")
    send_pending(workspace, NOW, {"slack": far})
    assert _row(warehouse)["state"] == "sending"
    far.failure = lambda _delivery: None
    assert send_pending(workspace, NOW + timedelta(hours=2), {"slack": far}).summary["sent"] == 1
    assert (far.taken, far.asked) == (["a"], ["a"])
    assert _row(warehouse)["far_end_id"] == "found"


def test_a_doubt_that_could_not_be_settled_stays(workspace: Workspace, warehouse: Database) -> None:
    """Asking failed: nothing is sent, and the next attempt asks again."""

    class Mute(Recorder):
        def was_delivered(self, _delivery: Delivery) -> Receipt | None:
            message = "cannot tell"
            raise DeliveryError(message, permanent=False)

    far = Recorder(failure=_fails(permanent=False, in_doubt=True))
    _write(warehouse, "a")
    send_pending(workspace, NOW, {"slack": far})
    mute = Mute()
    result = send_pending(workspace, NOW + timedelta(hours=2), {"slack": mute})
    assert (result.summary["later"], mute.taken) == (1, [])
    assert _row(warehouse)["state"] == "sending"


def test_a_fault_of_ours_is_loud_and_leaves_the_row_in_doubt(
    workspace: Workspace, warehouse: Database
) -> None:
    """It is no delivery error, so nothing swallows it; other rows go first from then on."""
    far = Recorder(failure=lambda d: KeyError("bug") if d.payload["text"] == "bad" else None)
    _write(warehouse, "bad")
    _write(warehouse, "good")
    with pytest.raises(KeyError):
        send_pending(workspace, NOW, {"slack": far})
    assert _states(warehouse) == {"bad": "sending", "good": "pending"}
    with pytest.raises(KeyError):
        send_pending(workspace, NOW, {"slack": far})
    assert _states(warehouse) == {"bad": "sending", "good": "sent"}


def test_a_row_that_somebody_is_sending_is_left_alone(
    workspace: Workspace, warehouse: Database
) -> None:
    """A second sender, while the first waits for the far end: nothing to do, nothing asked."""
    waits, goes_on = threading.Event(), threading.Event()

    class Slow(Recorder):
        def send(self, delivery: Delivery) -> Receipt:
            waits.set()
            goes_on.wait(30)
            return Recorder.send(self, delivery)

    slow, other = Slow(), Recorder()
    _write(warehouse, "a")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(send_pending, workspace, NOW, {"slack": slow})
        assert waits.wait(30)
        second = send_pending(workspace, NOW, {"slack": other})
        goes_on.set()
        assert first.result(30).summary["sent"] == 1
    assert second.summary["sent"] == 0
    assert (other.taken, other.asked) == ([], [])


def test_two_senders_at_once_send_each_message_once(
    workspace: Workspace, warehouse: Database, chat: ChatSink, senders: Mapping[str, Sender]
) -> None:
    """Forty messages, four senders; over HTTP, each message is in the room once."""
    for number in range(40):
        _write(warehouse, f"message {number}", thread=f"thread {number % 25}")
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(send_pending, workspace, NOW, senders) for _ in range(4)]
        sent = [call.result(60).summary["sent"] for call in calls]
    assert sum(sent) == 40
    texts = [message["text"] for message in chat.room.messages("C0OPS")]
    assert sorted(texts) == sorted(f"message {number}" for number in range(40))
    assert set(_states(warehouse).values()) == {"sent"}


def test_one_bad_address_of_many_stops_no_other(
    workspace: Workspace, warehouse: Database, mail: MailSink, senders: Mapping[str, Sender]
) -> None:
    """Three addresses, one refused for good: two mails, one dead letter."""
    mail.refused["gone@harbour.example"] = "550 unknown"
    payload = {"subject": "x", "text": "x", "html": "x", "inline": [], "headers": {}}
    for name in ("ops", "gone", "legal"):
        _write(
            warehouse, "x", channel="email", recipient=f"{name}@harbour.example", payload=payload
        )
    result = send_pending(workspace, NOW, senders)
    assert (result.summary["sent"], result.summary["dead"]) == (2, 1)
    with warehouse.transaction() as connection:
        assert [letter["last_error"] for letter in dead_letters(connection)] == [
            "recipient refused: 550"
        ]
        assert count_messages(connection) == [MessageCount("email", sent=2, waiting=0, dead=1)]


def test_a_rate_limit_is_waited_for(
    workspace: Workspace, warehouse: Database, chat: ChatSink, senders: Mapping[str, Sender]
) -> None:
    """429 with Retry-After: 0 through the client's own handler; one message, no error."""
    chat.faults.append(ChatFault("chat.postMessage", 429, "{}", {"Retry-After": "0"}))
    _write(warehouse, "a")
    assert send_pending(workspace, NOW, senders).summary["sent"] == 1
    assert len(chat.room.messages("C0OPS")) == 1


def test_an_answer_that_got_lost_is_looked_up(
    workspace: Workspace, warehouse: Database, chat: ChatSink, senders: Mapping[str, Sender]
) -> None:
    """Slack took it and the connection broke: the next run finds it and sends nothing."""
    chat.faults.append(ChatFault("chat.postMessage", acts=True, drops=True))
    _write(warehouse, "a")
    assert send_pending(workspace, NOW, senders).summary["later"] == 1
    assert send_pending(workspace, NOW + timedelta(hours=2), senders).summary["sent"] == 1
    (message,) = chat.room.messages("C0OPS")
    assert _row(warehouse)["far_end_id"] == message["ts"]


def test_an_incident_lives_in_one_message_from_opened_to_resolved(
    workspace: Workspace,
    warehouse: Database,
    chat: ChatSink,
    mail: MailSink,
    senders: Mapping[str, Sender],
) -> None:
    """Opened, worse, resolved: one message edited twice, two replies, three mails in one thread."""
    for hour, findings in enumerate([[finding()], [finding(value=48)], []]):
        found(warehouse, *findings)
        now = NOW + timedelta(hours=hour)
        raise_incidents(workspace, DAY, now, RunType.SCHEDULED)
        send_pending(workspace, now, senders)
    (parent,) = chat.room.messages("C0OPS")
    assert parent["text"].startswith("✓ Resolved: Reconciliation breaks")
    replies = [reply["text"] for reply in chat.room.messages("C0OPS", parent["ts"])]
    assert [reply.split(":")[0] for reply in replies] == ["▲ Major", "✓ Resolved"]
    subjects = [received.subject for received in mail.store.stored]
    assert [subject.split("]")[0] for subject in subjects] == ["[Major", "[Major", "[Resolved"]
    assert b"In-Reply-To" in mail.store.read(mail.store.stored[2])


def test_a_second_run_of_everything_sends_nothing(
    workspace: Workspace,
    warehouse: Database,
    chat: ChatSink,
    mail: MailSink,
    senders: Mapping[str, Sender],
) -> None:
    """Same findings, same day: not one call to Slack, not one mail."""
    found(warehouse, finding(), finding(vendor="dekkan"))
    raise_incidents(workspace, DAY, NOW, RunType.SCHEDULED)
    send_pending(workspace, NOW, senders)
    calls, mails = len(chat.calls), len(mail.store.received)
    assert (calls, mails) == (4, 2)
    raise_incidents(workspace, DAY, NOW, RunType.SCHEDULED)
    raise_incidents(workspace, DAY, NOW, RunType.BACKFILL)
    assert send_pending(workspace, NOW, senders).summary["sent"] == 0
    assert (len(chat.calls), len(mail.store.received)) == (calls, mails)


def test_a_backfill_sends_nothing(
    workspace: Workspace,
    warehouse: Database,
    chat: ChatSink,
    mail: MailSink,
    senders: Mapping[str, Sender],
) -> None:
    """Seven days with findings, each raised and sent: silence at every far end."""
    for back in range(7):
        day = DAY - timedelta(days=back)
        found(warehouse, finding(operational_day=day), day=day)
        raise_incidents(workspace, day, NOW, RunType.BACKFILL, notify=True)
        send_pending(workspace, NOW, senders)
    assert warehouse.rows("select count(*) as n from notify.incident") == [{"n": 7}]
    assert (chat.calls, mail.store.received) == ([], [])
    assert not workspace.outbox_folder.exists()


def test_errors_are_kept_as_one_short_line(workspace: Workspace, warehouse: Database) -> None:
    """Whatever an error says, the row holds no line break and no more than 300 characters."""
    said = "no\n" + json.dumps({"a": "\x00" * 3}) + "x" * 900
    far = Recorder(failure=lambda _delivery: DeliveryError(said, permanent=True))
    _write(warehouse, "a")
    send_pending(workspace, NOW, {"slack": far})
    error = _row(warehouse)["last_error"]
    assert len(error) == 300
    assert "\n" not in error
