"""What the day's numbers rest on: whose exports are in, and since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from breakwater.contracts.configuration import Configuration
from breakwater.core.plain import one_line
from breakwater.warehouse.database import Connection
from breakwater.warehouse.file_ledger import files_in_force


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which vendors reported for an operational day.

    Attributes:
        day: the operational day.
        zone: whose midnight ends it.
        delivered: when each vendor's export in force was delivered; None for one that owes it.
        names: what vendors are called.
    """

    day: date
    zone: str
    delivered: Mapping[str, datetime | None]
    names: Mapping[str, str]

    def for_the_operation(self) -> str:
        """Say how many reported, and who did not."""
        missing = [self.names[vendor] for vendor, at in self.delivered.items() if at is None]
        reported = f"{len(self.delivered) - len(missing)} of {len(self.delivered)} vendors reported"
        without = f", without {', '.join(missing)}" if missing else ""
        return f"Data through the end of {self.day.isoformat()} ({self.zone}); {reported}{without}."

    def for_vendor(self, vendor: str | None, zone: str) -> str:
        """Say the same to a vendor, who learns nothing about the others."""
        at = self.delivered.get(vendor) if vendor else None
        if at is None:
            return f"Data through: your export of {self.day.isoformat()} is not here."
        local = at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
        return f"Data through: your export of {self.day.isoformat()}, delivered {local} ({zone})."


def read_coverage(connection: Connection, configuration: Configuration, day: date) -> Coverage:
    """Read which of the day's vendors have delivered an export."""
    delivered: dict[str, datetime | None] = {}
    for vendor in configuration.active_vendors(day):
        contract = configuration.vendor(vendor, day)
        # Not every file that was received counts: another day's export is none of this day.
        files = files_in_force(connection, contract, vendor, day)
        delivered[vendor] = files[-1].delivered_at if files else None
    return Coverage(
        day=day,
        zone=configuration.operations.zone,
        delivered=delivered,
        names={vendor: one_line(configuration.vendor(vendor).name, 60) for vendor in delivered},
    )
