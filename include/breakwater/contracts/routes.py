"""Where alerts go: a tree of routes with matchers, chains of escalation, silences with reasons."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from breakwater.contracts.base import Contract
from breakwater.contracts.channels import ADDRESS_FORMS, ChannelName
from breakwater.core.finding import Finding, Rule, Severity

VENDOR_CONTACTS = "{vendor}"
"""The recipient that stands for the contacts in the contract of the finding's vendor."""

_ON_CALL = re.compile(r"\{on_call:([a-z][a-z0-9_]*)\}")


class Matcher(Contract):
    """What a finding must be for a route or a silence to take it; empty means any."""

    rules: tuple[Rule, ...] = ()
    vendors: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    scope: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Further dimensions of the condition, such as metric, clock, site or outcome: one of these each."""
    minimum_severity: Severity = Severity.INFO

    def matches(self, finding: Finding) -> bool:
        """Tell whether a finding is one of these."""
        return (
            (not self.rules or finding.rule in self.rules)
            and (not self.vendors or finding.vendor in self.vendors)
            and (not self.queues or finding.scope.get("queue") in self.queues)
            and all(finding.scope.get(name) in values for name, values in self.scope.items())
            and finding.severity.rank >= self.minimum_severity.rank
        )


class Destination(Contract):
    """One channel and whom to address there."""

    channel: ChannelName
    recipient: str
    """Slack channel id, one e-mail address, a folder of the file channel, ``{vendor}``, or
    ``{on_call:<rota>}`` for whichever team of on_call.yaml is on call when the message is due."""

    @property
    def rota(self) -> str | None:
        """The rota that is meant; None where the recipient is an address or a vendor."""
        found = _ON_CALL.fullmatch(self.recipient)
        return found[1] if found else None

    @model_validator(mode="after")
    def _must_be_an_address_of_its_channel(self) -> "Destination":
        stands_for_others = self.recipient == VENDOR_CONTACTS or self.rota is not None
        if stands_for_others and self.channel != "file":
            return self
        form = ADDRESS_FORMS[self.channel]
        if not form.accepts(self.recipient):
            message = f"recipient must be {form.description}; found {self.recipient!r}"
            raise ValueError(message)
        return self


GroupKey = Literal["rule", "vendor", "queue"]


class Grouping(Contract):
    """Which alerts share a message, and how often people hear of it."""

    by: tuple[GroupKey, ...] = ("rule", "vendor")
    """What the alerts of one message have in common, besides their day."""
    wait_minutes: int = Field(default=0, ge=0, le=24 * 60)
    """So long a new message waits for more of its kind."""
    interval_minutes: int = Field(default=0, ge=0, le=24 * 60)
    """So long after a message nothing more is said of it; then all at once."""
    repeat_hours: int | None = Field(default=None, ge=1, le=7 * 24)
    """So long after the last message an open, unacknowledged alert is told again, while its day
    is live; never when absent."""


class Route(Contract):
    """Findings that match go to the destinations; the first match ends unless it continues.

    Routes below are tried first, in the same way. What none of them takes goes to the destinations
    of this one; where it has none, the route counts as one that does not match.
    """

    route: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    match: Matcher = Matcher()
    send_to: tuple[Destination, ...] = ()
    continues: bool = False
    group: Grouping | None = None
    """As the route above when absent."""
    escalation: str | None = None
    """A chain of `escalations` that begins when people are told; as the route above when absent."""
    routes: tuple["Route", ...] = ()

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "Route":
        if not self.send_to and not self.routes:
            message = "a route has at least 1 destination or routes below it; found neither"
            raise ValueError(message)
        return self

    def with_those_below(self) -> Iterator["Route"]:
        """List this route and all below it."""
        yield self
        for route in self.routes:
            yield from route.with_those_below()


class EscalationStep(Contract):
    """Who is told, too, when nobody has acknowledged an alert for so long."""

    after_minutes: int = Field(ge=1, le=7 * 24 * 60)
    """Since the alert was first told."""
    send_to: tuple[Destination, ...] = Field(min_length=1)


class Escalation(Contract):
    """A chain of people, each told later, until somebody acknowledges."""

    escalation: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    steps: tuple[EscalationStep, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _waits_ever_longer(self) -> "Escalation":
        waits = [step.after_minutes for step in self.steps]
        if waits != sorted(set(waits)):
            message = f"each step waits longer than the one before; found {waits}"
            raise ValueError(message)
        return self


class RouteFile(Contract):
    """config/routes.yaml."""

    routes: tuple[Route, ...]
    escalations: tuple[Escalation, ...] = ()


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
