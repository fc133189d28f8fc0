"""From page to page: by number, by cursor, by link; never in a circle."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from breakwater.contracts.source import Cursor as CursorPaging
from breakwater.contracts.source import LinkHeader, PageNumbers, Paging
from breakwater.feeds.http.answer import Answer, StatusFault, joined, origin
from breakwater.feeds.http.authenticator import Authenticator
from breakwater.feeds.http.client import HttpClient
from breakwater.feeds.records import END, Cursor, CursorRefusedFault, FeedFault, Part, shown

_NO_SUCH_CURSOR = frozenset({400, 404, 410, 422})


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of records that a service tells page by page.

    Attributes:
        client: the service.
        authenticator: who asks.
        path: of the list, below the service's address.
        parameters: of every page.
        records: dotted path of the list in an answer.
    """

    client: HttpClient
    authenticator: Authenticator | None
    path: str
    parameters: Mapping[str, str]
    records: str

    def parts(self, paging: Paging, after: Cursor | None) -> Iterator[Part]:
        """Read page after page, from the first or from a cursor that an earlier part told.

        Raises:
            CursorRefusedFault: the service does not know that earlier cursor any more.
            FeedFault: it does not answer with pages, or not with an end.
        """
        cursor: Cursor = after if after is not None else _first(paging)
        seen, before = {_spelt(cursor)}, None
        while cursor != END:
            answer, said = self._ask(paging, cursor, is_resumed=cursor is after)
            records = records_at(said, self.records)
            if records and records == before and isinstance(paging, PageNumbers):
                raise FeedFault(
                    transient=False,
                    expected="pages that differ",
                    found="the same page twice",
                    is_shape=True,
                )
            before = records
            cursor = self._next(paging, cursor, answer, said, records)
            if cursor != END and _spelt(cursor) in seen:
                raise FeedFault(
                    transient=False,
                    expected="a cursor that moves on",
                    found=f"one that comes again: {shown(_spelt(cursor))}",
                    is_shape=True,
                )
            seen.add(_spelt(cursor))
            yield Part(records, cursor)

    def _ask(self, paging: Paging, cursor: Cursor, *, is_resumed: bool) -> tuple[Answer, Any]:
        path, parameters = self.path, dict(self.parameters)
        if isinstance(paging, PageNumbers):
            parameters[paging.parameter] = str(cursor["page"])
        elif isinstance(paging, CursorPaging) and cursor:
            parameters[paging.parameter] = str(cursor["cursor"])
        elif isinstance(paging, LinkHeader) and cursor:
            # The link is whole: it repeats the parameters, or has reasons not to.
            path, parameters = self._whole(str(cursor["link"])), {}
            if not self._is_ours(path):
                raise CursorRefusedFault(
                    expected=f"a link to {origin(self.client.address)}",
                    found="one that leads elsewhere",
                )
        try:
            return self.client.answer(path, parameters, authenticator=self.authenticator)
        except StatusFault as fault:
            if is_resumed and fault.status in _NO_SUCH_CURSOR:
                raise CursorRefusedFault(
                    expected="a cursor that is still known", found=fault.found
                ) from None
            raise

    def _next(
        self,
        paging: Paging,
        cursor: Cursor,
        answer: Answer,
        said: Any,  # noqa: ANN401  whatever the far end sends
        records: Sequence[Mapping[str, Any]],
    ) -> Cursor:
        if isinstance(paging, PageNumbers):
            return {"page": cursor["page"] + 1} if records else END
        if isinstance(paging, CursorPaging):
            told = at_path(said, paging.field)
            is_last = told is None or told is False or told == ""
            return END if is_last else {"cursor": _scalar(told)}
        if isinstance(paging, LinkHeader):
            return self._linked(answer)
        return END

    def _linked(self, answer: Answer) -> Cursor:
        """Return the link to the next page, which must be of the same host."""
        for link in requests.utils.parse_header_links(answer.headers.get("Link", "")):
            if "next" not in link.get("rel", "").lower().split():
                continue
            target = joined(answer.url, link["url"])
            parts = urlsplit(target)
            kept = parts.path + (f"?{parts.query}" if parts.query else "")
            if not self._is_ours(target) or not self._is_ours(self._whole(kept)):
                raise FeedFault(
                    transient=False,
                    expected=f"a link to {origin(self.client.address)}",
                    found=f"one to {shown(origin(target) or 'another kind of place')}",
                )
            return {"link": kept}
        return END

    def _whole(self, link: str) -> str:
        """Return the address of a link that was kept without its host.

        Not by joining: a path that begins with two slashes would be taken for another host.
        """
        service = urlsplit(self.client.address)
        return f"{service.scheme}://{service.netloc}{link}"

    def _is_ours(self, address: str) -> bool:
        return origin(address) == origin(self.client.address)


def records_at(said: Any, path: str) -> list[dict[str, Any]]:  # noqa: ANN401  whatever the far end sends
    """Return the records that an answer holds at a dotted path.

    Raises:
        FeedFault: there is no list of objects.
    """
    found = at_path(said, path)
    where = f"at {path!r} of the answer" if path else "as the answer"
    if not isinstance(found, list):
        raise FeedFault(
            transient=False,
            expected=f"a list {where}",
            found=type(found).__name__,
            is_shape=True,
        )
    odd = next((each for each in found if not isinstance(each, dict)), None)
    if odd is not None:
        raise FeedFault(
            transient=False,
            expected=f"objects in the list {where}",
            found=type(odd).__name__,
            is_shape=True,
        )
    return found


def at_path(said: Any, path: str) -> Any:  # noqa: ANN401  whatever the far end sends
    """Return what lies at a dotted path; None where the path ends early."""
    for name in path.split(".") if path else ():
        if not isinstance(said, dict):
            return None
        said = said.get(name)
    return said


def _first(paging: Paging) -> Cursor:
    return {"page": paging.first} if isinstance(paging, PageNumbers) else {}


def _scalar(told: Any) -> str | int:  # noqa: ANN401  whatever the far end sends
    if isinstance(told, str | int) and not isinstance(told, bool):
        return told
    raise FeedFault(
        transient=False,
        expected="a cursor that is a text or a number",
        found=type(told).__name__,
        is_shape=True,
    )


def _spelt(cursor: Cursor) -> str:
    return "|".join(f"{name}={value}" for name, value in sorted(cursor.items()))
