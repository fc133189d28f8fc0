"""Every channel by its name: the one place that a new one is added to."""

from collections.abc import Iterable, Mapping

from breakwater.notify.channel import Access, Channel, News, Part
from breakwater.notify.channels.email import channel as email
from breakwater.notify.channels.file import channel as file
from breakwater.notify.channels.slack import channel as slack
from breakwater.notify.sender import Sender
from breakwater.warehouse.outbox import Channel as ChannelName

CHANNELS: Mapping[ChannelName, Channel] = {"email": email, "file": file, "slack": slack}


def parts_of(channel: ChannelName, news: News) -> Iterable[Part]:
    """Render news to the rows that go out by a channel."""
    return CHANNELS[channel].parts(news)


def open_senders(access: Access) -> dict[str, Sender]:
    """Open the channels that are configured; messages of another stay in the outbox."""
    opened = {name: channel.open_sender(access) for name, channel in CHANNELS.items()}
    return {name: sender for name, sender in opened.items() if sender is not None}
