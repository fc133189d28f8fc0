"""Where mail is handed over, and as whom."""

from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from breakwater.core.errors import ConfigurationError

Security = Literal["none", "starttls", "tls"]
_PORTS: dict[Security, int] = {"none": 25, "starttls": 587, "tls": 465}
_SCHEMES: dict[str, Security] = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}


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
        timeout_seconds: longest wait for any one answer.
    """

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    security: Security = "starttls"
    timeout_seconds: float = 30.0

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
