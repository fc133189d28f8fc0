"""Handing a document to a system outside, with what its answer means for the next attempt."""

import json
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Literal

from breakwater.core.errors import ConfigurationError, DeliveryError
from breakwater.notify.channel import Access
from breakwater.notify.outside.ask import Answer, ask
from breakwater.notify.outside.target import Allowed, OutsideError
from breakwater.warehouse.connections import FeedConnection

_HEALED_BY_A_PERSON = frozenset({401, 403, 407})
"""The message is fine, our access is not."""
_MAY_PASS = frozenset({408, 425, 429})
_FIRST_FAILURE = 300
_SERVER_ERRORS = 500


def hand_over(
    url: str,
    allowed: Allowed,
    *,
    far_end: str,
    document: object = None,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    method: Literal["GET", "POST"] = "POST",
) -> Answer:
    """Ask once, and return the answer if it is a success.

    Args:
        url: where; never part of an error, for it may be a secret.
        allowed: hosts that may be asked.
        far_end: its name in errors.
        document: sent as JSON.
        content: sent as it is, in the place of a document.
        headers: besides those of the content.
        method: of HTTP.

    Raises:
        DeliveryError: it was not taken, or nobody knows.
    """
    body = content if document is None else as_json(document)
    said = {"Accept": "application/json", **(headers or {})}
    if body is not None:
        said = {"Content-Type": "application/json", **said}
    try:
        answer = ask(method, url, allowed, headers=said, content=body)
    except OutsideError as error:
        # What only asks leaves no doubt of its own; what was done before keeps its doubt.
        in_doubt = error.in_doubt and method != "GET"
        message = f"{far_end}: {error}"
        raise DeliveryError(message, permanent=error.permanent, in_doubt=in_doubt) from error
    if answer.status >= _FIRST_FAILURE:
        raise refusal(answer, far_end)
    return answer


def refusal(answer: Answer, far_end: str) -> DeliveryError:
    """Decide from a status whether asking again can help, and whether it may have been taken."""
    status = answer.status
    is_servers = status >= _SERVER_ERRORS
    return DeliveryError(
        f"{far_end} answered with HTTP {status}",
        permanent=not is_servers and status not in _MAY_PASS | _HEALED_BY_A_PERSON,
        in_doubt=is_servers,
        retry_after_seconds=_retry_after(answer.headers),
        for_a_person=status in _HEALED_BY_A_PERSON,
    )


def not_its_own(far_end: str) -> DeliveryError:
    """Name an answer that says success and is not the far end's: a page of a proxy, say."""
    message = f"{far_end} answered with success, but not as it does"
    return DeliveryError(message, permanent=False, in_doubt=True)


def as_json(document: object) -> bytes:
    """Spell a document: the same bytes at every attempt."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def not_connected(error: ConfigurationError) -> DeliveryError:
    """Turn what is wrong with a connection into an error that waits for whoever mends it."""
    return DeliveryError(str(error), permanent=False, for_a_person=True)


def named_connection(access: Access, channel: str, recipient: str) -> FeedConnection:
    """Return the connection that holds a recipient's address.

    Raises:
        DeliveryError: there is none, or it cannot be read; the message waits for whoever adds it.
    """
    try:
        return access.connections(f"{channel}_{recipient}")
    except ConfigurationError as error:
        raise not_connected(error) from error


def secret_of(connection: FeedConnection, what: str) -> str:
    """Return a connection's password.

    Raises:
        DeliveryError: it has none.
    """
    if connection.password:
        return connection.password
    error = connection.expected(f"{what} as its password", "none")
    raise not_connected(error) from error


def host_url(connection: FeedConnection, default: str | None = None) -> str:
    """Return the https address that a connection's host is, without a slash at its end.

    Raises:
        DeliveryError: it has none, and there is no default.
    """
    host = connection.host or default
    if host is None:
        error = connection.expected("a host", "none")
        raise not_connected(error) from error
    if "://" not in host:
        host = f"https://{host}"
    port = f":{connection.port}" if connection.port and connection.host else ""
    return host.rstrip("/") + port


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read seconds, or the distance of two instants that the far end states itself."""
    stated = headers.get("retry-after", "")
    if stated.isascii() and stated.isdigit():
        return float(stated)
    try:
        then, now = (parsedate_to_datetime(text) for text in (stated, headers.get("date", "")))
        return max(0.0, (then.astimezone(UTC) - now.astimezone(UTC)).total_seconds())
    except ValueError:
        return None


def text_in(answer: Answer, name: str) -> str | None:
    """Return a text of an answer that is a JSON object; None where there is none."""
    document = answer.json()
    found = document.get(name) if isinstance(document, dict) else None
    return found if isinstance(found, str) else None
