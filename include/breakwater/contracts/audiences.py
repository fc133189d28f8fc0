"""Who reads digests: scope, zone, layout, when and where it is sent."""

from datetime import time
from typing import Annotated, Literal

from pydantic import Field, model_validator

from breakwater.contracts.base import Contract
from breakwater.contracts.calendar import ZoneName
from breakwater.contracts.channels import ChannelAddress, ChannelName

EmailAddress = Annotated[str, Field(pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$")]
SlackChannel = Annotated[str, Field(pattern=r"^[CDG][A-Z0-9]{2,}$")]
"""A channel's id such as C0OPS, not its name: names change, and updates need the id."""

DIGEST_CHANNELS: frozenset[ChannelName] = frozenset(
    {"apprise", "file", "google_chat", "slack_webhook", "teams"}
)
"""By which a digest may go besides mail and Slack, which have keys of their own; the others tell of
one alert each."""


class Audience(Contract):
    """One group of recipients with one view of the numbers."""

    audience: str = Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")
    title: str
    kind: Literal["ops", "regional", "vendor", "policy", "executive", "wellbeing"]
    """Which tables and sections it reads; a vendor sees its own rows and nobody's name; exposure
    to harmful content is shown to whoever looks after people (``wellbeing``) alone."""
    zone: ZoneName
    """Zone in which its digest writes instants, and in which its morning is."""
    morning: time | None = None
    """When a scheduled run's digest is sent, on the zone's clock; as soon as it is written when
    absent. A person who asks a run to tell people does not wait for it."""
    vendors: tuple[str, ...] = ()
    """The only vendors whose rows this audience may see; all when empty."""
    queues: tuple[str, ...] = ()
    """The only queues whose rows it may see; all when empty."""
    when_quiet: Literal["send", "keep"] = "send"
    """Whether a day on which nothing is wrong is sent too, or only kept."""
    email: tuple[EmailAddress, ...] = ()
    """Team addresses, never a person's."""
    slack_channel: SlackChannel | None = None
    others: tuple[ChannelAddress, ...] = ()
    """By further channels, such as a room in Teams: ``apprise``, ``file``, ``google_chat``,
    ``slack_webhook`` or ``teams``."""

    @model_validator(mode="after")
    def _is_told_by_channels_that_take_a_digest(self) -> "Audience":
        wrong = sorted({each.channel for each in self.others} - DIGEST_CHANNELS)
        if wrong:
            known = ", ".join(sorted(DIGEST_CHANNELS))
            message = f"others: expected one of {known}; found {', '.join(wrong)}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _has_the_scope_of_its_kind(self) -> "Audience":
        if self.kind == "vendor" and len(self.vendors) != 1:
            message = f"a vendor's audience names exactly one vendor; found {len(self.vendors)}"
            raise ValueError(message)
        if self.kind == "regional" and not self.vendors:
            message = "a regional audience names its vendors; found none"
            raise ValueError(message)
        return self


class AudienceFile(Contract):
    """config/audiences.yaml."""

    audiences: tuple[Audience, ...]

    @model_validator(mode="after")
    def _names_each_audience_once(self) -> "AudienceFile":
        names = [audience.audience for audience in self.audiences]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            message = f"each audience once; found {', '.join(twice)} twice"
            raise ValueError(message)
        return self
