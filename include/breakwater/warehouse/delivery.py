"""Taking rows out of the outbox: one attempt at a time, and never two senders for one row.

The state ``sending`` is committed before the send; the lock of the row is held during it. Who
holds the lock of a row in ``sending`` is its only sender, and the lock is gone with its holder. So
a kill leaves a row which says that its outcome is in doubt, and nothing has to time out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from breakwater.warehouse.database import Connection
from breakwater.warehouse.outbox import Channel, Operation


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a message is at the far end.

    Attributes:
        far_end_id: its id there: a Slack timestamp, a Message-ID, a file name.
        address: where that id counts: a Slack channel id, an e-mail address, a folder.
        is_living: whether later updates and replies of the thread go to this message.
    """

    far_end_id: str
    address: str
    is_living: bool = True


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the outbox, as a sender sees it.

    Attributes:
        outbox_id: the row.
        channel: which sender takes it.
        recipient: a Slack channel id, one e-mail address, or a folder of the file channel.
        thread_key: messages of one thread share it and go out in the order they were written.
        operation: ``post`` starts a message, ``update`` rewrites the living one of the thread,
            ``reply`` adds to it.
        payload: the finished text for the channel.
        delivery_key: handed to the far end wherever it can carry one.
        attempts: how many began, this one included.
        is_in_doubt: an earlier attempt began and nobody knows how it ended.
        created_at: when the row was written; no message of it can be older.
        living: the message that updates and replies go to, if the thread has one.
    """

    outbox_id: int
    channel: Channel
    recipient: str
    thread_key: str
    operation: Operation
    payload: Mapping[str, Any]
    delivery_key: str
    attempts: int
    is_in_doubt: bool
    created_at: datetime
    living: Receipt | None


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to try one row once; void as soon as somebody else has tried it."""

    outbox_id: int
    attempts: int
    is_in_doubt: bool


def claim(connection: Connection, channels: Sequence[str], now: datetime) -> Claim | None:
    """Begin an attempt at the next row that is due; commit before holding it.

    Rows of one thread go in order: a later one waits until the earlier ones are sent or dead. What
    was tried least goes first, so that one message that always fails cannot starve the others.
    """
    row = connection.execute(
        "with due as ("
        " select outbox_id, state from notify.outbox as candidate"
        " where state in ('pending', 'sending') and not_before <= %s and channel = any(%s)"
        " and not exists (select from notify.outbox as earlier"
        "  where earlier.thread_key = candidate.thread_key"
        "  and earlier.channel = candidate.channel and earlier.recipient = candidate.recipient"
        "  and earlier.state in ('pending', 'sending')"
        "  and earlier.outbox_id < candidate.outbox_id)"
        " order by attempts, outbox_id limit 1 for update skip locked)"
        " update notify.outbox as message set state = 'sending', attempts = attempts + 1"
        " from due where message.outbox_id = due.outbox_id"
        " returning message.outbox_id, message.attempts, due.state = 'sending' as is_in_doubt",
        [now, list(channels)],
    ).fetchone()
    return None if row is None else Claim(**row)


def hold_claim(connection: Connection, claimed: Claim) -> Delivery | None:
    """Take the row's lock, which makes this transaction the row's only sender.

    Returns:
        None when somebody else tried the row since, or is trying it now.
    """
    row = connection.execute(
        "select message.*, living.far_end_id as living_id, living.address as living_address"
        " from notify.outbox as message left join notify.living_message as living"
        " using (thread_key, channel, recipient)"
        " where outbox_id = %s and state = 'sending' and attempts = %s"
        " for update of message skip locked",
        [claimed.outbox_id, claimed.attempts],
    ).fetchone()
    if row is None:
        return None
    has_living = row["living_id"] is not None
    return Delivery(
        outbox_id=row["outbox_id"],
        channel=row["channel"],
        recipient=row["recipient"],
        thread_key=row["thread_key"],
        operation=row["operation"],
        payload=row["payload"],
        delivery_key=row["delivery_key"],
        attempts=row["attempts"],
        is_in_doubt=claimed.is_in_doubt,
        created_at=row["created_at"],
        living=Receipt(row["living_id"], row["living_address"]) if has_living else None,
    )


def mark_sent(connection: Connection, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
    """Write that the far end has the message, and where the thread lives now."""
    connection.execute(
        "update notify.outbox set state = 'sent', far_end_id = %s, sent_at = %s, last_error = null"
        " where outbox_id = %s",
        [receipt.far_end_id, now, delivery.outbox_id],
    )
    if receipt.is_living:
        connection.execute(
            "insert into notify.living_message (thread_key, channel, recipient, far_end_id, address)"
            " values (%s, %s, %s, %s, %s) on conflict (thread_key, channel, recipient)"
            " do update set far_end_id = excluded.far_end_id, address = excluded.address",
            [
                delivery.thread_key,
                delivery.channel,
                delivery.recipient,
                receipt.far_end_id,
                receipt.address,
            ],
        )


def mark_later(
    connection: Connection, delivery: Delivery, not_before: datetime, error: str, *, in_doubt: bool
) -> None:
    """Write that another attempt is due later, and whether this one may have arrived."""
    connection.execute(
        "update notify.outbox set state = %s, not_before = %s, last_error = %s where outbox_id = %s",
        ["sending" if in_doubt else "pending", not_before, error, delivery.outbox_id],
    )


def mark_dead(connection: Connection, delivery: Delivery, error: str) -> None:
    """Write that the message will not be tried again."""
    connection.execute(
        "update notify.outbox set state = 'dead', last_error = %s where outbox_id = %s",
        [error, delivery.outbox_id],
    )
