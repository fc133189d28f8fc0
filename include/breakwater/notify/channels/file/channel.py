"""News as files: each is a file of its own."""

from collections.abc import Iterator

from breakwater.notify.channel import Access, News, Part
from breakwater.notify.channels.file.render import render
from breakwater.notify.channels.file.send import FileSender
from breakwater.notify.sender import Sender


def parts(news: News) -> Iterator[Part]:
    """Write one file."""
    yield Part(news.reason.value, "post", render(news.message))


def open_sender(access: Access) -> Sender | None:
    """Need nothing but the folder."""
    return FileSender(access.outbox_folder)
