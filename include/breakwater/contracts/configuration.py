"""All configuration of an installation, read once, checked as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from breakwater.contracts.audiences import Audience
from breakwater.contracts.clocks import Clock
from breakwater.contracts.events import KnownEvent
from breakwater.contracts.excusals import Excusal
from breakwater.contracts.law import Duty
from breakwater.contracts.on_call import OnCallFile
from breakwater.contracts.operations import Operations
from breakwater.contracts.recipients import RecipientWishes
from breakwater.contracts.routes import Escalation, Route, Silence
from breakwater.contracts.vendor import VendorContract
from breakwater.core.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the files of one folder say."""

    folder: Path
    operations: Operations
    vendors: dict[str, VendorContract]
    clocks: tuple[Clock, ...]
    audiences: tuple[Audience, ...]
    routes: tuple[Route, ...]
    silences: tuple[Silence, ...]
    excusals: tuple[Excusal, ...] = ()
    earlier_versions: Mapping[str, tuple[VendorContract, ...]] = field(default_factory=dict)
    """Contracts that were replaced, by vendor, newest first; `vendors` has the newest of all."""
    duties: tuple[Duty, ...] = ()
    """Legal duties that no clock runs on, for reference."""
    events: tuple[KnownEvent, ...] = ()
    """Known events of the file; `detect.known_event` has more."""
    escalations: tuple[Escalation, ...] = ()
    recipients: tuple[RecipientWishes, ...] = ()
    on_call: OnCallFile = field(default_factory=OnCallFile)

    def active_vendors(self, day: date) -> list[str]:
        """List the vendors that owe an export for an operational day, in order."""
        return sorted(name for name in self.vendors if self.vendor(name, day).is_active_on(day))

    def versions(self, vendor: str) -> tuple[VendorContract, ...]:
        """Return every contract of a configured vendor, newest first."""
        return self.vendors[vendor], *self.earlier_versions.get(vendor, ())

    def vendor(self, vendor: str, day: date | None = None) -> VendorContract:
        """Return one vendor's contract: the one in force on a day, or else the newest.

        Raises:
            ConfigurationError: nobody of that name is configured.
        """
        if vendor not in self.vendors:
            known = ", ".join(sorted(self.vendors))
            raise ConfigurationError((f"vendors: expected one of {known}; found {vendor!r}",))
        versions = self.versions(vendor)
        if day is None:
            return versions[0]
        return next((each for each in versions if each.is_active_on(day)), versions[0])
