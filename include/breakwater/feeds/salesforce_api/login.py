"""Logging in to Salesforce with the fields of the provider's connection form."""

import json
from collections.abc import Callable
from typing import Any, Final

import jwt
import requests
from simple_salesforce.api import DEFAULT_API_VERSION, Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed
from simple_salesforce.login import SalesforceLogin

from breakwater.feeds.records import FeedFault, shown
from breakwater.warehouse.connections import FeedConnection

OLD_PREFIX: Final = "extra__salesforce__"
"""Extras were named so by earlier releases of the provider."""
EXPECTED: Final = (
    "login and password with security_token or organization_id, or with consumer_key and"
    " consumer_secret; or login, consumer_key and private_key; or consumer_key, consumer_secret"
    " and the company's own domain"
)
PASSING_CODES: Final = frozenset(
    {
        "REQUEST_LIMIT_EXCEEDED",
        "REQUEST_RUNNING_TOO_LONG",
        "SERVER_UNAVAILABLE",
        "QUERY_TIMEOUT",
        "UNABLE_TO_LOCK_ROW",
        "LOGIN_RATE_EXCEEDED",
        "UNKNOWN_EXCEPTION",
    }
)
"""What Salesforce refuses now and may grant later."""
LONGEST_SENTENCE = 300

Login = Callable[[], Salesforce]


def login_of(connection: FeedConnection, session: requests.Session) -> Login:
    """Return what logs in anew whenever it is called.

    SOAP, OAuth 2 password, JWT bearer or client credentials, by which fields are filled in.

    Raises:
        ConfigurationError: the connection is of another kind, or lacks credentials.
    """
    if connection.kind != "salesforce":
        problem = connection.expected("a connection of type salesforce", connection.kind)
        raise problem
    fields: dict[str, Any] = {
        "username": connection.login or None,
        "password": connection.password or None,
        "security_token": _extra(connection, "security_token"),
        "organizationId": _extra(connection, "organization_id"),
        "domain": _extra(connection, "domain") or "login",
        "consumer_key": _extra(connection, "consumer_key"),
        "consumer_secret": _extra(connection, "consumer_secret"),
        "privatekey": _extra(connection, "private_key"),
        "privatekey_file": _extra(connection, "private_key_file_path"),
        "client_id": _extra(connection, "client_id"),
        "sf_version": _extra(connection, "version") or DEFAULT_API_VERSION,
    }
    proxies = proxies_of(connection)
    if proxies:
        session.proxies = proxies

    def login() -> Salesforce:
        try:
            token, instance = SalesforceLogin(**fields, session=session, proxies=session.proxies)
        except SalesforceAuthenticationFailed as error:
            raise _refusal(connection, error) from None
        except (jwt.PyJWTError, FileNotFoundError) as error:
            problem = connection.expected("a private key in PEM", type(error).__name__)
            raise problem from None
        except (AttributeError, UnicodeDecodeError) as error:
            found = "another answer"
            raise FeedFault(transient=True, expected="a session", found=found) from error
        return Salesforce(
            session_id=token, instance=instance, session=session, version=fields["sf_version"]
        )

    return login


def proxies_of(connection: FeedConnection) -> dict[str, str]:
    """Read the form's field `proxies`: one address, or a JSON object of them by scheme."""
    stated = _extra(connection, "proxies")
    if not stated:
        return {}
    try:
        read = json.loads(stated) if isinstance(stated, str) and stated[:1] == "{" else stated
    except ValueError:
        problem = connection.expected("proxies as an address or a JSON object", "neither")
        raise problem from None  # it may hold the login of a proxy
    if isinstance(read, str):
        return {"https": read}
    return {str(scheme): str(address) for scheme, address in dict(read).items()}


def _extra(connection: FeedConnection, name: str) -> Any:  # noqa: ANN401  whatever a form holds
    return connection.extra.get(name, connection.extra.get(OLD_PREFIX + name)) or None


def _refusal(connection: FeedConnection, error: SalesforceAuthenticationFailed) -> Exception:
    """Say why there is no session; Salesforce's words name the user at most."""
    code = error.code
    if code == "INVALID AUTH":  # the library's own: it found no complete set of fields
        return connection.expected(EXPECTED, "an incomplete set of fields")
    is_status = isinstance(code, int)
    # A page that is no answer of the interface comes while Salesforce is being maintained.
    transient = is_status or str(code).removeprefix("sf:") in PASSING_CODES
    words = f"status {code}" if is_status else shown(f"{code}: {error.auth_message}", 300)
    return FeedFault(
        transient=transient,
        expected=f"a login of connection {connection.name} that Salesforce accepts",
        found=words,
    )
