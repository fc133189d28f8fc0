"""How long incidents wait: to be taken for resolved, and for people who said they look after one."""

from pydantic import Field, field_validator

from breakwater.contracts.base import Contract
from breakwater.contracts.routes import Destination


class Incidents(Contract):
    """The life of incidents."""

    resolve_after_runs: int = Field(default=1, ge=1, le=10)
    """So many runs in a row must not find an incident any more before it is resolved; more than one
    keeps what comes and goes from being told each time."""
    runs_apart_minutes: int = Field(default=10, ge=0, le=24 * 60)
    """Runs closer together than this count as one: a task that is tried again proves nothing new."""
    acknowledged_hours: int = Field(default=8, ge=1, le=7 * 24)
    """How long an acknowledgement counts when nobody says for how long: about a shift."""
    longest_days: int = Field(default=14, ge=1, le=90)
    """No acknowledgement and no snooze counts longer; what has to be quiet for longer is a silence,
    with a link and an owner."""
    backfills_told_to: tuple[Destination, ...] = ()
    """Where one line says what a backfill changed, when it is over; addresses of our own."""

    @field_validator("backfills_told_to")
    @classmethod
    def _must_be_addresses(cls, told_to: tuple[Destination, ...]) -> tuple[Destination, ...]:
        if any(each.recipient.startswith("{") for each in told_to):
            message = "expected addresses: a backfill is of no vendor, and calls nobody"
            raise ValueError(message)
        return told_to
