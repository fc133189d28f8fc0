"""Ozone's queries: cursors, sessions of atproto, the window's edges."""

from collections.abc import Sequence
from typing import Any

import pytest
from far_end import QUICK, Asked, FakeTime, FarEnd, Reply

from breakwater.contracts.source import OzoneSource
from breakwater.core.days import Window
from breakwater.core.vocabulary import Total
from breakwater.feeds.ozone import OzoneFeed, open_feed
from breakwater.feeds.records import END, FeedFault, Part
from breakwater.warehouse.connections import FeedConnection

WINDOW = Window(1793635200, 1793721600)
ACTIVITIES = "/xrpc/tools.ozone.report.queryActivities"
EVENTS = "/xrpc/tools.ozone.moderation.queryEvents"
SESSION = "/xrpc/com.atproto.server.createSession"
SECRET = "app-" + "pass-word"


def activity(number: int, at: str, kind: str = "closeActivity", **more: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
    """Return an activity with the fields that its lexicon requires."""
    return {
        "id": number,
        "reportId": 100 + number,
        "activity": {"$type": f"tools.ozone.report.defs#{kind}", "previousStatus": "queued"},
        "isAutomated": False,
        "createdBy": "did:plc:moderator",
        "createdAt": at,
    } | more


def admin(far_end: FarEnd) -> FeedConnection:
    """Return the connection of the service's own administrator."""
    return far_end.connection(login="admin", password=SECRET)


def feed(
    connection: FeedConnection, stream: str = "report_activities", **more: object
) -> OzoneFeed:
    """Return the feed of a stream."""
    named = {
        "kind": "ozone",
        "connection": "far_end",
        "stream": stream,
        "limits": QUICK.model_dump(),
        **more,
    }
    return OzoneFeed(OzoneSource.model_validate(named), connection, FakeTime().waiting)


def numbers(parts: Sequence[Part]) -> list[list[int]]:
    """Return the ids of each part."""
    return [[each["id"] for each in part.records] for part in parts]


def test_activities_are_asked_for_by_cursor_oldest_first(far_end: FarEnd) -> None:
    """The bounds are a second wider than the window, which decides."""
    pages = {
        None: Reply(
            {
                "activities": [
                    activity(1, "2026-11-02T15:59:59.999Z"),
                    activity(2, "2026-11-02T16:00:00.000Z"),
                ],
                "cursor": "2",
            }
        ),
        "2": Reply(
            {
                "activities": [
                    activity(3, "2026-11-03T23:59:59.9999999+08:00"),
                    activity(4, "2026-11-03T16:00:00Z"),
                ]
            }
        ),
    }
    far_end.on(ACTIVITIES, lambda asked: pages[asked.query.get("cursor")])
    parts = list(feed(admin(far_end)).parts(WINDOW, None))
    assert numbers(parts) == [[2], [3]]
    assert [part.cursor for part in parts] == [{"cursor": "2"}, END]
    assert far_end.asked[0].query == {
        "createdAfter": "2026-11-02T15:59:59.000Z",
        "createdBefore": "2026-11-03T16:00:01.000Z",
        "sortDirection": "asc",
        "limit": "100",
    }
    assert numbers(list(feed(admin(far_end)).parts(WINDOW, {"cursor": "2"}))) == [[3]]


def test_moderation_events_are_a_stream_of_their_own(far_end: FarEnd) -> None:
    """Asked for in the same way, found elsewhere."""
    takedown = {
        "id": 7,
        "event": {"$type": "tools.ozone.moderation.defs#modEventTakedown"},
        "subject": {"$type": "com.atproto.admin.defs#repoRef", "did": "did:plc:x"},
        "subjectBlobCids": [],
        "createdBy": "did:plc:moderator",
        "createdAt": "2026-11-03T01:00:00.000Z",
    }
    far_end.on(EVENTS, Reply({"events": [takedown]}))
    [part] = feed(admin(far_end), "moderation_events").parts(WINDOW, None)
    assert list(part.records) == [takedown]


class Pds:
    """An account's own server: opens sessions and passes queries on."""

    def __init__(self, far_end: FarEnd) -> None:
        """Serve sessions; each makes the one before expire."""
        self.sessions = 0
        far_end.on(SESSION, self._open)
        far_end.on(ACTIVITIES, self._query)

    def _open(self, _: Asked) -> Reply:
        self.sessions += 1
        return Reply({"did": "did:plc:me", "accessJwt": f"jwt-{self.sessions}", "refreshJwt": "r"})

    def _query(self, asked: Asked) -> Reply:
        if asked.headers["Authorization"] != f"Bearer jwt-{self.sessions}":
            return Reply({"error": "ExpiredToken", "message": "Token has expired"}, 400)
        if asked.query.get("cursor") is None:
            self.sessions += 1  # the session expires between two pages
            return Reply({"activities": [activity(1, "2026-11-03T01:00:00Z")], "cursor": "1"})
        return Reply({"activities": [activity(2, "2026-11-03T02:00:00Z")]})


def member(far_end: FarEnd) -> FeedConnection:
    """Return the connection of an account of the team."""
    return far_end.connection(
        login="team.example", password=SECRET, extra={"service_did": "did:plc:ozone"}
    )


def test_a_member_of_the_team_asks_by_way_of_its_own_server(far_end: FarEnd) -> None:
    """A session that expires on the way is opened anew: atproto says so with 400."""
    Pds(far_end)
    assert numbers(list(feed(member(far_end)).parts(WINDOW, None))) == [[1], [2]]
    first = far_end.asked_for(ACTIVITIES)[0]
    assert first.headers["atproto-proxy"] == "did:plc:ozone#atproto_labeler"
    assert first.headers["Authorization"] == "Bearer jwt-1"
    assert len(far_end.asked_for(SESSION)) == 2
    assert SECRET.encode() in far_end.asked_for(SESSION)[0].body


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"error": "AuthenticationRequired"}, 401),
        Reply({"error": "AccountTakedown"}, 400),
    ],
)
def test_a_session_that_is_refused_is_a_matter_of_configuration(
    far_end: FarEnd, reply: Reply
) -> None:
    """The app password was revoked; it is not shown."""
    far_end.on(SESSION, reply)
    with pytest.raises(FeedFault, match="a session for the login of connection far_end") as raised:
        list(feed(member(far_end)).parts(WINDOW, None))
    assert not raised.value.transient
    assert SECRET not in str(raised.value)


def test_another_400_is_no_expired_session(far_end: FarEnd) -> None:
    """A query that is refused is refused once."""
    Pds(far_end)
    far_end.on(ACTIVITIES, Reply({"error": "InvalidRequest"}, 400))
    with pytest.raises(FeedFault, match="400"):
        list(feed(member(far_end)).parts(WINDOW, None))
    assert len(far_end.asked_for(ACTIVITIES)) == 1


@pytest.mark.parametrize("at", ["", "yesterday", "2026-11-03T01:00:00", None, 5])
def test_an_activity_without_an_instant_is_refused(far_end: FarEnd, at: Any) -> None:  # noqa: ANN401  any JSON
    """It would belong to no day."""
    far_end.on(ACTIVITIES, Reply({"activities": [activity(1, at)]}))
    with pytest.raises(FeedFault, match="'createdAt' of every record") as raised:
        list(feed(admin(far_end)).parts(WINDOW, None))
    assert raised.value.is_shape


def test_records_are_told_apart_by_their_ids(far_end: FarEnd) -> None:
    """Whatever else they say."""
    opened = open_feed(feed(admin(far_end)).source, admin(far_end))
    assert opened.identity(activity(1, "a")) == opened.identity(activity(1, "b"))
    assert opened.identity({"id": 1}) != opened.identity({"id": 2})


@pytest.mark.parametrize("odd", [{}, {"id": None}, {"id": ""}, {"id": [1]}, {"id": True}])
def test_a_record_without_an_id_is_refused(far_end: FarEnd, odd: dict[str, Any]) -> None:
    """Two of them would be taken for one that came twice."""
    with pytest.raises(FeedFault, match="'id' of every record") as raised:
        feed(admin(far_end)).identity(odd)
    assert raised.value.is_shape


STATISTICS = "/xrpc/tools.ozone.report.getHistoricalStats"
UTC_DAY = Window(1793664000, 1793750400)
"""2026-11-03 in UTC."""


def test_the_services_own_statistics_of_the_day_are_totals(far_end: FarEnd) -> None:
    """Only the day's row counts, and only numbers that are there."""
    of_day = {"date": "2026-11-03", "inboundCount": 12, "actionedCount": 9, "actionRate": 75}
    far_end.on(STATISTICS, lambda _: Reply({"stats": [of_day | {"date": "2026-11-04"}, of_day]}))
    totals = feed(admin(far_end), totals=True).totals(UTC_DAY)
    assert totals == {Total.INCOMING: 12, Total.SOLVED: 9}
    assert far_end.asked[0].query == {
        "startDate": "2026-11-03T00:00:00.000Z",
        "endDate": "2026-11-03T23:59:59.000Z",
        "limit": "100",
    }


@pytest.mark.parametrize(
    "stats",
    [
        [],
        [{"date": "2026-11-02", "inboundCount": 1}],
        [{"date": "2026-11-03", "inboundCount": 1, "computedAt": "2026-11-03T23:00:00Z"}],
    ],
    ids=["none", "another_day", "computed_before_its_end"],
)
def test_statistics_that_do_not_tell_of_the_whole_day_are_no_totals(
    far_end: FarEnd, stats: list[dict[str, Any]]
) -> None:
    """Nothing is compared rather than something else."""
    far_end.on(STATISTICS, lambda _: Reply({"stats": stats}))
    assert feed(admin(far_end), totals=True).totals(UTC_DAY) == {}


def test_nobody_asks_for_statistics_unless_the_contract_does(far_end: FarEnd) -> None:
    """A service may be older than the query."""
    assert feed(admin(far_end)).totals(UTC_DAY) == {}
    assert far_end.asked == []
