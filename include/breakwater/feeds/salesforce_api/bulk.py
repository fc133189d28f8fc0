"""Bulk API 2.0: a query job of Salesforce, from its creation to the last set of its results."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from breakwater.feeds.http.answer import Answer
from breakwater.feeds.records import END, Cursor, CursorRefusedFault, FeedFault, Part, shown
from breakwater.feeds.salesforce_api.client import RefusedFault, SalesforceClient
from breakwater.feeds.salesforce_api.login import LONGEST_SENTENCE

RECORDS_A_SET = 10_000
LONGEST_POLL_SECONDS = 30.0
JOB_ID = re.compile(r"[A-Za-z0-9]{15,18}", re.ASCII)
LAST: Final = frozenset({"", "null"})
"""What the header says in the place of a locator when there are no more results."""
_GONE = frozenset({400, 404, 410})


class QueryJob:
    """One query job."""

    def __init__(self, client: SalesforceClient, job_id: object) -> None:
        """Take the id that Salesforce gave it."""
        if not isinstance(job_id, str) or not JOB_ID.fullmatch(job_id):
            raise FeedFault(
                transient=False, expected="the id of a job", found=shown(job_id), is_shape=True
            )
        self._client, self.job_id = client, job_id
        self._is_running = True

    @classmethod
    def create(cls, client: SalesforceClient, query: str) -> "QueryJob":
        """Hand a query to Salesforce."""
        document = {"operation": "query", "query": query}
        answer = client.ask("jobs/query", method="POST", document=document)
        return cls(client, _object(answer).get("id"))

    def parts(self, after: Cursor | None) -> Iterator[Part]:
        """Wait for the results and read set after set, from the first or after an earlier one.

        A job that is left without its results being read is aborted, unless it is only that time
        has run out: the next attempt takes the same job up.

        Raises:
            CursorRefusedFault: the job of an earlier attempt is gone, or came to nothing.
            FeedFault: the job failed, or there was no answer.
        """
        try:
            if after is None:
                # Told before the waiting, so that whoever comes after a kill knows the job.
                yield Part((), {"job": self.job_id})
            self._wait(is_resumed=after is not None)
            yield from self._results(after)
        except FeedFault as fault:
            if not fault.transient:
                self.abort()
            raise
        except GeneratorExit:
            self.abort()
            raise

    def abort(self) -> None:
        """Stop a job that runs; whatever comes of that, the reason for it is what counts."""
        if not self._is_running:
            return
        self._is_running = False
        try:
            document = {"state": "Aborted"}
            self._client.ask(f"jobs/query/{self.job_id}", method="PATCH", document=document)
        except FeedFault:
            return

    def _wait(self, *, is_resumed: bool) -> None:
        attempt = 1
        while True:
            try:
                said = _object(self._client.ask(f"jobs/query/{self.job_id}"))
            except RefusedFault as fault:
                raise self._gone(fault, is_resumed=is_resumed) from None
            state = said.get("state")
            if state == "JobComplete":
                self._is_running = False
                return
            if state in {"Failed", "Aborted"}:
                self._is_running = False
                raise self._came_to_nothing(said, is_resumed=is_resumed)
            self._client.patience.look_again(attempt, LONGEST_POLL_SECONDS)
            attempt += 1

    def _results(self, after: Cursor | None) -> Iterator[Part]:
        locator = "" if after is None else str(after.get("locator", ""))
        seen = {locator}
        while True:
            parameters = {"maxRecords": str(RECORDS_A_SET)}
            if locator:
                parameters["locator"] = locator
            try:
                answer = self._client.ask(
                    f"jobs/query/{self.job_id}/results", parameters, accept="text/csv"
                )
            except RefusedFault as fault:
                raise self._gone(fault, is_resumed=after is not None) from None
            records = records_of(answer)
            locator = answer.headers.get("Sforce-Locator", "")
            if locator in LAST:
                yield Part(records, END)
                return
            if locator in seen:
                found = f"one that comes again: {shown(locator)}"
                raise FeedFault(transient=False, expected="a locator that moves on", found=found)
            seen.add(locator)
            yield Part(records, {"job": self.job_id, "locator": locator})

    def _gone(self, fault: RefusedFault, *, is_resumed: bool) -> FeedFault:
        if is_resumed and fault.status in _GONE:
            return CursorRefusedFault(
                expected="the job of an earlier attempt with its results", found=fault.found
            )
        return fault

    def _came_to_nothing(self, said: Mapping[str, Any], *, is_resumed: bool) -> FeedFault:
        words = shown(f"{said['state']}: {said.get('errorMessage') or ''}", LONGEST_SENTENCE)
        if is_resumed:
            return CursorRefusedFault(expected="a job that completes", found=words)
        # What a query does wrong is refused when the job is created: this is Salesforce's own.
        return FeedFault(transient=True, expected="a job that completes", found=words)


def records_of(answer: Answer) -> list[dict[str, Any]]:
    """Read a set of results: a name with dots becomes an object, as the query resource has it.

    Raises:
        FeedFault: it is no CSV in UTF-8, or has fewer records than its header says.
    """
    try:
        # Line ends inside quotes are part of a value: they must reach the reader as they are.
        text = io.StringIO(answer.body.decode(), newline="")
        rows = list(csv.reader(text, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FeedFault(
            transient=True, expected="results as CSV", found=type(error).__name__, is_shape=True
        ) from None
    names, values = (rows[0], rows[1:]) if rows else ([], [])
    declared = answer.headers.get("Sforce-NumberOfRecords", "")
    is_whole = all(len(row) == len(names) for row in values)
    if not is_whole or declared != str(len(values)):
        raise FeedFault(
            transient=True,
            expected=f"{shown(declared)} whole records, as Sforce-NumberOfRecords says",
            found=f"{len(values)}" if is_whole else f"{len(values)}, not all of them whole",
            is_shape=True,
        )
    return [_nested(names, row) for row in values]


def _nested(names: list[str], values: list[str]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        *parents, last = name.split(".")
        inner = record
        for parent in parents:
            inner = inner.setdefault(parent, {})
        # Bulk API 2.0 writes null as nothing at all.
        inner[last] = value or None
    return record


def _object(answer: Answer) -> Mapping[str, Any]:
    said = answer.json()
    if not isinstance(said, dict):
        raise FeedFault(
            transient=False, expected="an object", found=type(said).__name__, is_shape=True
        )
    return said
