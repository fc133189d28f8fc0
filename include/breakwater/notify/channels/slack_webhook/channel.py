"""News by an incoming webhook of Slack: each is a message of its own."""

from collections.abc import Iterator

from breakwater.notify.channel import Access, News, Part
from breakwater.notify.channels.slack.render import render
from breakwater.notify.sender import Sender


def parts(news: News) -> Iterator[Part]:
    """Post one message, looking as it does by the Web API."""
    yield Part(news.reason.value, "post", render(news.message))


def open_sender(access: Access) -> Sender | None:
    """Need nothing yet: each recipient has a connection."""
    from breakwater.notify.channels.slack_webhook.send import SlackWebhookSender

    return SlackWebhookSender(access)
