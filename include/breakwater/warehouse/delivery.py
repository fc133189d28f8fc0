"""Taking rows out of the outbox: one attempt at a time, and never two senders for one row.

A sender first takes the advisory lock of the row, in a transaction that lasts until the outcome is
written; then it commits the state ``sending`` beside it; then it sends. The lock is gone with its
holder. So a kill leaves a row which says that its outcome is in doubt, and nothing has to time out.
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
        recipient: an address of the channel, as `breakwater.contracts.channels` says.
        thread_key: messages of one thread share it and go out in the order they were written.
        operation: ``post`` starts a message, ``update`` rewrites the living one of the thread,
            ``reply`` adds to it.
        payload: the finished text for the channel.
        delivery_key: handed to the far end wherever it can carry one.
        attempts: how many began, this one included.
        is_in_doubt: an earlier attempt began and nobody knows how it ended.
        created_at: when the row was written; no message of it can be older.
        attempted_at: when this attempt began.
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
    attempted_at: datetime
    living: Receipt | None


def due(connection: Connection, channels: Sequence[str], now: datetime) -> list[int]:
    """List the rows to try, at most one of each thread.

    Rows of one thread go in order: a later one waits until the earlier ones are sent or dead. What
    was tried least goes first, so that one message that always fails cannot starve the others.
    """
    rows = connection.execute(
        "select outbox_id from notify.outbox as candidate"
        " where state in ('pending', 'sending') and not_before <= %s and channel = any(%s)"
        " and not exists (select from notify.outbox as earlier"
        "  where earlier.thread_key = candidate.thread_key"
        "  and earlier.channel = candidate.channel and earlier.recipient = candidate.recipient"
        "  and earlier.state in ('pending', 'sending')"
        "  and earlier.outbox_id < candidate.outbox_id)"
        " order by attempts, outbox_id",
        [now, list(channels)],
    )
    return [row["outbox_id"] for row in rows]


def try_hold(connection: Connection, outbox_id: int) -> bool:
    """Become a row's only sender until this transaction ends; False when somebody else is."""
    row = connection.execute(
        "select pg_try_advisory_xact_lock(hashtextextended(%s, 0)) as held",
        [f"outbox/{outbox_id}"],
    ).fetchone()
    return row is not None and bool(row["held"])


def begin_attempt(connection: Connection, outbox_id: int, now: datetime) -> Delivery | None:
    """Write that an attempt begins; commit it before anything leaves the house.

    Returns:
        None when the row was settled since it was listed.
    """
    row = connection.execute(
        "with before as (select outbox_id, state from notify.outbox where outbox_id = %s"
        " and state in ('pending', 'sending') and not_before <= %s for update)"
        " update notify.outbox as message set state = 'sending', attempts = attempts + 1"
        " from before where message.outbox_id = before.outbox_id"
        " returning message.*, before.state = 'sending' as is_in_doubt",
        [outbox_id, now],
    ).fetchone()
    if row is None:
        return None
    return Delivery(
        outbox_id=row["outbox_id"],
        channel=row["channel"],
        recipient=row["recipient"],
        thread_key=row["thread_key"],
        operation=row["operation"],
        payload=row["payload"],
        delivery_key=row["delivery_key"],
        attempts=row["attempts"],
        is_in_doubt=row["is_in_doubt"],
        created_at=row["created_at"],
        attempted_at=now,
        living=_living_message(connection, row["thread_key"], row["channel"], row["recipient"]),
    )


def _living_message(
    connection: Connection, thread_key: str, channel: Channel, recipient: str
) -> Receipt | None:
    row = connection.execute(
        "select far_end_id, address from notify.living_message"
        " where thread_key = %s and channel = %s and recipient = %s",
        [thread_key, channel, recipient],
    ).fetchone()
    return None if row is None else Receipt(row["far_end_id"], row["address"])


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
