"""Who asks an HTTP service: a fixed token, a password, or a token that a service lends."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from breakwater.contracts.source import (
    Authentication,
    BasicPassword,
    BearerToken,
    ClientCredentials,
)
from breakwater.feeds.http.answer import Answer, StatusFault
from breakwater.feeds.http.authenticator import Authenticator
from breakwater.feeds.http.client import HttpClient
from breakwater.feeds.http.waiting import REAL, Waiting
from breakwater.feeds.records import FeedFault
from breakwater.warehouse.connections import FeedConnection

EARLIER_SECONDS = 60
"""A token is renewed this long before it expires: the page that it is for takes time, too."""
_UNAUTHORISED = 401


@dataclass(frozen=True, slots=True)
class FixedHeader:
    """The same header for every request."""

    name: str
    value: str = field(repr=False)

    def headers(self) -> Mapping[str, str]:
        """Return the header."""
        return {self.name: self.value}

    def was_refused(self, answer: Answer) -> bool:
        """Tell whether the far end does not know the header's value."""
        return answer.status == _UNAUTHORISED

    def renew(self) -> bool:
        """Answer False: there is no other value."""
        return False


class LentToken:
    """OAuth 2 client credentials (RFC 6749, section 4.4): a token for id and secret, for a while."""

    def __init__(
        self,
        client: HttpClient,
        settings: ClientCredentials,
        connection: FeedConnection,
        waiting: Waiting = REAL,
    ) -> None:
        """Ask for nothing yet."""
        self._client, self._settings, self._waiting = client, settings, waiting
        self._own = basic(connection)
        self._token: str | None = None
        self._until = 0.0

    def headers(self) -> Mapping[str, str]:
        """Return the token's header; asks for a token when there is none that will last."""
        if self._token is None or self._waiting.clock() >= self._until:
            self._token, seconds = self._ask()
            self._until = self._waiting.clock() + seconds - EARLIER_SECONDS
        return {"Authorization": f"Bearer {self._token}"}

    def was_refused(self, answer: Answer) -> bool:
        """Tell whether the service does not accept the token (any more)."""
        return answer.status == _UNAUTHORISED

    def renew(self) -> bool:
        """Forget the token, so that the next request asks for another."""
        self._token = None
        return True

    def _ask(self) -> tuple[str, float]:
        form = {"grant_type": "client_credentials"}
        if self._settings.scope is not None:
            form["scope"] = self._settings.scope
        try:
            said = self._client.ask(
                self._settings.token_url, form=form, headers=dict(self._own.headers())
            )
        except StatusFault as fault:
            raise FeedFault(
                transient=False,
                expected=f"a token for the login of connection {self._client.connection}",
                found=fault.found,
            ) from None
        return token_of(said)


def token_of(said: Any) -> tuple[str, float]:  # noqa: ANN401  whatever the far end sends
    """Return the token of a token answer, and for how many seconds it holds (RFC 6749, 5.1)."""
    token = said.get("access_token") if isinstance(said, dict) else None
    if not isinstance(token, str) or not token:
        raise FeedFault(
            transient=False, expected="an access_token", found="an answer without", is_shape=True
        )
    seconds = said.get("expires_in")
    try:
        return token, float(seconds)
    except (TypeError, ValueError):
        # It need not say; a refused token is renewed then.
        return token, float("inf")


def basic(connection: FeedConnection) -> FixedHeader:
    """Return the header of a connection's login and password (RFC 7617)."""
    login, password = _needed(connection, "login"), _needed(connection, "password")
    pair = base64.b64encode(f"{login}:{password}".encode()).decode()
    return FixedHeader("Authorization", f"Basic {pair}")


def bearer(connection: FeedConnection, settings: BearerToken | None = None) -> FixedHeader:
    """Return the header of a connection's password, which is a token."""
    stated = settings or BearerToken(kind="bearer")
    return FixedHeader(stated.header, f"{stated.prefix}{_needed(connection, 'password')}")


def authenticator_of(
    settings: Authentication,
    client: HttpClient,
    connection: FeedConnection,
    waiting: Waiting = REAL,
) -> Authenticator | None:
    """Return who asks, by a contract's `authentication`; None when anybody may.

    Raises:
        FeedFault: the connection lacks a login or a password.
    """
    if isinstance(settings, BearerToken):
        return bearer(connection, settings)
    if isinstance(settings, BasicPassword):
        return basic(connection)
    if isinstance(settings, ClientCredentials):
        return LentToken(client, settings, connection, waiting)
    return None


def login_or_token(connection: FeedConnection) -> Authenticator:
    """Return the login and password of a connection; without a login, its password as a token."""
    return basic(connection) if connection.login else bearer(connection)


def _needed(connection: FeedConnection, name: str) -> str:
    value = getattr(connection, name)
    if not value:
        raise FeedFault(
            transient=False, expected=f"a {name} in connection {connection.name}", found="none"
        )
    return str(value)
