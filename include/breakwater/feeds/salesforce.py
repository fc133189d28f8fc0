"""The feed of Salesforce Service Cloud: cases, their history and their milestones."""

import contextlib
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from breakwater.contracts.source import SalesforceSource
from breakwater.core.days import Window
from breakwater.feeds.http.answer import Answer
from breakwater.feeds.http.waiting import REAL, Waiting
from breakwater.feeds.records import END, Cursor, FeedFault, Part, shown
from breakwater.feeds.salesforce_api.bulk import QueryJob
from breakwater.feeds.salesforce_api.client import RefusedFault, SalesforceClient
from breakwater.feeds.salesforce_api.soql import Place, soql
from breakwater.warehouse.connections import FeedConnection

CHANGE = "Change"
"""Added to records of CaseHistory: ``Status=Closed``, or ``created`` where nothing has a value."""
QUERY_PREFIX = "/services/data/"
"""Where every following page must lie; a page elsewhere would be sent our session."""


@dataclass(frozen=True, slots=True)
class SalesforceFeed:
    """One object of one organisation.

    Attributes:
        source: of the contract.
        connection: the provider's form, filled in.
        waiting: clock and sleep.
    """

    source: SalesforceSource
    connection: FeedConnection
    waiting: Waiting = REAL

    def parts(self, window: Window, after: Cursor | None) -> Iterator[Part]:
        """Read the records of a window, page by page, from the first or after an earlier one.

        Raises:
            CursorRefusedFault: a bulk job of an earlier attempt is gone.
            FeedFault: there was no answer, or a refusal.
            ConfigurationError: the connection is none of Salesforce.
        """
        client = SalesforceClient(self.connection, self.source.limits, self.waiting)
        read = self._bulk if self.source.api == "bulk" else self._rest
        with contextlib.closing(client), contextlib.closing(read(client, window, after)) as parts:
            for part in parts:
                yield self._with_changes(part)

    def _with_changes(self, part: Part) -> Part:
        """Say in one column what a row of a history tells; it takes two for Salesforce itself."""
        if self.source.object != "CaseHistory":
            return part
        return Part([{**record, CHANGE: _change(record)} for record in part.records], part.cursor)

    def _bulk(
        self, client: SalesforceClient, window: Window, after: Cursor | None
    ) -> Generator[Part]:
        if after is not None:
            job = QueryJob(client, after.get("job"))
        else:
            job = QueryJob.create(client, soql(self.source, window, is_ordered=False))
        yield from job.parts(after)

    def _rest(
        self, client: SalesforceClient, window: Window, after: Cursor | None
    ) -> Generator[Part]:
        cursor, seen = after, set[str]()
        while cursor != END:
            answer = self._page(client, window, cursor)
            records, following = _page_of(answer)
            if following is None:
                cursor = END
            elif following in seen:
                found = f"one that comes again: {shown(following)}"
                raise FeedFault(transient=False, expected="a page that follows", found=found)
            else:
                seen.add(following)
                cursor = {"next": following, **self._place_of(records, cursor)}
            yield Part(records, cursor)

    def _page(self, client: SalesforceClient, window: Window, cursor: Cursor | None) -> Answer:
        """Ask for the first page, or for the one that follows; by the records' order if need be."""
        if cursor is None:
            return client.ask("query", {"q": soql(self.source, window)})
        try:
            return client.ask(str(cursor["next"]))
        except RefusedFault as fault:
            if fault.code != "INVALID_QUERY_LOCATOR" or "id" not in cursor:
                raise
        # Locators live for two days, and fewer when many are open: the order of the records stays.
        place = Place(str(cursor["instant"]), str(cursor["id"]))
        return client.ask("query", {"q": soql(self.source, window, after=place)})

    def _place_of(self, records: list[dict[str, Any]], cursor: Cursor | None) -> dict[str, Any]:
        """Return the place of the last record, which stands in for an expired locator."""
        if not records:
            return {name: value for name, value in (cursor or {}).items() if name != "next"}
        instant: Any = records[-1]
        for name in self.source.instant.split("."):
            instant = instant.get(name) if isinstance(instant, dict) else None
        return {"instant": instant, "id": records[-1].get("Id")}


def open_feed(source: SalesforceSource, connection: FeedConnection) -> SalesforceFeed:
    """Return the feed of a contract's object; nothing is asked yet."""
    return SalesforceFeed(source, connection)


def _page_of(answer: Answer) -> tuple[list[dict[str, Any]], str | None]:
    """Return the records of a page and the path of the next; None after the last."""
    said = answer.json()
    records = said.get("records") if isinstance(said, dict) else None
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise FeedFault(
            transient=False, expected="a page of records", found="another answer", is_shape=True
        )
    if said.get("done") is True:
        following = None
    else:
        following = said.get("nextRecordsUrl")
        if not isinstance(following, str) or not following.startswith(QUERY_PREFIX):
            raise FeedFault(
                transient=False,
                expected="done, or the path of the next page",
                found=shown(following),
                is_shape=True,
            )
    return [_without_attributes(each) for each in records], following


def _change(record: Mapping[str, Any]) -> str | None:
    """Spell a change: its field, and its new value if there is one."""
    changed, value = record.get("Field"), record.get("NewValue")
    return changed if value is None else f"{changed}={value}"


def _without_attributes(record: dict[str, Any]) -> dict[str, Any]:
    """Drop what Salesforce says about each object's type and address; parents have it, too."""
    return {
        name: _without_attributes(value) if isinstance(value, dict) else value
        for name, value in record.items()
        if name != "attributes"
    }
