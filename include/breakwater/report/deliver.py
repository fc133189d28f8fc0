"""Hand an edition to the outbox: a mail for each address, one living message in Slack, a post elsewhere."""

import base64
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from breakwater.contracts.audiences import Audience
from breakwater.core.period import PeriodKind
from breakwater.core.plain import one_line
from breakwater.report.editions import Published, mark_told
from breakwater.report.html import CHART_CID
from breakwater.report.spreadsheet import MEDIA_TYPE as SPREADSHEET
from breakwater.report.subscriptions import UnsubscribeLinks, addresses_of
from breakwater.warehouse.database import Connection
from breakwater.warehouse.outbox import enqueue

LONGEST_SUBJECT = 160
RHYTHMS = {PeriodKind.DAY: "daily", PeriodKind.WEEK: "weekly", PeriodKind.MONTH: "monthly"}
"""How often readers get one; a rule of theirs files mails by it."""


def enqueue_edition(
    connection: Connection,
    published: Published,
    audience: Audience,
    now: datetime,
    *,
    links: UnsubscribeLinks,
    not_before: datetime | None = None,
) -> int:
    """Write the messages of an edition; return how many were not written before.

    The first edition is posted. A later one updates the message in the channel, and answers the
    first mail, because a mail cannot be changed once it is out; in further channels it is another
    message.

    Args:
        connection: the open transaction.
        published: the edition.
        audience: its readers.
        now: the instant of writing.
        links: by which an address is sent no more of them.
        not_before: their morning; they are sent it at once when it is absent or over.
    """
    thread = f"digest/{published.about.name}/{published.audience}"
    is_first = published.number == 1
    subject, transition = identity_of(published)
    write = partial(
        enqueue,
        connection,
        subject=subject,
        transition=transition,
        thread_key=thread,
        now=now,
        not_before=not_before if not_before and not_before > now else None,
    )
    mark_told(connection, published, now)
    written = 0
    mail = mail_of(published)
    for address in addresses_of(connection, audience):
        written += write(
            channel="email",
            recipient=address,
            operation="post" if is_first else "reply",
            payload=addressed(mail, links.headers(audience.audience, address, now)),
        )
    if audience.slack_channel is not None:
        written += write(
            channel="slack",
            recipient=audience.slack_channel,
            operation="post" if is_first else "update",
            payload=dict(published.slack),
        )
    for room in audience.others:
        # A room that was named later hears of the next edition: what is told is what was kept.
        if (payload := published.others.get(room.channel)) is not None:
            in_thread = room.channel == "google_chat" and not is_first
            written += write(
                channel=room.channel,
                recipient=room.recipient,
                operation="reply" if in_thread else "post",
                payload=dict(payload),
            )
    return written


def identity_of(published: Published) -> tuple[str, str]:
    """Return what its messages are about, and which change of that they tell."""
    return f"digest/{published.audience}/{published.about.name}", f"edition-{published.number}"


def addressed(mail: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    """Return a mail with the headers of one address beside those that it has for all."""
    return {**mail, "headers": {**mail["headers"], **headers}}


def mail_of(published: Published) -> dict[str, Any]:
    """Return an edition as the payload of the e-mail channel, the same for every address."""
    rhythm = RHYTHMS[published.about.kind]
    pictures = {CHART_CID: published.chart} if published.chart else {}
    pictures |= published.pictures
    return {
        "subject": one_line(published.subject, LONGEST_SUBJECT),
        "text": published.text,
        "html": published.html,
        "inline": [
            {
                "cid": cid,
                "media_type": "image/png",
                "base64": base64.b64encode(png).decode("ascii"),
            }
            for cid, png in pictures.items()
        ],
        "attachments": [
            {
                "name": f"breakwater-{published.about.name}-{published.audience}.xlsx",
                "media_type": SPREADSHEET,
                "base64": base64.b64encode(published.spreadsheet).decode("ascii"),
            }
        ]
        if published.spreadsheet
        else [],
        "headers": {
            # So that nobody's holiday notice answers, and a rule can file it away.
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "List-Id": f"Breakwater {rhythm} digest <{published.audience}.{rhythm}.breakwater.invalid>",
        },
    }
