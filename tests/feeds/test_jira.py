"""Jira Service Management: what changed in a window, whole change logs, SLAs that hold still."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from far_end import QUICK, Asked, FakeTime, FarEnd, Reply

from breakwater.contracts.source import JiraSource
from breakwater.core.days import Window
from breakwater.feeds.jira import JiraFeed, open_feed
from breakwater.feeds.records import END, CursorRefusedFault, FeedFault, Part

WINDOW = Window(1793635200, 1793721600)
"""2026-11-02 16:00 UTC and 24 hours."""
SEARCH = "/rest/api/3/search/jql"
BEFORE, INSIDE, LATER, AFTER = (
    "2026-11-02T15:59:59.999+0000",
    "2026-11-03T09:00:00.000+0800",
    "2026-11-03T15:59:59.999+0000",
    "2026-11-04T00:00:00.000+0800",
)


def source(**changes: Any) -> JiraSource:  # noqa: ANN401  values of a YAML file
    """Return the source of a project."""
    named = {
        "kind": "jira",
        "connection": "far_end",
        "jql": "project = MOD",
        "sla": False,
        "limits": QUICK.model_dump(),
    }
    return JiraSource.model_validate(named | changes)


def feed(far_end: FarEnd, **changes: Any) -> JiraFeed:  # noqa: ANN401  values of a YAML file
    """Return the feed of an account with an API token."""
    connection = far_end.connection(login="a@example.com", password="t" * 3)
    return JiraFeed(source(**changes), connection, FakeTime().waiting)


def change(number: int, at: str, *items: tuple[str, str, str]) -> dict[str, Any]:
    """Return an entry of a change log: field, from, to."""
    return {
        "id": str(number),
        "created": at,
        "author": {"accountId": "5b1", "accountType": "atlassian"},
        "items": [
            {"field": field, "fromString": before, "toString": after}
            for field, before, after in items
        ],
    }


def issue(
    number: int, created: str, *histories: dict[str, Any], total: int | None = None
) -> dict[str, Any]:
    """Return an issue as a search sends it, its change log newest first."""
    return {
        "expand": "operations,changelog",
        "id": str(10000 + number),
        "key": f"MOD-{number}",
        "fields": {"created": created, "status": {"name": "Closed"}},
        "changelog": {
            "startAt": 0,
            "maxResults": len(histories),
            "total": len(histories) if total is None else total,
            "histories": list(reversed(histories)),
        },
    }


def read(far_end: FarEnd, *issues: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401  values of a YAML file
    """Return the records of a search that finds these issues."""
    far_end.on(SEARCH, Reply({"issues": list(issues), "isLast": True}))
    [part] = feed(far_end, **changes).parts(WINDOW, None)
    return [dict(record) for record in part.records]


def ids(record: dict[str, Any]) -> list[str]:
    """Return the ids of a record's entries."""
    return [each["id"] for each in record["changelog"]["histories"]]


def test_the_search_has_a_start_in_milliseconds_and_no_end(far_end: FarEnd) -> None:
    """A date would be one of the asker's profile; an end would miss what was touched again."""
    read(far_end, jql="project = MOD OR project = OLD")
    query = far_end.asked[0].query
    assert query["jql"] == (
        "(project = MOD OR project = OLD) AND updated >= 1793635140000"
        " ORDER BY created ASC, key ASC"
    )
    assert query["expand"] == "changelog"
    assert query["fields"] == "created,updated,status,priority,issuetype,labels"
    read(far_end, fields=["labels"])
    assert far_end.asked[1].query["fields"] == "labels,created,status"


def test_only_what_happened_in_the_window_is_kept(far_end: FarEnd) -> None:
    """To the millisecond, in the order in which it happened."""
    status = ("status", "Open", "Closed")
    [record] = read(
        far_end,
        issue(
            1,
            BEFORE,
            change(1, BEFORE, status),
            change(2, INSIDE, status),
            change(3, LATER, status),
            change(4, AFTER, status),
        ),
        issue(2, BEFORE, change(5, AFTER, status)),
        issue(3, AFTER),
    )
    assert (record["key"], ids(record)) == ("MOD-1", ["2", "3"])
    assert "expand" not in record


def test_a_request_that_was_created_in_the_window_begins_with_its_first_status(
    far_end: FarEnd,
) -> None:
    """Which Jira's log does not say: it is what the first change came from."""
    moved = issue(
        1,
        INSIDE,
        change(1, LATER, ("assignee", "", "me")),
        change(2, AFTER, ("priority", "", "High"), ("status", "Waiting", "Closed")),
    )
    [first, second] = read(far_end, moved, issue(2, INSIDE))
    assert ids(first) == ["10001-created", "1"]
    assert first["changelog"]["histories"][0] == {
        "id": "10001-created",
        "created": INSIDE,
        "derived": True,
        "items": [{"field": "status", "fromString": None, "toString": "Waiting"}],
    }
    assert second["changelog"]["histories"][0]["items"][0]["toString"] == "Closed"


@pytest.mark.parametrize("told", ["isLast", "total"])
def test_a_change_log_that_was_cut_is_read_as_a_whole(far_end: FarEnd, told: str) -> None:
    """A search sends the newest entries only; the rest is on pages that say where they end."""
    every = [change(n, INSIDE, ("status", str(n), str(n + 1))) for n in range(5)]

    def log(asked: Asked) -> Reply:
        start = int(asked.query["startAt"])
        page = every[start : start + 2]
        end = {"total": 5, "isLast": start + len(page) >= 5}
        return Reply({"values": page, "startAt": start, told: end[told]})

    far_end.on("/rest/api/3/issue/10001/changelog", log)
    [record] = read(far_end, issue(1, BEFORE, *every[3:], total=5))
    assert ids(record) == ["0", "1", "2", "3", "4"]
    assert len(far_end.asked) == 4


@pytest.mark.parametrize("is_cut", [False, True])
@pytest.mark.parametrize("own", [{}, {"id": None}, {"id": ""}, {"id": {}}])
def test_entries_of_a_change_log_without_an_id_are_refused(
    far_end: FarEnd, own: dict[str, Any], is_cut: bool
) -> None:
    """Nobody could tell one from the other: all of them would be taken for one."""
    nameless = [
        {name: value for name, value in change(number, INSIDE).items() if name != "id"} | own
        for number in (1, 2)
    ]
    far_end.on("/rest/api/3/issue/10001/changelog", Reply({"values": nameless, "isLast": True}))
    with pytest.raises(FeedFault, match="as 'id' of every record") as raised:
        read(far_end, issue(1, BEFORE, *nameless, total=3 if is_cut else 2))
    assert raised.value.is_shape
    assert not raised.value.transient


def test_a_search_without_a_change_log_asks_for_it(far_end: FarEnd) -> None:
    """Whether it was not sent or there is none cannot be told otherwise."""
    far_end.on(
        "/rest/api/3/issue/10001/changelog", Reply({"values": [change(1, INSIDE)], "isLast": True})
    )
    without = {name: value for name, value in issue(1, BEFORE).items() if name != "changelog"}
    [record] = read(far_end, without)
    assert ids(record) == ["1"]


def test_pages_follow_their_tokens(far_end: FarEnd) -> None:
    """And a token that was kept too long begins the day anew."""
    pages = {
        None: Reply({"issues": [issue(1, INSIDE)], "nextPageToken": "abc", "isLast": False}),
        "abc": Reply({"issues": [issue(2, INSIDE)], "isLast": True}),
    }
    far_end.on(
        SEARCH, lambda asked: pages.get(asked.query.get("nextPageToken"), Reply({"e": 1}, 400))
    )
    parts = list(feed(far_end).parts(WINDOW, None))
    assert [[each["key"] for each in part.records] for part in parts] == [["MOD-1"], ["MOD-2"]]
    assert [part.cursor for part in parts] == [{"cursor": "abc"}, END]
    assert keys(list(feed(far_end).parts(WINDOW, parts[0].cursor))) == ["MOD-2"]
    with pytest.raises(CursorRefusedFault):
        list(feed(far_end).parts(WINDOW, {"cursor": "forgotten"}))


def keys(parts: Sequence[Part]) -> list[str]:
    """Return the keys of all records."""
    return [record["key"] for part in parts for record in part.records]


def cycle(**more: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
    """Return a cycle of an SLA as Jira sends it."""
    at = {"iso8601": "2026-11-03T09:00:00+0800", "friendly": "Today 9:00", "epochMillis": 1}
    return {
        "startTime": at,
        "breached": False,
        "goalDuration": {"millis": 7200000, "friendly": "2h"},
        "elapsedTime": {"millis": 60000, "friendly": "1m"},
        "remainingTime": {"millis": 7140000, "friendly": "1h 59m"},
    } | more


def test_slas_say_what_holds_at_whatever_moment(far_end: FarEnd) -> None:
    """What is counted as of now would make every answer another content."""
    path = "/rest/servicedeskapi/request/10001/sla"
    first = {
        "id": "1",
        "name": "Time to first response",
        "_links": {"self": "x"},
        "completedCycles": [cycle(breached=True)],
        "ongoingCycle": cycle(paused=True, withinCalendarHours=False),
    }
    pages = [
        {"values": [first], "isLastPage": False},
        {"values": [{"id": "2", "completedCycles": []}], "isLastPage": True},
    ]
    far_end.on(path, lambda asked: Reply(pages[int(asked.query["start"])]))
    [record] = read(far_end, issue(1, INSIDE), sla=True)
    [response, other] = record["sla"]
    [completed] = response["completedCycles"]
    assert completed["elapsedTime"] == {"millis": 60000}
    assert completed["breached"] is True
    assert set(response["ongoingCycle"]) == {"startTime", "breached", "goalDuration", "paused"}
    assert response["ongoingCycle"]["startTime"] == {
        "iso8601": "2026-11-03T09:00:00+0800",
        "epochMillis": 1,
    }
    assert "_links" not in response
    assert other["id"] == "2"


def test_an_issue_that_is_no_request_has_no_slas(far_end: FarEnd) -> None:
    """404 says so; 403 says that we may not ask."""
    path = "/rest/servicedeskapi/request/10001/sla"
    far_end.on(path, Reply({}, 404))
    [record] = read(far_end, issue(1, INSIDE), sla=True)
    assert record["sla"] == []
    far_end.on(path, Reply({}, 403))
    with pytest.raises(FeedFault, match=re.escape(f"403 at '{path}'")):
        read(far_end, issue(1, INSIDE), sla=True)


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "1"},
        {"id": "1", "fields": {}, "changelog": {"total": 0, "histories": []}},
        {"id": "../x", "fields": {"created": INSIDE}, "changelog": {"total": 9, "histories": []}},
        {
            "id": "1",
            "fields": {"created": INSIDE},
            "changelog": {"total": 1, "histories": [{"id": "1"}]},
        },
        {"id": "1", "fields": {"created": INSIDE}, "changelog": {"total": 1, "histories": ["x"]}},
    ],
)
def test_an_issue_of_another_shape_is_refused(far_end: FarEnd, odd: dict[str, Any]) -> None:
    """Nor does an id lead to another path."""
    with pytest.raises(FeedFault) as raised:
        read(far_end, odd)
    assert raised.value.is_shape


@pytest.mark.parametrize("jql", ["project = MOD ORDER BY key", "project = MOD order  by key DESC"])
def test_a_query_with_an_order_of_its_own_is_refused(far_end: FarEnd, jql: str) -> None:
    """An order that moves while it is paged loses requests."""
    with pytest.raises(FeedFault, match="without ORDER BY"):
        open_feed(source(jql=jql), far_end.connection())
    assert open_feed(source(), far_end.connection()).identity({"id": "7", "key": "A-1"}) == "7"
