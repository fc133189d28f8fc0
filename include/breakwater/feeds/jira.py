"""Jira Service Management: requests with what changed in them in a window, and their SLA cycles.

Jira searches by the last update only: a request that was updated again after the window is found
by a search without an end, and what happened outside the window is taken out of its change log.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from breakwater.contracts.source import Cursor as CursorPaging
from breakwater.contracts.source import JiraSource
from breakwater.core.days import Window
from breakwater.feeds.http.answer import StatusFault
from breakwater.feeds.http.authentication import login_or_token
from breakwater.feeds.http.authenticator import Authenticator
from breakwater.feeds.http.client import HttpClient
from breakwater.feeds.http.paging import Listing, at_path, records_at
from breakwater.feeds.http.waiting import REAL, Waiting
from breakwater.feeds.instants import text_at
from breakwater.feeds.records import Cursor, FeedFault, Part, own_id
from breakwater.warehouse.connections import FeedConnection

PAGE = 50
HISTORIES, CYCLES = 100, 50
"""Entries of a page of a change log, and of the SLAs of a request."""
EARLIER_SECONDS = 60
"""The index of a search is as of the minute; the change log decides to the second."""
NEEDED = ("created", "status")
"""Fields without which nobody knows how a request began."""
_ORDERED = re.compile(r"\border\s+by\b", re.IGNORECASE)
_NOT_FOUND = 404
_RELATIVE = frozenset({"elapsedTime", "remainingTime", "withinCalendarHours"})
"""What Jira says of a cycle that runs, as of the moment of asking: no two answers are equal."""


@dataclass(frozen=True, slots=True)
class JiraFeed:
    """The requests of a query."""

    source: JiraSource
    connection: FeedConnection
    waiting: Waiting = REAL

    def parts(self, window: Window, after: Cursor | None) -> Iterator[Part]:
        """Ask for page after page of requests, and for the rest of each; a page is a part."""
        client = HttpClient.of(self.connection, self.source.limits, self.waiting)
        with closing(client):
            asked = _Asked(client, login_or_token(self.connection), window, self.source.sla)
            listing = Listing(
                client=client,
                authenticator=asked.who,
                path="rest/api/3/search/jql",
                parameters={
                    "jql": _with_window(self.source.jql, window),
                    "fields": ",".join(dict.fromkeys((*self.source.fields, *NEEDED))),
                    "expand": "changelog",
                    "maxResults": str(PAGE),
                },
                records="issues",
            )
            paging = CursorPaging(kind="cursor", parameter="nextPageToken", field="nextPageToken")
            for part in listing.parts(paging, after):
                yield Part(list(asked.complete(part.records)), part.cursor)

    def identity(self, record: Mapping[str, Any]) -> str:
        """Name a request by its id: its key changes when it moves to another project."""
        return own_id(record)


def open_feed(source: JiraSource, connection: FeedConnection) -> JiraFeed:
    """Return the feed; nothing is asked yet.

    Raises:
        FeedFault: the query orders its result, which is the feed's to do.
    """
    if _ORDERED.search(source.jql):
        raise FeedFault(transient=False, expected="a jql without ORDER BY", found="one that orders")
    return JiraFeed(source, connection)


def _with_window(jql: str, window: Window) -> str:
    """Return the query of all that may have changed in a window, in an order that stands still.

    Milliseconds, since a date in JQL is one of the time zone in the profile of whoever asks.
    """
    since = (window.start - EARLIER_SECONDS) * 1000
    return f"({jql}) AND updated >= {since} ORDER BY created ASC, key ASC"


@dataclass(frozen=True, slots=True)
class _Asked:
    """One fetch: who asks whom for which window."""

    client: HttpClient
    who: Authenticator
    window: Window
    sla: bool

    def complete(self, issues: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield the issues to which something happened in the window, with all of it."""
        for issue in issues:
            fields = issue.get("fields")
            if not isinstance(fields, dict):
                raise _odd(expected="fields of every issue", found=fields)
            every = sorted(self._histories(issue), key=_instant)
            inside = [each for each in every if _instant(each) in self.window]
            if text_at(fields, "created") in self.window:
                inside.insert(0, _creation(issue, fields, every))
            if inside:
                more = {"sla": self._slas(issue)} if self.sla else {}
                kept = {name: value for name, value in issue.items() if name != "expand"}
                yield kept | {"changelog": {"histories": inside}} | more

    def _histories(self, issue: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return a whole change log; a search sends its newest entries only."""
        sent = at_path(issue, "changelog.histories") or []
        total = at_path(issue, "changelog.total")
        if isinstance(total, int) and isinstance(sent, list) and total <= len(sent):
            entries = records_at(issue, "changelog.histories") if sent else []
            return list(_by_id(entries).values())
        found: dict[str, dict[str, Any]] = {}
        path = f"rest/api/3/issue/{_id(issue)}/changelog"
        for page in self._pages(path, "startAt", "maxResults", HISTORIES, "isLast"):
            found |= _by_id(page)
        return list(found.values())

    def _slas(self, issue: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the SLAs of a request; none of an issue that is no request."""
        path = f"rest/servicedeskapi/request/{_id(issue)}/sla"
        try:
            pages = list(self._pages(path, "start", "limit", CYCLES, "isLastPage"))
        except StatusFault as fault:
            if fault.status == _NOT_FOUND:
                return []
            raise
        return [_standing(each) for page in pages for each in page]

    def _pages(
        self, path: str, start: str, limit: str, size: int, last: str
    ) -> Iterator[list[dict[str, Any]]]:
        """Yield the pages of a list that is told by offsets."""
        offset = 0
        while True:
            said = self.client.ask(
                path, {start: str(offset), limit: str(size)}, authenticator=self.who
            )
            page = records_at(said, "values")
            yield page
            offset += len(page)
            if not page or _is_last(said, last, offset, len(page) < size):
                return


def _is_last(said: Mapping[str, Any], name: str, so_far: int, is_short: bool) -> bool:
    """Tell whether a page is the last: as it says, or else by the total, or else by its size."""
    told, total = said.get(name), said.get("total")
    if isinstance(told, bool):
        return told
    return so_far >= total if isinstance(total, int) else is_short


def _creation(
    issue: Mapping[str, Any],
    fields: Mapping[str, Any],
    histories: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the entry that Jira's change log lacks: how the request began.

    Its first status is what the first change of status came from, or else the one that it has.
    """
    changes = (
        item
        for each in histories
        for item in each.get("items") or ()
        if isinstance(item, dict) and item.get("field") == "status"
    )
    first = next(changes, None)
    status = at_path(fields, "status.name") if first is None else first.get("fromString")
    return {
        "id": f"{_id(issue)}-created",
        "created": fields["created"],
        "derived": True,
        "items": [{"field": "status", "fromString": None, "toString": status}],
    }


def _standing(sla: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an SLA says that holds at whatever moment it is asked for."""
    kept = {name: value for name, value in sla.items() if name != "_links"}
    running = kept.get("ongoingCycle")
    if isinstance(running, dict):
        kept["ongoingCycle"] = {
            name: value for name, value in running.items() if name not in _RELATIVE
        }
    whole: dict[str, Any] = _without_words(kept)
    return whole


def _without_words(value: Any) -> Any:  # noqa: ANN401  any JSON
    """Leave out the friendly spellings: "Today 10:00" is another one tomorrow."""
    if isinstance(value, dict):
        return {name: _without_words(each) for name, each in value.items() if name != "friendly"}
    if isinstance(value, list):
        return [_without_words(each) for each in value]
    return value


def _by_id(histories: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Tell entries of a change log apart by their ids: pages that move show one twice.

    Raises:
        FeedFault: one has no id; all like it would be taken for one.
    """
    return {own_id(each): each for each in histories}


def _instant(history: Mapping[str, Any]) -> int:
    return text_at(history, "created")


def _id(issue: Mapping[str, Any]) -> str:
    found = str(issue.get("id"))
    if not found.isalnum():
        raise _odd(expected="an id of letters and digits for every issue", found=issue.get("id"))
    return found


def _odd(*, expected: str, found: object) -> FeedFault:
    return FeedFault(transient=False, expected=expected, found=type(found).__name__, is_shape=True)
