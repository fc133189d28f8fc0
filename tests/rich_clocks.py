"""A clock for everything that a clock can say, and a vendor that reports all of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from case_book import Event

from breakwater.contracts.clocks import Clock
from breakwater.contracts.shape import CaseShape
from breakwater.core.vocabulary import EventType
from breakwater.measure.models import VendorDay

_LAW = {"provision": "Act 1, s. 2", "source": "the gazette", "confidence": "secondary"}
_OTHER_REASONS = {"event": "paused", "reasons": ["impossible", "clarification"]}


def clock(name: str, **said: Any) -> Clock:  # noqa: ANN401  whatever a file may say
    """Return a clock as a file would write it."""
    return Clock.model_validate({"clock": name, "kind": "internal", "title": name} | said)


RICH_CLOCKS = (
    clock("first_response", stop="reviewer_message", within={"hours": 2}),
    clock(
        "next_response",
        start="requester_message",
        stop="reviewer_message",
        cycles="every",
        within={"minutes": 90},
        pauses=True,
        calendar="site",
        warning_share=[0.25, 0.5, 0.9],
    ),
    clock(
        "update",
        start=["queued", "reviewer_message"],
        stop=["reviewer_message", "decided"],
        cycles="every",
        within={"hours": 3},
    ),
    clock(
        "resolution",
        kind="contract",
        start=["received", "reopened"],
        cycles="every",
        pause={"event": "paused", "reasons": ["waiting", "clarification"]},
        calendar="site",
        targets=[
            {"when": {"priorities": ["p1"], "markets": ["DE"]}, "within": {"hours": 1}},
            {"when": {"priorities": ["p1"]}, "within": {"hours": 2}, "effective_to": "2026-03-01"},
            {"when": {"priorities": ["p1"]}, "within": {"hours": 3}, "calendar": "24x7"},
            {"when": {"sites": ["cebu"], "priorities": ["p2"]}, "within": {"working_days": 1}},
            {"when": {"queues": ["hate", "spam"]}, "within": {"hours": 9}},
        ],
        warning_share=[0.5, 0.8],
    ),
    clock("order", kind="statutory", target_seconds=3600, defer={"begin": _OTHER_REASONS}, **_LAW),
    clock(
        "careful",
        start="queued",
        stop={"event": "decided", "decisions": ["remove", "warn"], "actors": ["human"]},
        cancel=["closed", {"event": "appeal_decided", "reasons": ["overturned"]}],
        reset="escalated",
        cycles="every",
        pauses=True,
        target_seconds=4 * 3600,
        on_close="roll_forward",
        calendar="site",
    ),
    clock("removed", start="queued", cancel=_OTHER_REASONS, reset="assigned", within={"hours": 6}),
    clock("after_missed", after={"clock": "order", "on": "missed"}, within={"hours": 24}),
    clock("after_met", after={"clock": "order", "on": "met"}, stop="closed", within={"hours": 5}),
    clock(
        "after_stopped",
        after={"clock": "resolution", "on": "stopped"},
        stop=["decided", "closed"],
        cycles="every",
        within={"hours": 4},
    ),
    clock(
        "after_due",
        after={"clock": "after_missed", "on": "due"},
        stop="closed",
        within={"hours": 8},
        calendar="site",
    ),
    clock("third", after={"clock": "after_due", "on": "missed"}, within={"hours": 2}),
    clock(
        "in_retrospect",
        start="escalated",
        counts_from=["received", "reopened"],
        cycles="every",
        pauses=True,
        within={"hours": 6},
    ),
    clock(
        "two_days",
        start="queued",
        calendar="site",
        pauses=True,
        within={"working_days": 2},
        effective_from="2026-02-25",
    ),
    clock("a_month", start=["received", "queued"], stop="closed", within={"months": 1}),
    clock("two_sundays", calendar="site", within={"calendar_days": 2}, pauses=True),
    clock("pickup", start="queued", stop="assigned", within={"hours": 1}),
    clock(
        "deferred_and_paused",
        start="queued",
        stop=["decided", "closed"],
        calendar="site",
        pause={"event": "paused", "reasons": ["waiting"]},
        defer={"begin": {"event": "paused", "reasons": ["impossible"]}, "end": "assigned"},
        counts_from="received",
        within={"hours": 3},
    ),
)


def reporting_all(what: VendorDay, clocks: tuple[Clock, ...]) -> VendorDay:
    """Return the vendor-day of a vendor whose export has a column for every event."""
    assert isinstance(what.contract.shape, CaseShape)
    columns = {event: (event.value,) for event in EventType}
    shape = what.contract.shape.model_copy(update={"instants": columns})
    contract = what.contract.model_copy(update={"shape": shape})
    return replace(what, contract=contract, clocks=clocks)


PROMISED = clock("promised", due="reported", pauses=False)
"""Due when the vendor's own system says so; not one of the others, whose events are drawn."""


def with_promises(events: list[Event]) -> list[Event]:
    """Add what a vendor promised of the cases of a book: to every second one, to every sixth twice.

    The second promise is told a day later; by then the first has passed, or not.
    """
    book = list(events)
    received = [event for event in events if event["event_type"] == "received"]
    for n, event in enumerate(received[::2]):
        for told, hours in ((0, 6 + n % 40), (1, 60))[: 1 + (n % 3 == 0)]:
            book.append(
                event
                | {
                    "event_type": "due",
                    "event_id": f"{event['event_id']}-due-{told}",
                    "event_at": event["event_at"] + hours * 3600,
                    "operational_day": event["operational_day"] + timedelta(days=told - 1),
                }
            )
    return book
