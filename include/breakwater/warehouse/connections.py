"""Where systems outside are and how we are known there; secrets live nowhere else."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from breakwater.core.errors import ConfigurationError


class NotConnectedError(ConfigurationError):
    """There is no connection of a name: nobody configured it."""


PREFIX = "AIRFLOW_CONN_"
"""Airflow reads the same variables: one spelling serves the command line and the tasks."""


@dataclass(frozen=True, slots=True)
class FeedConnection:
    """One connection, with the fields of Airflow's form; extras as the provider's form names them."""

    name: str
    kind: str
    host: str | None = None
    port: int | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    schema: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def expected(self, what: str, found: object) -> ConfigurationError:
        """Return the error that says what this connection lacks; never its secrets."""
        return ConfigurationError((f"connection {self.name}: expected {what}; found {found!r}",))


Connections = Callable[[str], FeedConnection]
"""Finds a connection by its name; raises NotConnectedError when there is none."""


def connections_of(environment: Mapping[str, str]) -> Connections:
    """Find connections in ``AIRFLOW_CONN_<NAME>`` variables, as URIs or as JSON objects."""

    def find(name: str) -> FeedConnection:
        variable = PREFIX + name.upper()
        text = environment.get(variable)
        if text is None:
            problem = f"connection {name}: expected it in Airflow, or in {variable}; found none"
            raise NotConnectedError((problem,))
        try:
            return (
                _from_json(name, text) if text.lstrip().startswith("{") else _from_uri(name, text)
            )
        except (ValueError, TypeError):
            # Neither the text nor its reader's words, which quote a piece of it: it holds a password.
            problem = f"connection {name}: expected a URI or a JSON object in {variable}"
            raise ConfigurationError((f"{problem}; found neither",)) from None

    return find


def _from_json(name: str, text: str) -> FeedConnection:
    stated = json.loads(text)
    extra = stated.get("extra") or {}
    port = stated.get("port")
    return FeedConnection(
        name=name,
        kind=stated.get("conn_type", ""),
        host=stated.get("host"),
        port=None if port is None else int(port),
        login=stated.get("login"),
        password=stated.get("password"),
        schema=stated.get("schema"),
        extra=json.loads(extra) if isinstance(extra, str) else dict(extra),
    )


def _from_uri(name: str, text: str) -> FeedConnection:
    uri = urlsplit(text)
    host = uri.hostname
    # As Airflow reads it: http://https%3A%2F%2Fapi.example holds an address in the place of a host.
    if uri.netloc and "%" in uri.netloc.rpartition("@")[2]:
        host = uri.netloc.rpartition("@")[2].rpartition(":")[0] or uri.netloc.rpartition("@")[2]
    extra = dict(parse_qsl(uri.query, keep_blank_values=True))
    if "__extra__" in extra:
        extra = json.loads(extra["__extra__"])
    return FeedConnection(
        name=name,
        kind=uri.scheme.replace("-", "_"),
        host=None if host is None else unquote(host),
        port=uri.port,
        login=None if uri.username is None else unquote(uri.username),
        password=None if uri.password is None else unquote(uri.password),
        schema=unquote(uri.path.lstrip("/")) or None,
        extra=extra,
    )
