"""News for programs: each is a document of its own."""

from collections.abc import Iterator

from breakwater.notify.channel import Access, News, Part
from breakwater.notify.channels.webhook.render import render
from breakwater.notify.sender import Sender


def parts(news: News) -> Iterator[Part]:
    """Post one document."""
    yield Part(news.reason.value, "post", render(news))


def open_sender(access: Access) -> Sender | None:
    """Need nothing yet: each recipient has a connection."""
    from breakwater.notify.channels.webhook.send import WebhookSender

    return WebhookSender(access)
