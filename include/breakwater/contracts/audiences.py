"""Who reads digests: scope, zone, layout and where it is sent."""

from datetime import time
from typing import Literal

from breakwater.contracts.base import Contract
from breakwater.contracts.calendar import ZoneName


class Audience(Contract):
    """One group of recipients with one view of the numbers."""

    audience: str
    title: str
    kind: Literal["ops", "regional", "vendor", "policy", "executive"]
    zone: ZoneName
    vendors: tuple[str, ...] = ()
    """The only vendors whose rows this audience may see; all when empty."""
    queues: tuple[str, ...] = ()
    morning: time = time(8, 0)
    email: tuple[str, ...] = ()
    slack_channel: str | None = None


class AudienceFile(Contract):
    """config/audiences.yaml."""

    audiences: tuple[Audience, ...]
