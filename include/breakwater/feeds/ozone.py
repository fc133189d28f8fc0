"""Bluesky Ozone: what happened to reports, and what moderators did, in the order it happened."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from breakwater.contracts.source import Cursor as CursorPaging
from breakwater.contracts.source import OzoneSource
from breakwater.core.days import Window, utc_instant
from breakwater.core.vocabulary import Total
from breakwater.feeds.http.answer import Answer, StatusFault
from breakwater.feeds.http.authentication import basic, token_of
from breakwater.feeds.http.authenticator import Authenticator
from breakwater.feeds.http.client import HttpClient
from breakwater.feeds.http.paging import Listing, records_at
from breakwater.feeds.http.waiting import REAL, Waiting
from breakwater.feeds.instants import text_at
from breakwater.feeds.manifest import is_count
from breakwater.feeds.records import Cursor, FeedFault, Part, own_id
from breakwater.warehouse.connections import FeedConnection

PAGE = 100
"""Records of a page: the most that both queries give."""
STREAMS: Mapping[str, tuple[str, str]] = {
    "report_activities": ("tools.ozone.report.queryActivities", "activities"),
    "moderation_events": ("tools.ozone.moderation.queryEvents", "events"),
}
STATISTICS = "tools.ozone.report.getHistoricalStats"
COUNTS: Mapping[str, Total] = {
    "inboundCount": Total.INCOMING,
    "actionedCount": Total.SOLVED,
    "pendingCount": Total.BACKLOG,
}
_BAD_REQUEST, _UNAUTHORISED = 400, 401


@dataclass(frozen=True, slots=True)
class OzoneFeed:
    """One stream of an Ozone service."""

    source: OzoneSource
    connection: FeedConnection
    waiting: Waiting = REAL

    def parts(self, window: Window, after: Cursor | None) -> Iterator[Part]:
        """Ask for page after page, oldest first; each is a part."""
        query, records = STREAMS[self.source.stream]
        client = HttpClient.of(self.connection, self.source.limits, self.waiting)
        with closing(client):
            listing = Listing(
                client=client,
                authenticator=_authenticator(client, self.connection),
                path=f"xrpc/{query}",
                parameters={
                    # Whether the bounds themselves belong to a query is not written anywhere: a
                    # second more on both sides, and the window decides.
                    "createdAfter": _spelt(window.start - 1),
                    "createdBefore": _spelt(window.end + 1),
                    "sortDirection": "asc",
                    "limit": str(PAGE),
                },
                records=records,
            )
            for part in listing.parts(CursorPaging(kind="cursor"), after):
                inside = [each for each in part.records if text_at(each, "createdAt") in window]
                yield Part(inside, part.cursor)

    def identity(self, record: Mapping[str, Any]) -> str:
        """Name a record by its id, which is unique within a stream."""
        return own_id(record)

    def totals(self, window: Window) -> Mapping[Total, int]:
        """Ask for the service's own statistics of the day; none when it is not told to.

        A day's row that was computed before the day was over says nothing about it yet.
        """
        if not self.source.totals:
            return {}
        client = HttpClient.of(self.connection, self.source.limits, self.waiting)
        with closing(client):
            said = client.ask(
                f"xrpc/{STATISTICS}",
                {
                    "startDate": _spelt(window.start),
                    "endDate": _spelt(window.end - 1),
                    "limit": str(PAGE),
                },
                authenticator=_authenticator(client, self.connection),
            )
        day = utc_instant(window.start).date().isoformat()
        # A date, or an instant that begins with it.
        rows = [row for row in records_at(said, "stats") if str(row.get("date"))[:10] == day]
        if not rows or not _is_final(rows[0], window):
            return {}
        found = [(total, rows[0].get(field)) for field, total in COUNTS.items()]
        return {
            total: count for total, count in found if isinstance(count, int) and is_count(count)
        }


def _is_final(row: Mapping[str, Any], window: Window) -> bool:
    return "computedAt" not in row or text_at(row, "computedAt") >= window.end


def open_feed(source: OzoneSource, connection: FeedConnection) -> OzoneFeed:
    """Return the feed; nothing is asked yet."""
    return OzoneFeed(source, connection)


@dataclass(slots=True)
class AtprotoSession:
    """A session of an account at its own server, which passes requests on to the Ozone service.

    Attributes:
        client: the account's server (PDS).
        connection: login is the account's handle or DID, password one of its app passwords.
        service: ``<did>#atproto_labeler`` of the Ozone service.
    """

    client: HttpClient
    connection: FeedConnection
    service: str
    _token: str | None = field(default=None, repr=False)

    def headers(self) -> Mapping[str, str]:
        """Return the session's token, and whom the request is for; opens a session when needed."""
        if self._token is None:
            self._token = self._open()
        return {"Authorization": f"Bearer {self._token}", "atproto-proxy": self.service}

    def was_refused(self, answer: Answer) -> bool:
        """Tell whether the session is over: atproto says so with 400 and ``ExpiredToken``."""
        if answer.status == _BAD_REQUEST:
            try:
                said = answer.json()
            except FeedFault:
                return False
            return isinstance(said, dict) and said.get("error") == "ExpiredToken"
        return answer.status == _UNAUTHORISED

    def renew(self) -> bool:
        """Forget the session, so that the next request opens another."""
        self._token = None
        return True

    def _open(self) -> str:
        document = {
            "identifier": self.connection.login,
            "password": self.connection.password,
        }
        try:
            said = self.client.ask("xrpc/com.atproto.server.createSession", document=document)
        except StatusFault as fault:
            raise FeedFault(
                transient=False,
                expected=f"a session for the login of connection {self.connection.name}",
                found=fault.found,
            ) from None
        named = {"access_token": said.get("accessJwt")} if isinstance(said, dict) else said
        return token_of(named)[0]


def _authenticator(client: HttpClient, connection: FeedConnection) -> Authenticator:
    """Return who asks: an account of the team by way of its own server, or the service's admin."""
    own = basic(connection)
    service = connection.extra.get("service_did")
    if not service:
        return own
    did = str(service).partition("#")[0]
    return AtprotoSession(client, connection, f"{did}#atproto_labeler")


def _spelt(seconds: int) -> str:
    return utc_instant(seconds).strftime("%Y-%m-%dT%H:%M:%S.000Z")
