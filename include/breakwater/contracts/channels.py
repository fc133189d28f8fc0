"""By which channels people are told, and how an address is spelt in each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import model_validator

from breakwater.contracts.base import Contract

ChannelName = Literal[
    "apprise",
    "email",
    "file",
    "google_chat",
    "jira",
    "pagerduty",
    "slack",
    "slack_webhook",
    "teams",
    "webhook",
]

LARGEST_TEAMS_CARD = 26_000
"""Bytes; Teams takes 28 KB of a message, the envelope included."""
LARGEST_CHAT_MESSAGE = 31_000
"""Bytes; Google Chat takes 32,000 of a message, what we add when it is sent included."""


@dataclass(frozen=True, slots=True)
class AddressForm:
    """How a recipient is spelt in one channel."""

    pattern: re.Pattern[str]
    description: str

    def accepts(self, recipient: str) -> bool:
        """Tell whether a text is an address of the channel."""
        return self.pattern.fullmatch(recipient) is not None


def _named(channel: str) -> AddressForm:
    """Return the form of a channel whose addresses are secrets: a connection holds each."""
    description = f"a name such as ops, of which the connection {channel}_ops holds the address"
    return AddressForm(re.compile(r"[a-z][a-z0-9_]{0,40}"), description)


ADDRESS_FORMS: Mapping[ChannelName, AddressForm] = {
    "apprise": _named("apprise"),
    "email": AddressForm(re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+"), "one e-mail address"),
    "file": AddressForm(re.compile(r"[a-z][a-z0-9_-]*"), "a folder name such as legal"),
    "google_chat": _named("google_chat"),
    "jira": AddressForm(re.compile(r"[A-Z][A-Z0-9_]{1,9}"), "the key of a project such as OPS"),
    "pagerduty": _named("pagerduty"),
    "slack": AddressForm(
        re.compile(r"[CDG][A-Z0-9]{2,}"), "a Slack channel id such as C0OPS, not its name"
    ),
    "slack_webhook": _named("slack_webhook"),
    "teams": _named("teams"),
    "webhook": _named("webhook"),
}


class ChannelAddress(Contract):
    """One address of one channel."""

    channel: ChannelName
    recipient: str

    @model_validator(mode="after")
    def _must_be_an_address_of_its_channel(self) -> "ChannelAddress":
        form = ADDRESS_FORMS[self.channel]
        if not form.accepts(self.recipient):
            message = f"recipient must be {form.description}; found {self.recipient!r}"
            raise ValueError(message)
        return self
