"""News in Jira: an issue, then comments."""

from collections.abc import Iterator

from breakwater.notify.channel import Access, News, Part
from breakwater.notify.channels.jira.render import render
from breakwater.notify.sender import Sender


def parts(news: News) -> Iterator[Part]:
    """Create or comment."""
    yield Part(news.reason.value, "post" if news.is_first else "update", render(news.message))


def open_sender(access: Access) -> Sender | None:
    """Use the connection ``jira``."""
    from breakwater.notify.channels.jira.send import JiraSender
    from breakwater.notify.channels.jira.site import CONNECTION

    return None if access.connection(CONNECTION) is None else JiraSender(access)
