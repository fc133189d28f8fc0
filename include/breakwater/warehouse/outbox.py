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

Taking rows out and sending them is ``breakwater.warehouse.delivery``.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from breakwater.contracts.channels import ChannelName
from breakwater.warehouse.database import Connection

Channel = ChannelName
Operation = Literal["post", "update", "reply"]

PAYLOAD_KEYS: Mapping[Channel, frozenset[str]] = {
    "apprise": frozenset({"kind", "title", "body"}),
    "email": frozenset({"subject", "text", "html", "inline", "headers"}),
    "file": frozenset({"name", "text"}),
    "google_chat": frozenset({"text", "card"}),
    "jira": frozenset({"summary", "text", "is_open"}),
    "pagerduty": frozenset({"action", "event"}),
    "slack": frozenset({"text", "blocks"}),
    "slack_webhook": frozenset({"text", "blocks"}),
    "teams": frozenset({"card"}),
    "webhook": frozenset({"document"}),
}
OPTIONAL_KEYS: Mapping[Channel, frozenset[str]] = {"email": frozenset({"attachments"})}


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
    not_before: datetime | None = None,
) -> bool:
    """Write one message to be sent, in the transaction of what it tells about.

    Args:
        connection: the open transaction.
        subject: what the message is about, such as ``digest/ops/2026-11-22``.
        transition: which change of the subject it tells, such as ``edition-2``; with an update
            and a reply of the same change, each has a transition of its own.
        channel: how it is sent.
        recipient: an address of the channel. Each is a row of its own, so that one that is refused
            cannot hide among others.
        thread_key: what later updates and replies share with it.
        operation: ``post``, ``update`` or ``reply``; the last two become a post when the thread
            has no message yet. E-mail and files know no update: it is sent as a reply.
        payload: finished text; slack ``{text, blocks}``; email ``{subject, text, html, inline:
            [{cid, media_type, base64}], headers: {}}`` (or ``picture`` in place of ``base64``, see
            `breakwater.warehouse.picture`) and perhaps ``attachments: [{name,
            media_type, base64}]``; file ``{name, text}``.
        now: the instant of writing.
        not_before: the instant from which it may be sent; `now` when absent. What is held back so
            waits on purpose, until somebody sends after that instant.

    Returns:
        False when that row was written before, and nothing changed.

    Raises:
        ValueError: the payload is not one of its channel.
    """
    if set(payload) - OPTIONAL_KEYS.get(channel, frozenset()) != PAYLOAD_KEYS[channel]:
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
            not_before or now,
            now,
        ],
    )
    return inserted.rowcount == 1


def dead_letters(connection: Connection) -> list[dict[str, Any]]:
    """List what could not be delivered and nobody put aside, oldest first."""
    return connection.execute(
        "select outbox_id, subject, transition, channel, recipient, attempts, last_error, created_at"
        " from notify.outbox where state = 'dead' and put_aside_at is null order by outbox_id"
    ).fetchall()


def revive(connection: Connection, outbox_id: int, now: datetime) -> bool:
    """Give a dead letter all its attempts again; return False when it is not dead.

    It stays in doubt: a message is dead because its last attempt failed, not because no attempt
    ever arrived.
    """
    revived = connection.execute(
        "update notify.outbox set state = 'sending', attempts = 0, not_before = %s,"
        " put_aside_by = null, put_aside_at = null, put_aside_note = null"
        " where outbox_id = %s and state = 'dead'",
        [now, outbox_id],
    )
    return revived.rowcount == 1


def put_aside(connection: Connection, outbox_id: int, *, by: str, note: str, now: datetime) -> bool:
    """Say that a dead letter will not be sent; return False when it is none, or is put aside.

    It stays, with who said so and why, and may still be revived.
    """
    written = connection.execute(
        "update notify.outbox set put_aside_by = %s, put_aside_at = %s, put_aside_note = %s"
        " where outbox_id = %s and state = 'dead' and put_aside_at is null",
        [by, now, note, outbox_id],
    )
    return written.rowcount == 1
