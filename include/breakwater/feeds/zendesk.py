"""Zendesk Support: incremental exports of ticket events and of ticket metric events."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from breakwater.contracts.source import ZendeskSource
from breakwater.core.days import Window
from breakwater.feeds.http.authentication import login_or_token
from breakwater.feeds.http.client import HttpClient
from breakwater.feeds.http.paging import records_at
from breakwater.feeds.http.waiting import REAL, Waiting
from breakwater.feeds.instants import seconds_at, text_at
from breakwater.feeds.records import END, Cursor, FeedFault, Part, own_id
from breakwater.warehouse.connections import FeedConnection

SHORTEST_SETTLING = 2
"""Minutes: an export leaves out what happened in the minute before it was asked for."""


@dataclass(frozen=True, slots=True)
class ZendeskFeed:
    """One stream of an account.

    A page starts at an instant and tells the instant at which it ends, where the next one starts;
    so events of that last second come on both.
    """

    source: ZendeskSource
    connection: FeedConnection
    waiting: Waiting = REAL

    def parts(self, window: Window, after: Cursor | None) -> Iterator[Part]:
        """Ask for page after page; each is a part, without the events that are not the window's."""
        client = HttpClient.of(self.connection, self.source.limits, self.waiting)
        with closing(client):
            who = login_or_token(self.connection)
            start = int(after["start_time"]) if after is not None else window.start
            while True:
                said = client.ask(
                    f"api/v2/incremental/{self.source.stream}.json",
                    {"start_time": str(start)},
                    authenticator=who,
                )
                events = records_at(said, self.source.stream)
                inside = [each for each in events if self._instant(each) in window]
                start, was_last = self._next(said, start), start
                is_end = start >= window.end or _is_last(said, start, was_last)
                yield Part(inside, END if is_end else {"start_time": start})
                if is_end:
                    return

    def identity(self, record: Mapping[str, Any]) -> str:
        """Name an event by its id."""
        return own_id(record)

    def _instant(self, event: Mapping[str, Any]) -> int:
        if self.source.stream == "ticket_events":
            return seconds_at(event, "timestamp")
        return text_at(event, "time")

    def _next(self, said: Mapping[str, Any], start: int) -> int:
        """Return where the next page starts; where this one did when it says nothing later."""
        told = said.get("end_time")
        if told is None:
            return start
        if type(told) is not int:
            raise FeedFault(
                transient=False,
                expected="an end_time in whole seconds",
                found=type(told).__name__,
                is_shape=True,
            )
        return max(told, start)


def _is_last(said: Mapping[str, Any], start: int, was_last: int) -> bool:
    """Tell whether nothing can follow a page.

    ``end_of_stream`` says so where it is sent. A stream without it is at its end when asking from
    where it ended brings it no further.
    """
    ends = said.get("end_of_stream")
    if ends is None:
        return start == was_last
    if not ends and start == was_last:
        raise FeedFault(
            transient=False,
            expected="an end_time that moves on, or end_of_stream",
            found="the same again",
            is_shape=True,
        )
    return bool(ends)


def open_feed(source: ZendeskSource, connection: FeedConnection) -> ZendeskFeed:
    """Return the feed; nothing is asked yet.

    Raises:
        FeedFault: records would be asked for before Zendesk gives them.
    """
    if source.settle_minutes < SHORTEST_SETTLING:
        raise FeedFault(
            transient=False,
            expected=f"settle_minutes of {SHORTEST_SETTLING} or more, since the last minute is not"
            " exported yet",
            found=str(source.settle_minutes),
        )
    return ZendeskFeed(source, connection)
