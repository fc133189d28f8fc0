"""Asking Salesforce: logs in again when a session has ended, waits when it must, names refusals."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import requests
import urllib3
from simple_salesforce.api import Salesforce

from breakwater.contracts.source import HttpLimits
from breakwater.feeds.http.answer import Answer
from breakwater.feeds.http.patience import Patience
from breakwater.feeds.http.waiting import REAL, Waiting, asked_for
from breakwater.feeds.records import FeedFault, shown
from breakwater.feeds.salesforce_api.login import LONGEST_SENTENCE, PASSING_CODES, login_of
from breakwater.warehouse.connections import FeedConnection

JSON: Final = "application/json"
_CHUNK = 64 * 1024
_UNAUTHORISED, _TOO_MANY, _SERVER_FAULT = 401, 429, 500


class RefusedFault(FeedFault):
    """Salesforce refuses a request for good.

    Attributes:
        code: its own name for the reason, as in ``INVALID_FIELD``.
        status: of the answer.
    """

    def __init__(self, code: str, status: int, *, expected: str, found: str) -> None:
        """Keep what a caller may know how to go on from."""
        self.code, self.status = code, status
        super().__init__(transient=False, expected=expected, found=found)


class _Passing(Exception):  # noqa: N818  a turn of the loop below, seen by nobody else
    """What may be over when the same is asked again."""

    def __init__(self, found: str, seconds: float | None = None) -> None:
        """Keep what was found, and the pause that Salesforce asked for."""
        self.found, self.seconds = found, seconds
        super().__init__(found)


class SalesforceClient:
    """One organisation of Salesforce during one fetch."""

    def __init__(
        self, connection: FeedConnection, limits: HttpLimits, waiting: Waiting = REAL
    ) -> None:
        """Open nothing yet.

        Raises:
            ConfigurationError: the connection is none of Salesforce.
        """
        self.limits, self.patience = limits, Patience(limits, waiting)
        self._connection = connection
        self._session = _Session(limits.request_seconds)
        self._login = login_of(connection, self._session)
        self._salesforce: Salesforce | None = None

    def close(self) -> None:
        """Let go of open connections."""
        self._session.close()

    def ask(
        self,
        path: str,
        parameters: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        document: Mapping[str, Any] | None = None,
        accept: str = JSON,
    ) -> Answer:
        """Ask until there is an answer, and return it whole.

        Args:
            path: below ``/services/data/vXX.X/``, or absolute as Salesforce says it itself.
            parameters: of the query.
            method: of HTTP.
            document: sent as JSON.
            accept: media type of the answer.

        Raises:
            RefusedFault: Salesforce refuses, and says why.
            FeedFault: it does not answer in time, or does not accept the credentials.
            ConfigurationError: the connection lacks credentials.
        """
        attempt, has_renewed = 1, False
        while True:
            try:
                answer = self._send(method, path, parameters, document, accept)
                if answer.status == _UNAUTHORISED and not has_renewed:
                    self._salesforce, has_renewed = None, True
                    continue
                self._check(answer)
            except _Passing as passing:
                fault = self._fault(passing)
                if attempt >= self.limits.attempts:
                    raise fault from None
                self.patience.wait(attempt, passing.seconds, fault)
                attempt += 1
            else:
                return answer

    def _send(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str] | None,
        document: Mapping[str, Any] | None,
        accept: str,
    ) -> Answer:
        self.patience.left()
        with _breaks_are_passing():
            if self._salesforce is None:
                self._salesforce = self._login()
            salesforce = self._salesforce
            is_absolute = path.startswith("/")
            base = f"https://{salesforce.sf_instance}" if is_absolute else salesforce.base_url
            with self._session.request(
                method,
                base + path,
                params=parameters,
                data=None if document is None else json.dumps(document),
                headers=salesforce.headers | {"Accept": accept},
                allow_redirects=False,
                stream=True,
            ) as response:
                body = self._read(response)
        return Answer(base + path, response.status_code, response.headers, body)

    def _read(self, response: requests.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > self.limits.page_bytes:
                raise FeedFault(
                    transient=False,
                    expected=f"answers of at most {self.limits.page_bytes} bytes"
                    " (limits.page_bytes)",
                    found="a larger one",
                )
            self.patience.left()
        return bytes(body)

    def _check(self, answer: Answer) -> None:
        """Raise unless an answer is a success."""
        if answer.status < 300:  # noqa: PLR2004  every success of HTTP
            return
        code, message = _error_of(answer)
        words = shown(f"{code}: {message}" if code else f"status {answer.status}", LONGEST_SENTENCE)
        passes = answer.status >= _SERVER_FAULT or answer.status == _TOO_MANY
        if passes or code in PASSING_CODES:
            raise _Passing(words, asked_for(answer.headers))
        expected = {
            "INVALID_SESSION_ID": f"that connection {self._connection.name} may use the interface",
            "INVALID_FIELD": "fields that the object has and the login may read",
            "MALFORMED_QUERY": "a query that Salesforce understands",
        }.get(code, "a request that Salesforce accepts")
        raise RefusedFault(code, answer.status, expected=expected, found=words)

    def _fault(self, passing: _Passing) -> FeedFault:
        return FeedFault(
            transient=True, expected="Salesforce to answer the request", found=passing.found
        )


class _Session(requests.Session):
    """A session whose every request, the library's logins too, ends in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        # Another's password must not come in by a .netrc file; proxies of the environment may.
        self.auth = _as_it_is

    def request(self, *arguments: Any, **settings: Any) -> requests.Response:  # noqa: ANN401  as its parent
        settings.setdefault("timeout", self._seconds)
        return super().request(*arguments, **settings)


@contextlib.contextmanager
def _breaks_are_passing() -> Iterator[None]:
    """Have broken connections tried again; only their kind is told, their text holds addresses."""
    try:
        yield
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise FeedFault(
                transient=False,
                expected="a certificate that vouches for Salesforce",
                found=type(error).__name__,
            ) from None
        raise _Passing(type(error).__name__) from None


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _error_of(answer: Answer) -> tuple[str, str]:
    """Read Salesforce's own code and words; of a query's fault only what follows the query."""
    try:
        stated = json.loads(answer.body)
        first = stated[0] if isinstance(stated, list) else stated
        code, message = str(first["errorCode"]), str(first.get("message", ""))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "", ""
    _, marker, rest = message.partition("ERROR at Row:")
    return code, rest.partition("\n")[2].strip() or message if marker else message
