"""Zendesk's incremental exports: pages by end_time, repeated border events, the rate limit."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from far_end import QUICK, Asked, FakeTime, FarEnd, Reply

from breakwater.contracts.source import ZendeskSource
from breakwater.core.days import Window
from breakwater.feeds.records import END, FeedFault, Part
from breakwater.feeds.zendesk import ZendeskFeed, open_feed

WINDOW = Window(1793635200, 1793721600)
TICKETS, METRICS = (
    f"/api/v2/incremental/{stream}.json" for stream in ("ticket_events", "ticket_metric_events")
)


def source(**changes: Any) -> ZendeskSource:  # noqa: ANN401  values of a YAML file
    """Return the source of a stream."""
    named = {
        "kind": "zendesk",
        "connection": "far_end",
        "stream": "ticket_events",
        "limits": QUICK.model_dump(),
    }
    return ZendeskSource.model_validate(named | changes)


def feed(far_end: FarEnd, **changes: Any) -> ZendeskFeed:  # noqa: ANN401  values of a YAML file
    """Return the feed of an agent with an API token."""
    connection = far_end.connection(login="a@example.com/token", password="t" * 3)
    return ZendeskFeed(source(**changes), connection, FakeTime().waiting)


def event(number: int, at: int) -> dict[str, Any]:
    """Return an audit in the shape that Zendesk documents."""
    return {
        "id": number,
        "ticket_id": 155,
        "timestamp": at,
        "updater_id": 3343,
        "via": "Web form",
        "system": {"client": "browser", "ip_address": "192.0.2.1"},
        "event_type": "Audit",
        "child_events": [{"id": number * 10, "event_type": "Change", "status": "open"}],
    }


def exported(far_end: FarEnd, events: Sequence[dict[str, Any]], size: int) -> None:
    """Serve events as the export does: from an instant on, so many a page, the end told."""

    def answer(asked: Asked) -> Reply:
        since = int(asked.query["start_time"])
        found = [each for each in events if each["timestamp"] >= since]
        page = found[:size]
        end = page[-1]["timestamp"] if page else since
        return Reply(
            {
                "ticket_events": page,
                "count": len(page),
                "end_time": end,
                "end_of_stream": len(found) <= size,
                "next_page": f"https://elsewhere.example{TICKETS}?start_time={end}",
            }
        )

    far_end.on(TICKETS, answer)


def numbers(parts: Sequence[Part]) -> list[list[int]]:
    """Return the ids of each part."""
    return [[each["id"] for each in part.records] for part in parts]


def test_events_are_asked_for_from_the_windows_start_page_by_page(far_end: FarEnd) -> None:
    """Each page starts where the one before ended, so its last second comes twice."""
    at = WINDOW.start
    exported(far_end, [event(n, at + n * 10) for n in range(5)], 3)
    parts = list(feed(far_end).parts(WINDOW, None))
    assert numbers(parts) == [[0, 1, 2], [2, 3, 4]]
    assert [part.cursor for part in parts] == [{"start_time": at + 20}, END]
    assert [asked.query for asked in far_end.asked] == [
        {"start_time": str(at)},
        {"start_time": str(at + 20)},
    ]
    assert far_end.asked[0].headers["Authorization"].startswith("Basic ")


def test_a_fetch_goes_on_at_an_end_time(far_end: FarEnd) -> None:
    """The cursor is an instant, which never expires."""
    exported(far_end, [event(n, WINDOW.start + n * 10) for n in range(5)], 3)
    parts = list(feed(far_end).parts(WINDOW, {"start_time": WINDOW.start + 20}))
    assert numbers(parts) == [[2, 3, 4]]


def test_events_after_the_window_are_left_out_and_end_the_asking(far_end: FarEnd) -> None:
    """An export has no end of its own: the year since then is not read."""
    late = [event(n, WINDOW.end - 1 + n) for n in range(6)]
    exported(far_end, [event(9, WINDOW.start), *late], 2)
    parts = list(feed(far_end).parts(WINDOW, None))
    assert numbers(parts) == [[9, 0], [0]]
    assert parts[-1].cursor == END
    assert len(far_end.asked) == 2


def test_no_events_are_an_answer(far_end: FarEnd) -> None:
    """One page without any."""
    exported(far_end, [], 3)
    [part] = feed(far_end).parts(WINDOW, None)
    assert (list(part.records), part.cursor) == ([], END)


def test_the_rate_limit_is_waited_for(far_end: FarEnd) -> None:
    """Ten a minute: Zendesk says for how long."""
    exported(far_end, [event(1, WINDOW.start)], 3)
    page = far_end.paths[TICKETS]
    far_end.on(TICKETS, Reply({}, 429, {"Retry-After": "43"}), page)
    time = FakeTime()
    asked = feed(far_end)
    [part] = ZendeskFeed(asked.source, asked.connection, time.waiting).parts(WINDOW, None)
    assert (numbers([part]), time.pauses) == ([[1]], [43])


def test_more_events_in_a_second_than_a_page_holds_are_refused(far_end: FarEnd) -> None:
    """Asking on from that second would give the same page for ever."""
    exported(far_end, [event(n, WINDOW.start + 5) for n in range(9)], 3)
    with pytest.raises(FeedFault, match="the same again") as raised:
        list(feed(far_end).parts(WINDOW, None))
    assert raised.value.is_shape
    assert len(far_end.asked) == 2


def metric(number: int, time: str) -> dict[str, Any]:
    """Return a metric event in the shape that Zendesk documents."""
    return {
        "id": number,
        "ticket_id": 155,
        "metric": "reply_time",
        "instance_id": 1,
        "type": "fulfill",
        "time": time,
    }


def test_metric_events_end_where_asking_on_brings_nothing_later(far_end: FarEnd) -> None:
    """Their answers need not say end_of_stream."""
    events = [metric(n, f"2026-11-03T0{n}:00:00Z") for n in range(5)]
    ends = [
        int(datetime.fromisoformat(each["time"]).astimezone(UTC).timestamp()) for each in events
    ]

    def answer(asked: Asked) -> Reply:
        since = int(asked.query["start_time"])
        page = [each for each, end in zip(events, ends, strict=True) if end >= since][:3]
        until = ends[page[-1]["id"]]
        return Reply({"ticket_metric_events": page, "count": len(page), "end_time": until})

    far_end.on(METRICS, answer)
    parts = list(feed(far_end, stream="ticket_metric_events").parts(WINDOW, None))
    assert numbers(parts) == [[0, 1, 2], [2, 3, 4], [4]]
    assert parts[-1].cursor == END


@pytest.mark.parametrize(
    "said",
    [
        {"ticket_events": [{"id": 1}], "end_time": 5, "end_of_stream": True},
        {"ticket_events": [{"id": 1, "timestamp": "now"}], "end_of_stream": True},
        {"ticket_events": [{"id": 1, "timestamp": True}], "end_of_stream": True},
        {"ticket_events": [], "end_time": "soon", "end_of_stream": False},
        {"error": "InvalidStartTime"},
        {"tickets": []},
    ],
)
def test_an_answer_of_another_shape_is_refused(far_end: FarEnd, said: object) -> None:
    """An event without an instant belongs to no day."""
    far_end.on(TICKETS, Reply(said))
    with pytest.raises(FeedFault) as raised:
        list(feed(far_end).parts(WINDOW, None))
    assert raised.value.is_shape


def test_a_contract_that_does_not_wait_is_refused(far_end: FarEnd) -> None:
    """The last minute before asking is never in an export."""
    with pytest.raises(FeedFault, match="settle_minutes of 2 or more"):
        open_feed(source(settle_minutes=1), far_end.connection())
    assert open_feed(source(settle_minutes=2), far_end.connection()).identity({"id": 7}) == "7"
