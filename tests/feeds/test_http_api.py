"""A JSON service that the contract alone describes: windows, lists, and every kind of paging."""

import dataclasses
import itertools
from typing import Any

import pytest
from far_end import QUICK, Asked, FakeTime, FarEnd, Reply

from breakwater.contracts.source import HttpSource
from breakwater.core.days import Window
from breakwater.feeds.http_api import HttpApi, open_feed, with_window
from breakwater.feeds.records import END, Cursor, CursorRefusedFault, FeedFault, Part

WINDOW = Window(1793635200, 1793721600)
"""3 November 2026 in Singapore: 2026-11-02 16:00 UTC and 24 hours."""


def api(far_end: FarEnd, **changes: Any) -> HttpApi:  # noqa: ANN401  values of a YAML file
    """Return the feed of a service that lists things."""
    source = {
        "kind": "http",
        "connection": "far_end",
        "path": "v1/things",
        "records": "data.things",
        "limits": QUICK.model_dump(),
    }
    return HttpApi(
        HttpSource.model_validate(source | changes), far_end.connection(), FakeTime().waiting
    )


def page(*numbers: int, **more: Any) -> Reply:  # noqa: ANN401  any JSON
    """Return a page of things."""
    return Reply({"data": {"things": [{"id": n} for n in numbers]}} | more)


def ids(parts: list[Part]) -> list[list[int]]:
    """Return the ids of each part."""
    return [[each["id"] for each in part.records] for part in parts]


def read(feed: HttpApi, after: Cursor | None = None) -> list[Part]:
    """Ask for everything."""
    return list(feed.parts(WINDOW, after))


def test_the_window_is_asked_for_as_the_contract_spells_it(far_end: FarEnd) -> None:
    """UTC, by any format, or seconds; other braces stay."""
    far_end.on("/v1/things", page(1))
    parameters = {
        "from": "{start:%Y-%m-%dT%H:%M:%SZ}",
        "to": "{end:epoch}",
        "filter": '{"a": "{b}"}',
        "both": "{start:epoch}..{end:epoch}",
    }
    read(api(far_end, parameters=parameters))
    assert far_end.asked[0].query == {
        "from": "2026-11-02T16:00:00Z",
        "to": "1793721600",
        "filter": '{"a": "{b}"}',
        "both": "1793635200..1793721600",
    }
    assert with_window("{day:%Y}", WINDOW) == "{day:%Y}"


def test_one_answer_may_hold_everything(far_end: FarEnd) -> None:
    """It is the last part."""
    far_end.on("/v1/things", page(1, 2))
    [part] = read(api(far_end))
    assert (ids([part]), part.cursor) == ([[1, 2]], END)


def test_the_answer_itself_may_be_the_list(far_end: FarEnd) -> None:
    """Many small services answer so."""
    far_end.on("/v1/things", Reply([{"id": 1}]))
    assert ids(read(api(far_end, records=""))) == [[1]]


def test_pages_by_number_end_with_an_empty_one(far_end: FarEnd) -> None:
    """And go on after a part that was read before."""
    far_end.on(
        "/v1/things", lambda asked: {"0": page(1, 2), "1": page(3)}.get(asked.query["p"], page())
    )
    paging = {"kind": "page", "parameter": "p", "first": 0}
    parts = read(api(far_end, paging=paging))
    assert ids(parts) == [[1, 2], [3], []]
    assert [part.cursor for part in parts] == [{"page": 1}, {"page": 2}, END]
    far_end.asked.clear()
    assert ids(read(api(far_end, paging=paging), parts[0].cursor)) == [[3], []]
    assert [asked.query["p"] for asked in far_end.asked] == ["1", "2"]


def by_cursor(asked: Asked) -> Reply:
    """Answer with three pages, by cursor."""
    pages = {
        None: page(1, next={"token": "b"}),
        "b": page(2, next={"token": 7}),
        "7": page(3, next={"token": ""}),
    }
    return pages.get(asked.query.get("after"), Reply({}, 410))


CURSOR = {"kind": "cursor", "parameter": "after", "field": "next.token"}


def test_pages_by_cursor_end_without_one(far_end: FarEnd) -> None:
    """Empty, null and absent are all the end."""
    far_end.on("/v1/things", by_cursor)
    parts = read(api(far_end, paging=CURSOR, parameters={"since": "{start:epoch}"}))
    assert ids(parts) == [[1], [2], [3]]
    assert [asked.query["since"] for asked in far_end.asked] == ["1793635200"] * 3
    assert ids(read(api(far_end, paging=CURSOR), parts[1].cursor)) == [[3]]


@pytest.mark.parametrize("last", [{}, {"next": None}, {"next": {"token": None}}, {"next": []}])
def test_a_cursor_that_is_not_there_is_the_end(far_end: FarEnd, last: dict[str, Any]) -> None:
    """However it is not there."""
    far_end.on("/v1/things", page(1, **last))
    assert ids(read(api(far_end, paging=CURSOR))) == [[1]]


def test_a_cursor_kept_too_long_is_asked_for_anew(far_end: FarEnd) -> None:
    """Only one that was kept: the same answer to a fresh one is a refusal."""
    far_end.on("/v1/things", by_cursor)
    with pytest.raises(CursorRefusedFault, match="410"):
        read(api(far_end, paging=CURSOR), {"cursor": "forgotten"})
    far_end.on("/v1/things", page(1, next={"token": "x"}), Reply({}, 410))
    with pytest.raises(FeedFault, match="410") as raised:
        read(api(far_end, paging=CURSOR))
    assert not isinstance(raised.value, CursorRefusedFault)


@pytest.mark.parametrize("tokens", [["a", "a"], ["a", "b", "a"], ["a", "b", "c", "b"]])
def test_a_cursor_that_comes_again_is_refused(far_end: FarEnd, tokens: list[str]) -> None:
    """A circle would be read for ever."""
    number = itertools.count()
    pages = [page(n, next={"token": token}) for n, token in enumerate(tokens)]
    far_end.on("/v1/things", lambda _: pages[min(next(number), len(pages) - 1)])
    with pytest.raises(FeedFault, match="comes again") as raised:
        read(api(far_end, paging=CURSOR))
    assert raised.value.is_shape
    assert len(far_end.asked) == len(tokens)


def test_pages_that_are_all_the_same_are_refused(far_end: FarEnd) -> None:
    """A service that ignores the number answers with its first page for ever."""
    far_end.on("/v1/things", page(1, 2))
    with pytest.raises(FeedFault, match="same page twice"):
        read(api(far_end, paging={"kind": "page"}))
    assert len(far_end.asked) == 2


def test_pages_that_never_end_are_given_up_in_time(far_end: FarEnd) -> None:
    """New records for ever: the contract's limit of time ends it."""
    number, time = itertools.count(), FakeTime()

    def answer(_: Asked) -> Reply:
        time.now += 100
        return page(next(number))

    far_end.on("/v1/things", answer)
    feed = api(far_end, paging={"kind": "page"})
    with pytest.raises(FeedFault, match="total_seconds") as raised:
        read(HttpApi(feed.source, feed.connection, time.waiting))
    assert raised.value.transient


@pytest.mark.parametrize("token", [{"a": 1}, [1], 1.5, True])
def test_a_cursor_that_is_none_is_refused(far_end: FarEnd, token: object) -> None:
    """It could not be sent as it was told."""
    far_end.on("/v1/things", page(1, next={"token": token}))
    with pytest.raises(FeedFault, match="cursor that is a text"):
        read(api(far_end, paging=CURSOR))


def test_pages_by_link_are_followed_as_they_are(far_end: FarEnd) -> None:
    """The link holds its own parameters; other relations are none of ours."""
    first = '</v1/things?page=2&since=x>; rel="next", </v1/things?page=9>; rel="last"'
    far_end.on(
        "/v1/things",
        lambda asked: (
            page(2)
            if asked.query.get("page") == "2"
            else Reply({"data": {"things": [{"id": 1}]}}, headers={"Link": first})
        ),
    )
    parts = read(api(far_end, paging={"kind": "link"}, parameters={"size": "1"}))
    assert ids(parts) == [[1], [2]]
    assert [asked.query for asked in far_end.asked] == [{"size": "1"}, {"page": "2", "since": "x"}]
    far_end.asked.clear()
    assert ids(read(api(far_end, paging={"kind": "link"}), parts[0].cursor)) == [[2]]


@pytest.mark.parametrize(
    "link", ["https://evil.example/x", "//evil.example/", "http://[", "file:/x"]
)
def test_a_link_elsewhere_is_refused(far_end: FarEnd, link: str) -> None:
    """The token is for this host alone."""
    reply = Reply({"data": {"things": []}}, headers={"Link": f'<{link}>; rel="next"'})
    far_end.on("/v1/things", reply)
    with pytest.raises(FeedFault, match=r"a link to http://127\.0\.0\.1") as raised:
        read(api(far_end, paging={"kind": "link"}))
    assert not raised.value.transient
    assert len(far_end.asked) == 1


def test_a_link_whose_path_looks_like_a_host_stays_on_the_service(far_end: FarEnd) -> None:
    """Two slashes begin a path here, and a host where links are joined."""
    with FarEnd() as other:
        path = other.address.removeprefix("http:") + "/internal"
        first = Reply(
            {"data": {"things": [{"id": 1}]}},
            headers={"Link": f'<{far_end.address}{path}>; rel="next"'},
        )
        far_end.on("/v1/things", first)
        far_end.on(path[1:], page(2))  # as it is sent: slashes at the start become one
        password = "x" * 9
        feed = dataclasses.replace(
            api(far_end, paging={"kind": "link"}, authentication={"kind": "bearer"}),
            connection=far_end.connection(password=password),
        )
        parts = read(feed)
        assert ids(parts) == [[1], [2]]
        assert ids(read(feed, parts[0].cursor)) == [[2]]
        assert other.asked == []
    assert [asked.headers["Authorization"] for asked in far_end.asked] == [f"Bearer {password}"] * 3


@pytest.mark.parametrize("kept", ["@127.0.0.1:{port}/x", "\\@127.0.0.1:{port}/x", "9/x", ".evil/"])
def test_a_link_that_was_kept_and_leads_elsewhere_is_not_followed(
    far_end: FarEnd, kept: str
) -> None:
    """What is read back from the warehouse is judged again; the day is asked for from its start."""
    with FarEnd() as other:
        link = kept.format(port=other.address.rpartition(":")[2])
        with pytest.raises(CursorRefusedFault, match="leads elsewhere"):
            read(api(far_end, paging={"kind": "link"}), {"link": link})
        assert other.asked == far_end.asked == []


def test_a_link_to_itself_is_refused(far_end: FarEnd) -> None:
    """A circle, again."""
    number = itertools.count()
    far_end.on(
        "/v1/things",
        lambda _: Reply(
            {"data": {"things": [{"id": next(number)}]}},
            headers={"Link": '</v1/things?page=2>; rel="next"'},
        ),
    )
    with pytest.raises(FeedFault, match="comes again"):
        read(api(far_end, paging={"kind": "link"}))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"data": {}}, "NoneType"),
        ({"data": {"things": {}}}, "dict"),
        ([], "NoneType"),
        ({"data": {"things": [{"id": 1}, "two"]}}, "str"),
        ({"error": "no such day"}, "NoneType"),
    ],
)
def test_an_answer_without_a_list_of_objects_is_refused(
    far_end: FarEnd, said: object, found: str
) -> None:
    """An error that is told with status 200 is no empty day."""
    far_end.on("/v1/things", Reply(said))
    with pytest.raises(FeedFault, match=found) as raised:
        read(api(far_end))
    assert raised.value.is_shape


def test_a_feed_asks_nothing_before_its_parts_are_read(far_end: FarEnd) -> None:
    """Opening one is free."""
    feed = api(far_end)
    open_feed(feed.source, feed.connection).parts(WINDOW, None)
    assert far_end.asked == []
