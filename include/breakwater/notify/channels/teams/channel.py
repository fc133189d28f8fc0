"""News in Teams: each is a card of its own, for a workflow can neither edit nor reply."""

from collections.abc import Iterator

from breakwater.notify.channel import Access, News, Part
from breakwater.notify.channels.teams.render import render
from breakwater.notify.sender import Sender


def parts(news: News) -> Iterator[Part]:
    """Post one card."""
    yield Part(news.reason.value, "post", render(news.message))


def open_sender(access: Access) -> Sender | None:
    """Need nothing yet: each recipient has a connection."""
    from breakwater.notify.channels.teams.send import TeamsSender

    return TeamsSender(access)
