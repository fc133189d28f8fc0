"""What a channel is: how news is told there, and how its far end is reached."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from breakwater.notify.message import Message
from breakwater.notify.outside.target import Allowed
from breakwater.notify.sender import Sender
from breakwater.notify.telling import TellingReason
from breakwater.warehouse.connections import Connections, FeedConnection, NotConnectedError
from breakwater.warehouse.outbox import Operation


@dataclass(frozen=True, slots=True)
class News:
    """What one recipient is told about one thread.

    Attributes:
        message: all of it, in words.
        reason: why it is told now.
        is_first: whether this recipient was never told about the thread.
    """

    message: Message
    reason: TellingReason
    is_first: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One row of the outbox; in chat, news is an edit in place and a reply that says why.

    Attributes:
        name: what tells the parts of one piece of news apart.
        operation: what is done with the thread's living message.
        payload: finished text, as `breakwater.warehouse.outbox.PAYLOAD_KEYS` says.
    """

    name: str
    operation: Operation
    payload: Mapping[str, Any]


SlackApi = Callable[..., Any]
"""``SlackHook(...).call`` or ``WebClient(...).api_call``."""


@dataclass(frozen=True, slots=True)
class Access:
    """What channels need to reach their far ends.

    Attributes:
        outbox_folder: where the file channel writes.
        connections: finds what is configured about a system outside, by name.
        slack_api: makes the client of Slack's Web API for the connection `slack`; Airflow brings
            its provider's.
        allowed: hosts that may be asked, besides those of the services that channels are of.
    """

    outbox_folder: Path
    connections: Connections
    slack_api: Callable[[FeedConnection], SlackApi]
    allowed: Allowed

    def connection(self, name: str) -> FeedConnection | None:
        """Return a connection, or None when nobody configured it.

        Raises:
            ConfigurationError: there is one, and it cannot be read.
        """
        try:
            return self.connections(name)
        except NotConnectedError:
            return None


class Channel(Protocol):
    """One folder of `breakwater.notify.channels`."""

    def parts(self, news: News) -> Iterable[Part]:
        """Render news to the rows that go out."""

    def open_sender(self, access: Access) -> Sender | None:
        """Return what hands messages over; None when nothing about the channel is configured."""
