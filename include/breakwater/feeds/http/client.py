"""Asking a JSON service: waits when it must, reads no more than it may, says nothing secret.

Errors are raised `from None`: what `requests` says holds whole addresses, and headers that it finds
faulty, so a token could reach a log by way of a cause.
"""

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

from breakwater.contracts.source import HttpLimits
from breakwater.feeds.http.address import address_of
from breakwater.feeds.http.answer import Answer, StatusFault, joined, origin
from breakwater.feeds.http.authenticator import Authenticator
from breakwater.feeds.http.patience import Patience
from breakwater.feeds.http.waiting import REAL, Waiting, asked_for
from breakwater.feeds.records import FeedFault, shown
from breakwater.warehouse.connections import FeedConnection

LARGEST_REFUSAL = 64 * 1024
"""Bytes that are read of an answer that is no success."""
SLOWEST_BYTES_PER_SECOND = 1024
"""An answer that takes longer than one may be silent must at least come this fast."""
MOST_REDIRECTS = 5
_CHUNK = 64 * 1024
_OK = 200
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAY_PASS = frozenset({408, 425, 429, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524, 529})


class HttpClient:
    """One service during one fetch."""

    def __init__(
        self, address: str, limits: HttpLimits, *, waiting: Waiting = REAL, connection: str
    ) -> None:
        """Take the address of the service, as `address_of` returns it, and open nothing yet."""
        self.address, self.limits, self.connection = address, limits, connection
        self._clock = waiting.clock
        self._patience = Patience(limits, waiting)
        self._session = requests.Session()
        # Another's password must not come in by a .netrc file; proxies of the environment may.
        self._session.auth = _as_it_is

    @classmethod
    def of(
        cls, connection: FeedConnection, limits: HttpLimits, waiting: Waiting = REAL
    ) -> "HttpClient":
        """Take the service that a connection names.

        Raises:
            FeedFault: the connection names none.
        """
        return cls(address_of(connection), limits, waiting=waiting, connection=connection.name)

    def close(self) -> None:
        """Let go of open connections."""
        self._session.close()

    def url(self, path: str) -> str:
        """Return the address of a path below the service's, or an absolute one as it is."""
        below = path if "://" in path else path.lstrip("/").replace(" ", "%20")
        return joined(f"{self.address}/", below)

    def ask(
        self,
        path: str,
        parameters: Mapping[str, str] | None = None,
        *,
        authenticator: Authenticator | None = None,
        form: Mapping[str, str] | None = None,
        document: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:  # noqa: ANN401  whatever the far end sends
        """Ask until there is an answer, and return its JSON. See `answer`."""
        return self.answer(
            path,
            parameters,
            authenticator=authenticator,
            form=form,
            document=document,
            headers=headers,
        )[1]

    def answer(
        self,
        path: str,
        parameters: Mapping[str, str] | None = None,
        *,
        authenticator: Authenticator | None = None,
        form: Mapping[str, str] | None = None,
        document: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[Answer, Any]:
        """Ask until there is an answer; GET, or POST where there is a form or a document.

        429, 5xx, broken connections and bodies that are no JSON are asked for again, as often and
        as long as the limits allow; a refused token is renewed once.

        Raises:
            StatusFault: the far end refuses for good.
            FeedFault: it does not answer in time, or not with JSON.
        """
        request = requests.Request(
            "GET" if form is None and document is None else "POST",
            self.url(path),
            params=dict(parameters or {}),
            data=None if form is None else dict(form),
            json=document,
        )
        attempt, renewed = 1, False
        while True:
            said = {"Accept": "application/json", **(headers or {})}
            if authenticator is not None:
                said |= authenticator.headers()
            request.headers = said
            try:
                answer = self._follow(request)
                if (
                    authenticator is not None
                    and not renewed
                    and authenticator.was_refused(answer)
                    and authenticator.renew()
                ):
                    renewed = True
                    continue
                self._check(answer)
                return answer, _json_of(answer)
            except _Passing as passing:
                if attempt >= self.limits.attempts:
                    raise passing.fault from None
                self._patience.wait(attempt, passing.seconds, passing.fault)
                attempt += 1

    def _follow(self, request: requests.Request) -> Answer:
        """Send a request, and again where the same host says that it has moved."""
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._send(request)
            if answer.status not in _REDIRECTS or "Location" not in answer.headers:
                return answer
            target = joined(answer.url, answer.headers["Location"])
            if origin(target) != origin(answer.url):
                raise FeedFault(
                    transient=False,
                    expected=f"answers of {origin(self.address)}",
                    found=f"a redirect to {shown(origin(target) or 'another kind of place')}",
                )
            request.url, request.params = target, {}
        raise FeedFault(
            transient=False,
            expected=f"at most {MOST_REDIRECTS} redirects",
            found=f"another one at {shown(urlsplit(str(request.url)).path)}",
        )

    def _send(self, request: requests.Request) -> Answer:
        left = self._patience.left()
        timeout = min(self.limits.request_seconds, left)
        where = shown(urlsplit(str(request.url)).path)
        try:
            prepared = self._session.prepare_request(request)
            meant = origin(str(request.url))
            if not meant or origin(prepared.url or "") != meant:
                # It may be read in two ways: credentials for one host would go to another.
                raise requests.exceptions.InvalidURL
            settings = self._session.merge_environment_settings(
                prepared.url or "", {}, True, True, None
            )
            # Not by the session: that reads the whole body of a redirect, however large it is.
            adapter = self._session.get_adapter(prepared.url or "")
            response = adapter.send(
                prepared,
                stream=True,
                timeout=timeout,
                verify=settings["verify"] or True,
                cert=settings["cert"],
                proxies=settings["proxies"],
            )
            with response:
                return Answer(
                    response.url, response.status_code, response.headers, self._read(response)
                )
        except requests.exceptions.SSLError as error:
            if _is_about_the_certificate(error):
                raise FeedFault(
                    transient=False,
                    expected=f"a certificate of {origin(self.address)} that can be verified",
                    found="another one",
                ) from None
            raise _Passing(self._broken(where, error)) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            # An OSError, too, by its ancestry: an address or a header that cannot be.
            if isinstance(error, ValueError):
                raise self._unusable(error) from None
            raise _Passing(self._broken(where, error)) from None
        except ValueError as error:
            raise self._unusable(error) from None

    def _read(self, response: requests.Response) -> bytes:
        """Read a body, decoded, as far and as long as the limits allow."""
        is_success = response.status_code == _OK
        most = self.limits.page_bytes if is_success else LARGEST_REFUSAL
        clock, body = self._clock, bytearray()
        began = clock()
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > most:
                if not is_success:
                    break
                raise FeedFault(
                    transient=False,
                    expected=f"an answer of at most {most} bytes (limits.page_bytes)",
                    found="a longer one",
                )
            seconds = clock() - began
            is_slow = len(body) < seconds * SLOWEST_BYTES_PER_SECOND
            if seconds > self.limits.request_seconds and is_slow:
                message = "an answer that only drips"
                raise TimeoutError(message)
            self._patience.left()
        return bytes(body)

    def _check(self, answer: Answer) -> None:
        """Raise unless an answer is a success."""
        if answer.status == _OK:
            return
        where = shown(urlsplit(answer.url).path)
        found = f"status {answer.status} at {where}"
        if answer.status in _MAY_PASS:
            fault = FeedFault(transient=True, expected="a service that answers", found=found)
            raise _Passing(fault, asked_for(answer.headers))
        expected = {
            401: f"credentials in connection {self.connection} that are accepted",
            403: f"that the credentials of connection {self.connection} may read this",
            404: "that the path is there",
        }.get(answer.status, "status 200")
        raise StatusFault(answer.status, expected=expected, found=found)

    def _broken(self, where: str, error: Exception) -> FeedFault:
        # The kind of an error and no more: its text holds the whole address.
        return FeedFault(
            transient=True,
            expected=f"a whole answer of {origin(self.address)}",
            found=f"{type(error).__name__} at {where}",
        )

    def _unusable(self, error: Exception) -> FeedFault:
        return FeedFault(
            transient=False,
            expected=f"an address and credentials in connection {self.connection} that can be sent",
            found=type(error).__name__,
        )


class _Passing(Exception):  # noqa: N818  a turn of the loop above, seen by nobody else
    """What may be over when the same is asked again."""

    def __init__(self, fault: FeedFault, seconds: float | None = None) -> None:
        """Keep what to raise at last, and the pause that the far end asked for."""
        self.fault, self.seconds = fault, seconds
        super().__init__()


def _json_of(answer: Answer) -> Any:  # noqa: ANN401  whatever the far end sends
    try:
        return answer.json()
    except FeedFault as fault:
        # A page of maintenance comes with status 200 and goes again.
        raise _Passing(fault) from None


def _is_about_the_certificate(error: BaseException) -> bool:
    """Tell whether a certificate was refused, which another attempt does not change."""
    reason: Any = error.args[0] if error.args else None
    reason = getattr(reason, "reason", reason)
    inner = reason.args[0] if isinstance(reason, Exception) and reason.args else reason
    return isinstance(inner, ssl.SSLCertVerificationError)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
