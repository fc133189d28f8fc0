"""The backlog of each queue: what was there, came in and came back, less what was solved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from breakwater.warehouse.database import Connection

_QUERY = Path(__file__).with_name("queue_roll_forward.sql")

FLOWS = ("opening", "incoming", "returned", "solved", "closing", "difference")


@dataclass(frozen=True, slots=True)
class QueueFlow:
    """One queue of a vendor's day, in cases: opening + incoming + returned - solved = closing.

    Attributes:
        vendor: whose.
        queue: which; a case is counted where the day found it.
        opening: backlog at the end of the day before.
        incoming: received in the day.
        returned: solved before it, and taken up again in it.
        solved: decided in it, and not taken up again by its end.
        closing: backlog at its end.
        difference: by how many cases the closing backlog is larger than that comes to.
    """

    vendor: str
    queue: str
    opening: int
    incoming: int
    returned: int
    solved: int
    closing: int
    difference: int


def queue_flows(connection: Connection, day: date, vendors: list[str]) -> list[QueueFlow]:
    """Return the queues of vendors whose day, and the day before, are measured; in a stable order."""
    parameters = {"day": day, "before": day - timedelta(days=1), "vendors": vendors}
    rows = connection.execute(_QUERY.read_bytes(), parameters)
    return [QueueFlow(**row) for row in rows]


def by_vendor(flows: Iterable[QueueFlow]) -> dict[str, dict[str, int]]:
    """Add the queues of each vendor up: what moved between them nets out."""
    found: dict[str, dict[str, int]] = {}
    for flow in flows:
        sums = found.setdefault(flow.vendor, dict.fromkeys(FLOWS, 0))
        for name in FLOWS:
            sums[name] += getattr(flow, name)
    return found


def uneven_queues(flows: Iterable[QueueFlow]) -> dict[str, dict[str, int]]:
    """Return, by vendor, the queues that do not come out even, and by how many cases.

    Cases that moved between queues leave a difference in each, which nets out over the vendor;
    `carried_cases` tells them from cases that an export forgot or invented.
    """
    found: dict[str, dict[str, int]] = {}
    for flow in flows:
        if flow.difference:
            found.setdefault(flow.vendor, {})[flow.queue] = flow.difference
    return found
