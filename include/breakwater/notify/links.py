"""Links in alerts: who has the message may answer it, on a page that shows nothing else."""

from datetime import datetime, timedelta

from breakwater.contracts.links import MessageLinks
from breakwater.core.signed_token import SHORTEST_KEY, signed_token
from breakwater.notify.message import Action
from breakwater.notify.route import Recipient
from breakwater.notify.word import WordKind

ANSWERS = {WordKind.ACKNOWLEDGED: "acknowledge", WordKind.SNOOZED: "snooze"}
"""What can be answered by a link: the page's name is the token's one purpose."""

_LABELS = {WordKind.ACKNOWLEDGED: "Acknowledge", WordKind.SNOOZED: "Snooze"}


def name_of(recipient: Recipient) -> str:
    """Return how a token knows a recipient."""
    return f"{recipient.channel}:{recipient.address}"


def actions_for(
    links: MessageLinks | None, key: bytes, thread_key: str, recipient: Recipient, now: datetime
) -> tuple[Action, ...]:
    """Return what a recipient can do about a thread, each by a link of its own.

    Nothing where no address or no key is configured.
    """
    if links is None or len(key) < SHORTEST_KEY:
        return ()
    ends = now + timedelta(days=links.days)
    return tuple(
        Action(
            _LABELS[kind],
            links.address(
                page,
                signed_token(
                    key,
                    purpose=page,
                    subject=thread_key,
                    recipient=name_of(recipient),
                    expires_at=ends,
                ),
            ),
        )
        for kind, page in ANSWERS.items()
    )
