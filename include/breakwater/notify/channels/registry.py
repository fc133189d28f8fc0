"""Every channel by its name; what else a new one needs is in docs/channels.md."""

from collections.abc import Iterable, Mapping

from breakwater.contracts.channels import ChannelName
from breakwater.notify.channel import Access, Channel, News, Part
from breakwater.notify.channels.apprise import channel as apprise
from breakwater.notify.channels.email import channel as email
from breakwater.notify.channels.file import channel as file
from breakwater.notify.channels.google_chat import channel as google_chat
from breakwater.notify.channels.jira import channel as jira
from breakwater.notify.channels.pagerduty import channel as pagerduty
from breakwater.notify.channels.slack import channel as slack
from breakwater.notify.channels.slack_webhook import channel as slack_webhook
from breakwater.notify.channels.teams import channel as teams
from breakwater.notify.channels.webhook import channel as webhook
from breakwater.notify.sender import Sender

CHANNELS: Mapping[ChannelName, Channel] = {
    "apprise": apprise,
    "email": email,
    "file": file,
    "google_chat": google_chat,
    "jira": jira,
    "pagerduty": pagerduty,
    "slack": slack,
    "slack_webhook": slack_webhook,
    "teams": teams,
    "webhook": webhook,
}


def parts_of(channel: ChannelName, news: News) -> Iterable[Part]:
    """Render news to the rows that go out by a channel."""
    return CHANNELS[channel].parts(news)


def open_senders(access: Access) -> dict[str, Sender]:
    """Open the channels that are configured; messages of another stay in the outbox."""
    opened = {name: channel.open_sender(access) for name, channel in CHANNELS.items()}
    return {name: sender for name, sender in opened.items() if sender is not None}
