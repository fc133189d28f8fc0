"""News in Slack: one message that stays true, and below it what moved."""

from collections.abc import Iterator

from breakwater.notify.channel import Access, News, Part
from breakwater.notify.channels.slack.render import render, render_reply
from breakwater.notify.sender import Sender
from breakwater.notify.telling import TellingReason

CONNECTION = "slack"


def parts(news: News) -> Iterator[Part]:
    """Post the first time; later edit in place, and reply with what moved."""
    name = news.reason.value
    if news.is_first:
        yield Part(name, "post", render(news.message))
    else:
        yield Part(f"{name}-edit", "update", render(news.message))
        # A thread that grows without anything having happened is soon read by nobody.
        if news.reason is not TellingReason.REPEATED:
            yield Part(name, "reply", render_reply(news.message))


def open_sender(access: Access) -> Sender | None:
    """Use the connection ``slack``: a bot token as its password."""
    connection = access.connection(CONNECTION)
    if connection is None:
        return None
    from breakwater.notify.channels.slack.call import slack_call
    from breakwater.notify.channels.slack.send import SlackSender

    return SlackSender(slack_call(access.slack_api(connection)))
