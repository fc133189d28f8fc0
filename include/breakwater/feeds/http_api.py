"""Records of a JSON service that is described by the contract alone."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from breakwater.contracts.source import HttpSource
from breakwater.core.days import Window, utc_instant
from breakwater.feeds.http.authentication import authenticator_of
from breakwater.feeds.http.client import HttpClient
from breakwater.feeds.http.paging import Listing
from breakwater.feeds.http.waiting import REAL, Waiting
from breakwater.feeds.records import Cursor, Part
from breakwater.warehouse.connections import FeedConnection

_EDGE = re.compile(r"\{(start|end):([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class HttpApi:
    """A JSON service and how it is asked."""

    source: HttpSource
    connection: FeedConnection
    waiting: Waiting = REAL

    def parts(self, window: Window, after: Cursor | None) -> Iterator[Part]:
        """Ask for page after page; each is a part."""
        source = self.source
        client = HttpClient.of(self.connection, source.limits, self.waiting)
        with closing(client):
            listing = Listing(
                client=client,
                authenticator=authenticator_of(
                    source.authentication, client, self.connection, self.waiting
                ),
                path=source.path,
                parameters={
                    name: with_window(text, window) for name, text in source.parameters.items()
                },
                records=source.records,
            )
            yield from listing.parts(source.paging, after)


def open_feed(source: HttpSource, connection: FeedConnection) -> HttpApi:
    """Return the feed; nothing is asked yet."""
    return HttpApi(source, connection)


def with_window(text: str, window: Window) -> str:
    """Put the window where ``{start:…}`` and ``{end:…}`` stand; nothing else is a placeholder."""

    def edge(found: re.Match[str]) -> str:
        seconds = window.start if found[1] == "start" else window.end
        return str(seconds) if found[2] == "epoch" else utc_instant(seconds).strftime(found[2])

    return _EDGE.sub(edge, text)
