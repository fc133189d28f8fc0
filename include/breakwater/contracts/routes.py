"""Where alerts go: an ordered list of routes with matchers, and silences with reasons."""

from datetime import date
from typing import Literal

from pydantic import Field

from breakwater.contracts.base import Contract
from breakwater.core.finding import Rule, Severity


class Matcher(Contract):
    """What a finding must be for a route or a silence to take it; empty means any."""

    rules: tuple[Rule, ...] = ()
    vendors: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    minimum_severity: Severity = Severity.INFO


class Destination(Contract):
    """One channel and whom to address there."""

    channel: Literal["slack", "email", "file"]
    recipient: str
    """Slack channel, e-mail address, or the name of a file in the outbox folder."""


class Route(Contract):
    """Findings that match go to the destinations; the first match ends unless it continues."""

    route: str
    match: Matcher = Matcher()
    send_to: tuple[Destination, ...]
    continues: bool = False


class RouteFile(Contract):
    """config/routes.yaml."""

    routes: tuple[Route, ...]


class Silence(Contract):
    """A mute: it costs a reason, a link and an owner, and it expires."""

    silence: str
    match: Matcher
    reason: str = Field(min_length=10)
    link: str
    owner: str
    expires_on: date


class SilenceFile(Contract):
    """config/silences.yaml."""

    silences: tuple[Silence, ...]
