"""The outbox: what is to be told, written in the transaction of what it tells about.

A row is one message to one recipient. Its unique key makes a second run write nothing; its state
says how far the telling got:

========= ==================================================================================
state     meaning
========= ==================================================================================
pending   nobody tried yet, or the far end said no for now
sending   an attempt began and its outcome is not known; the far end is asked before another
sent      the far end has it
dead      the far end will never take it, or attempts ran out; a person must look
========= ==================================================================================

Who holds the lock of a row in ``sending`` is its only sender. The state is committed before the
send and the lock is gone with its holder, so a kill leaves a row that says what is in doubt.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from breakwater.warehouse.database import Connection

Channel = Literal["slack", "email", "file"]
Operation = Literal["post", "update", "reply"]

PAYLOAD_KEYS: Mapping[Channel, frozenset[str]] = {
    "slack": frozenset({"text", "blocks"}),
    "email": frozenset({"subject", "text", "html", "inline", "headers"}),
    "file": frozenset({"name", "text"}),
}


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


def delivery_key_of(subject: str, transition: str, channel: str, recipient: str) -> str:
    """Hash what makes a message itself to 64 hexadecimal digits."""
    about = json.dumps([subject, transition, channel, recipient], ensure_ascii=False)
    return hashlib.sha256(about.encode()).hexdigest()


def enqueue(
    connection: Connection,
    *,
    subject: str,
    transition: str,
    channel: Channel,
    recipient: str,
    thread_key: str,
    operation: Operation,
    payload: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Write one message to be sent, in the transaction of what it tells about.

    Args:
        connection: the open transaction.
        subject: what the message is about, such as ``digest/ops/2026-11-22``.
        transition: which change of the subject it tells, such as ``edition-2``; with an update
            and a reply of the same change, each has a transition of its own.
        channel: how it is sent.
        recipient: a Slack channel id, one e-mail address, or a folder of the file channel. Each
            address is a row of its own, so that one refused address cannot hide among others.
        thread_key: what later updates and replies share with it.
        operation: ``post``, ``update`` or ``reply``; the last two become a post when the thread
            has no message yet. E-mail and files know no update: it is sent as a reply.
        payload: finished text; slack ``{text, blocks}``; email ``{subject, text, html, inline:
            [{cid, media_type, base64}], headers: {}}``; file ``{name, text}``.
        now: the instant from which it may be sent.

    Returns:
        False when that row was written before, and nothing changed.

    Raises:
        ValueError: the payload is not one of its channel.
    """
    if set(payload) != PAYLOAD_KEYS[channel]:
        message = (
            f"{channel} payload: expected {sorted(PAYLOAD_KEYS[channel])}; found {sorted(payload)}"
        )
        raise ValueError(message)
    inserted = connection.execute(
        "insert into notify.outbox (subject, transition, channel, recipient, thread_key,"
        " operation, payload, delivery_key, not_before, created_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
        [
            subject,
            transition,
            channel,
            recipient,
            thread_key,
            operation,
            json.dumps(payload, ensure_ascii=False),
            delivery_key_of(subject, transition, channel, recipient),
            now,
            now,
        ],
    )
    return inserted.rowcount == 1
