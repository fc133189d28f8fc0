"""Where mail is handed over, and as whom."""

from dataclasses import dataclass, field
from typing import Any, Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from breakwater.core.errors import ConfigurationError
from breakwater.warehouse.connections import FeedConnection

Security = Literal["none", "starttls", "tls"]
_PORTS: dict[Security, int] = {"none": 25, "starttls": 587, "tls": 465}
_SCHEMES: dict[str, Security] = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}
_YES = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """A mail server.

    Attributes:
        host: its name.
        port: where it listens.
        sender: the address mail comes from; replies go there.
        user: login, when it wants one.
        password: of that login.
        security: ``starttls`` and ``tls`` never fall back to plain text.
        timeout_seconds: longest wait for any one answer, or for a piece of it.
        longest_seconds: for one mail, from connecting to the server's last word.
    """

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    security: Security = "starttls"
    timeout_seconds: float = 30.0
    longest_seconds: float = 180.0

    @classmethod
    def from_uri(cls, uri: str) -> Self:
        """Read ``smtp+starttls://user:password@host:587?from=breakwater@harbour.example``.

        The scheme is ``smtp`` (no encryption), ``smtp+starttls`` or ``smtps``.

        Raises:
            ConfigurationError: a part is missing; the text never holds the password.
        """
        parts = urlsplit(uri)
        sender = parse_qs(parts.query).get("from", [""])[0]
        if parts.scheme not in _SCHEMES or not parts.hostname or "@" not in sender:
            problem = "expected smtp[+starttls|s]://host:port?from=address"
            found = f"scheme {parts.scheme!r}, host {parts.hostname!r}, from {sender!r}"
            raise ConfigurationError((f"BREAKWATER_SMTP: {problem}; found {found}",))
        security = _SCHEMES[parts.scheme]
        return cls(
            host=parts.hostname,
            port=parts.port or _PORTS[security],
            sender=sender,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            security=security,
        )

    @classmethod
    def from_connection(cls, connection: FeedConnection) -> Self:
        """Read the fields of Airflow's ``smtp`` form; we build and send the mail ourselves.

        The provider's hook sends HTML without a text part, repeats what was refused for good, and
        says nothing when one of several addresses is refused. What its form means stays as it is:
        TLS from the first byte unless ``disable_ssl``, then STARTTLS unless ``disable_tls``.

        Raises:
            ConfigurationError: the connection names no host or no sender.
        """
        extra = connection.extra
        sender = str(extra.get("from_email") or "")
        if not connection.host or "@" not in sender:
            found = f"host {connection.host!r}, from_email {sender!r}"
            problem = f"connection {connection.name}: expected a host and a from_email"
            raise ConfigurationError((f"{problem}; found {found}",))
        security: Security = "tls"
        if _is_on(extra.get("disable_ssl")):
            security = "none" if _is_on(extra.get("disable_tls")) else "starttls"
        return cls(
            host=connection.host,
            port=connection.port or _PORTS[security],
            sender=sender,
            user=connection.login or None,
            password=connection.password or None,
            security=security,
            timeout_seconds=float(extra.get("timeout") or 30),
        )

    def as_connection(self, name: str) -> FeedConnection:
        """Spell the settings as Airflow's ``smtp`` form does."""
        return FeedConnection(
            name=name,
            kind="smtp",
            host=self.host,
            port=self.port,
            login=self.user,
            password=self.password,
            extra={
                "from_email": self.sender,
                "disable_ssl": self.security != "tls",
                "disable_tls": self.security == "none",
                "timeout": self.timeout_seconds,
            },
        )


def _is_on(value: Any) -> bool:  # noqa: ANN401  a box of a form, or its spelling in a URI
    return value.lower() in _YES if isinstance(value, str) else bool(value)
