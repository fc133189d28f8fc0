"""Where alerts go: an ordered list of routes with matchers, and silences with reasons."""

from datetime import date

from pydantic import Field, model_validator

from breakwater.contracts.base import Contract
from breakwater.contracts.channels import ADDRESS_FORMS, ChannelName
from breakwater.core.finding import Finding, Rule, Severity

VENDOR_CONTACTS = "{vendor}"
"""The recipient that stands for the contacts in the contract of the finding's vendor."""


class Matcher(Contract):
    """What a finding must be for a route or a silence to take it; empty means any."""

    rules: tuple[Rule, ...] = ()
    vendors: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    minimum_severity: Severity = Severity.INFO

    def matches(self, finding: Finding) -> bool:
        """Tell whether a finding is one of these."""
        return (
            (not self.rules or finding.rule in self.rules)
            and (not self.vendors or finding.vendor in self.vendors)
            and (not self.queues or finding.scope.get("queue") in self.queues)
            and finding.severity.rank >= self.minimum_severity.rank
        )


class Destination(Contract):
    """One channel and whom to address there."""

    channel: ChannelName
    recipient: str
    """Slack channel id, one e-mail address, a folder of the file channel, or ``{vendor}``."""

    @model_validator(mode="after")
    def _must_be_an_address_of_its_channel(self) -> "Destination":
        if self.recipient == VENDOR_CONTACTS and self.channel != "file":
            return self
        form = ADDRESS_FORMS[self.channel]
        if not form.accepts(self.recipient):
            message = f"recipient must be {form.description}; found {self.recipient!r}"
            raise ValueError(message)
        return self


class Route(Contract):
    """Findings that match go to the destinations; the first match ends unless it continues."""

    route: str
    match: Matcher = Matcher()
    send_to: tuple[Destination, ...] = Field(min_length=1)
    continues: bool = False


class RouteFile(Contract):
    """config/routes.yaml."""

    routes: tuple[Route, ...]


class Silence(Contract):
    """A mute: it costs a reason, a link and an owner, and it expires."""

    silence: str
    match: Matcher
    reason: str = Field(min_length=10)
    link: str = Field(pattern=r"^https://")
    owner: str
    expires_on: date
    """Last day, in the operation's zone, on which it mutes."""


class SilenceFile(Contract):
    """config/silences.yaml."""

    silences: tuple[Silence, ...]
