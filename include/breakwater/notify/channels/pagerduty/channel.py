"""News in PagerDuty: an alert that is triggered, triggered anew, and resolved."""

from collections.abc import Iterator

from breakwater.notify.channel import Access, News, Part
from breakwater.notify.channels.pagerduty.render import render
from breakwater.notify.sender import Sender


def parts(news: News) -> Iterator[Part]:
    """Send one event."""
    yield Part(news.reason.value, "post" if news.is_first else "update", render(news))


def open_sender(access: Access) -> Sender | None:
    """Need nothing yet: each recipient has a connection."""
    from breakwater.notify.channels.pagerduty.send import PagerDutySender

    return PagerDutySender(access)
