"""News by Apprise: each is a message of its own."""

from collections.abc import Iterator

from breakwater.notify.channel import Access, News, Part
from breakwater.notify.channels.apprise.render import render
from breakwater.notify.sender import Sender


def parts(news: News) -> Iterator[Part]:
    """Send one message."""
    yield Part(news.reason.value, "post", render(news.message))


def open_sender(access: Access) -> Sender | None:
    """Need nothing yet: each recipient has a connection."""
    from breakwater.notify.channels.apprise.send import AppriseSender

    return AppriseSender(access)
