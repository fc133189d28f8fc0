"""News in Google Chat: a message, and below it each later one; none can be edited by a webhook."""

from collections.abc import Iterator

from breakwater.notify.channel import Access, News, Part
from breakwater.notify.channels.google_chat.render import render
from breakwater.notify.sender import Sender


def parts(news: News) -> Iterator[Part]:
    """Post one message."""
    yield Part(news.reason.value, "post" if news.is_first else "reply", render(news.message))


def open_sender(access: Access) -> Sender | None:
    """Need nothing yet: each recipient has a connection."""
    from breakwater.notify.channels.google_chat.send import GoogleChatSender

    return GoogleChatSender(access)
