"""Every channel that posts to somebody's address, with a far end behind it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from far_ends import AnyService, IncomingWebhook, Jira, Pager, Receiver, Space, Workflow
from outside_server import HOST, OutsideServer, Reply
from situations import NOW, delivery

from breakwater.contracts.operations import Outside
from breakwater.notify.channel import News
from breakwater.notify.channels.environment import senders_from_environment
from breakwater.notify.channels.registry import parts_of
from breakwater.notify.message import Message
from breakwater.notify.sender import Sender
from breakwater.notify.telling import TellingReason
from breakwater.warehouse.delivery import Delivery, Receipt
from breakwater.warehouse.outbox import Channel

KEY = "k" * 32
ROUTING_KEY = "0123456789abcdef" * 2
OUTSIDE = Outside(internal_hosts=(HOST,))
RECIPIENTS: Mapping[str, str] = {"jira": "OPS"}


@dataclass
class Far:
    """A channel, what hands messages over, and who takes them."""

    channel: Channel
    sender: Sender
    server: OutsideServer
    end: Any

    def delivery(self, payload: Mapping[str, Any] | None = None, **more: object) -> Delivery:
        """Make a row of the outbox for it."""
        shown = {"payload": payload} if payload is not None else {}
        recipient = RECIPIENTS.get(self.channel, "ops")
        return delivery(self.channel, recipient=recipient, **shown, **more)

    def send(self, *replies: Reply, **more: object) -> Receipt:
        """Send one message, while the far end answers so."""
        self.server.replies.extend(replies)
        return self.sender.send(self.delivery(**more))

    @property
    def taken(self) -> list[Any]:
        """What the far end keeps, in order."""
        return taken_by(self.end)


def taken_by(end: object) -> list[Any]:
    """List what a far end keeps, in order."""
    for name in ("cards", "messages", "documents", "events", "issues"):
        found = getattr(end, name, None)
        if found is not None:
            return list(found.values()) if isinstance(found, dict) else list(found)
    raise AssertionError(end)


FAR_ENDS: Mapping[Channel, Callable[[], Any]] = {
    "apprise": AnyService,
    "google_chat": Space,
    "jira": lambda: Jira(version=2),
    "pagerduty": Pager,
    "slack_webhook": IncomingWebhook,
    "teams": Workflow,
    "webhook": lambda: Receiver(KEY.encode(), NOW.timestamp()),
}


def connections(servers: Mapping[str, OutsideServer]) -> dict[str, str]:
    """Spell the connections of channels as an environment does."""
    fields: dict[str, Callable[[OutsideServer], dict[str, Any]]] = {
        "apprise": lambda s: {"password": f"jsons://{HOST}:{s.port}/in?verify=yes"},
        "google_chat": lambda s: {"password": f"{s.address}/v1/spaces/S/messages?key=k&token=t"},
        "jira": lambda s: {"host": s.address, "login": "me", "password": "token"},
        "pagerduty": lambda s: {"host": s.address, "password": ROUTING_KEY},
        "slack_webhook": lambda s: {"password": f"{s.address}/services/T0/B0/secret"},
        "teams": lambda s: {"password": f"{s.address}/workflows/w?sig=secret"},
        "webhook": lambda s: {"host": f"{s.address}/in", "password": KEY},
    }
    return {
        f"AIRFLOW_CONN_{name.upper() if name == 'jira' else f'{name.upper()}_OPS'}": json.dumps(
            fields[name](server)
        )
        for name, server in servers.items()
    }


@contextmanager
def far(channel: Channel, folder: Path) -> Iterator[Far]:
    """Run the far end of a channel."""
    end = FAR_ENDS[channel]()
    with OutsideServer(end) as server:
        environment = connections({channel: server})
        sender = senders_from_environment(folder, environment, OUTSIDE)[channel]
        yield Far(channel, sender, server, end)


def payload_of(channel: Channel, message: Message) -> Mapping[str, Any]:
    """Render a message for a channel: the first part of its news."""
    is_first = not message.changes
    reason = TellingReason.OPENED if is_first else TellingReason.WORSENED
    return next(iter(parts_of(channel, News(message, reason, is_first)))).payload
