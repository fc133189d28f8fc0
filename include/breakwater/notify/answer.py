"""Answering an alert by a link in it: what the link shows, and what it may do."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from breakwater.contracts.configuration import Configuration
from breakwater.core.errors import BreakwaterError
from breakwater.core.signed_token import Grant, read_token
from breakwater.notify.compose import Composer, Reader
from breakwater.notify.coverage import read_coverage
from breakwater.notify.incident import incident_of
from breakwater.notify.links import ANSWERS, name_of
from breakwater.notify.message import Message
from breakwater.notify.naming import Naming
from breakwater.notify.people import Saying, checked, say
from breakwater.notify.route import Recipient, belongs_to_a_vendor
from breakwater.notify.word import WordKind
from breakwater.warehouse.database import Connection
from breakwater.warehouse.workspace import Workspace


class AlertGoneError(BreakwaterError):
    """A link is one of ours, but what it is about is not there for its recipient."""


class AlertMovedError(BreakwaterError):
    """What a person answers is not what the page showed: it moved meanwhile."""


@dataclass(frozen=True, slots=True)
class Alert:
    """What a link shows.

    Attributes:
        message: the alert as it is now, as its recipient reads it.
        recipient: whom the link was sent to.
        still_open: fingerprints of what can be answered.
        version: changes whenever what is shown does.
    """

    message: Message
    recipient: Recipient
    still_open: tuple[str, ...]
    version: str


def alert_of(workspace: Workspace, kind: WordKind, token: str, now: datetime) -> Alert:
    """Return the alert that a link is about: the conditions its recipient was told, as they are now.

    Raises:
        TokenRefusedError: the link counts for nothing, or no longer.
        AlertGoneError: its thread is not there, or its recipient was never told of it.
    """
    grant = read_token(workspace.link_key, token, purpose=ANSWERS[kind], now=now)
    with workspace.warehouse.transaction() as connection:
        return _read(connection, workspace.configuration, workspace.link_key, grant, now)


def answer(
    workspace: Workspace, token: str, saying: Saying, *, version: str, now: datetime
) -> Alert:
    """Do what a link allows: say one word of everything in its alert that is open.

    Args:
        workspace: the installation.
        token: the link's.
        saying: what is said, by whom, until when and why.
        version: of the alert as the person saw it.
        now: the instant.

    Returns:
        The alert as it is after that.

    Raises:
        TokenRefusedError: the link counts for nothing, or no longer.
        AlertGoneError: its thread is not there.
        AlertMovedError: the alert is not what the person saw, and not what they asked for either.
        IncidentError: a name, a reason or an end is missing or out of bounds.
    """
    kind = WordKind(saying.what)
    alert = alert_of(workspace, kind, token, now)
    sent_to = f"{alert.recipient.channel} {alert.recipient.address}"
    longest = timedelta(days=workspace.configuration.operations.incidents.longest_days)
    said = checked(replace(saying, via="link", sent_to=sent_to), now, longest)
    if alert.version != version and not _is_said(workspace, alert, said):
        message = "it moved since the page was opened"
        raise AlertMovedError(message)
    say(workspace, alert.still_open, said, now)
    return alert_of(workspace, kind, token, now)


def _is_said(workspace: Workspace, alert: Alert, saying: Saying) -> bool:
    """Tell whether somebody pressed the button twice."""
    rows = workspace.warehouse.rows(
        "select distinct word, word_by, word_until, word_note from notify.incident"
        " where fingerprint = any(%s)",
        [list(alert.still_open)],
    )
    asked = (saying.what, saying.by, saying.until, saying.note)
    return [tuple(row.values()) for row in rows] == [asked]


def _read(
    connection: Connection, configuration: Configuration, key: bytes, grant: Grant, now: datetime
) -> Alert:
    rows = connection.execute(
        "select channel, recipient, operational_day, members from notify.telling"
        " where thread_key = %s",
        [grant.subject],
    ).fetchall()
    told = {name_of(Recipient(row["channel"], row["recipient"])): row for row in rows}
    name = grant.recipient_among(key, told)
    if name is None:
        message = "expected a thread that its recipient was told of; found none"
        raise AlertGoneError(message)
    row = told[name]
    recipient = Recipient(row["channel"], row["recipient"])
    if belongs_to_a_vendor(recipient, configuration.vendors.values()):
        message = "expected a recipient of our own; found a vendor's"
        raise AlertGoneError(message)
    incidents = [
        incident_of(found).settled(now)
        for found in connection.execute(
            "select * from notify.incident where fingerprint = any(%s) order by fingerprint",
            [list(row["members"])],
        )
    ]
    coverage = read_coverage(connection, configuration, row["operational_day"])
    composer = Composer(Naming(configuration), coverage, configuration.operations.runbooks)
    return Alert(
        message=composer.compose(grant.subject, incidents, None, Reader()),
        recipient=recipient,
        still_open=tuple(each.fingerprint for each in incidents if each.is_open),
        version=hashlib.sha256(repr(incidents).encode()).hexdigest()[:16],
    )
