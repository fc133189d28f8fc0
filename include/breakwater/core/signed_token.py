"""Signed, expiring tokens: what a link in a message allows whoever opens it, and nothing else.

A token names one purpose, one subject, whom it was sent to and until when it counts. It is read by
nobody but us: the recipient stands in it as a keyed hash, so an address is in no access log.
Whoever has the link can do what it allows; it is as private as the message that carries it.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SHORTEST_KEY = 16
LONGEST_TOKEN = 1_000
_RECIPIENT_DIGITS = 20
_SIGNING, _NAMING = b"breakwater/token/1", b"breakwater/recipient/1"


class TokenRefusal(StrEnum):
    """Why a token allows nothing."""

    MALFORMED = "malformed"
    FORGED = "forged"
    OTHER_PURPOSE = "other_purpose"
    EXPIRED = "expired"


class TokenRefusedError(Exception):
    """A token allows nothing; `reason` says why, for our own log: readers learn less."""

    def __init__(self, reason: TokenRefusal) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(reason.value)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token allows.

    Attributes:
        purpose: the one thing that may be done, such as ``incident`` or ``unsubscribe``.
        subject: to what: a thread of messages, an audience.
        recipient: a keyed hash of whom the link was sent to; see `Grant.recipient_among`.
        expires_at: UTC seconds; from then on it allows nothing.
    """

    purpose: str
    subject: str
    recipient: str
    expires_at: int

    def recipient_among(self, key: bytes, candidates: Iterable[str]) -> str | None:
        """Return whom the link was sent to, of those it may have been sent to; None of others."""
        return next(
            (
                each
                for each in candidates
                if hmac.compare_digest(_recipient_hash(key, each), self.recipient)
            ),
            None,
        )


def signed_token(
    key: bytes, *, purpose: str, subject: str, recipient: str, expires_at: datetime
) -> str:
    """Return a token of letters, digits, ``-``, ``_`` and one dot; the same for the same arguments.

    Args:
        key: the installation's secret (``Workspace.link_key``).
        purpose: the one thing that may be done.
        subject: to what.
        recipient: whom it is sent to, as ``channel:address``.
        expires_at: from when on it allows nothing.

    Raises:
        ValueError: the key is too short to be a secret.
    """
    if len(key) < SHORTEST_KEY:
        message = f"expected a key of at least {SHORTEST_KEY} bytes; found {len(key)}"
        raise ValueError(message)
    what = [purpose, subject, _recipient_hash(key, recipient), int(expires_at.timestamp())]
    body = json.dumps(what, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_encoded(body)}.{_encoded(_signature(key, body))}"


def read_token(key: bytes, token: str, *, purpose: str, now: datetime) -> Grant:
    """Return what a token allows now.

    Raises:
        TokenRefusedError: it is none of ours, was changed, is for something else, or has expired.
    """
    if len(key) < SHORTEST_KEY:
        raise TokenRefusedError(TokenRefusal.FORGED)
    body, signature = _parts(token)
    if not hmac.compare_digest(_signature(key, body), signature):
        raise TokenRefusedError(TokenRefusal.FORGED)
    grant = Grant(*json.loads(body))
    if grant.purpose != purpose:
        raise TokenRefusedError(TokenRefusal.OTHER_PURPOSE)
    if now.timestamp() >= grant.expires_at:
        raise TokenRefusedError(TokenRefusal.EXPIRED)
    return grant


def _parts(token: str) -> tuple[bytes, bytes]:
    body, dot, signature = token.partition(".")
    if not dot or len(token) > LONGEST_TOKEN:
        raise TokenRefusedError(TokenRefusal.MALFORMED)
    decoded = _decoded(body), _decoded(signature)
    # One spelling only: Base64 with loose bits at its end would be a second name of the same token.
    if f"{_encoded(decoded[0])}.{_encoded(decoded[1])}" != token:
        raise TokenRefusedError(TokenRefusal.MALFORMED)
    return decoded


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.digest(hmac.digest(key, _SIGNING, hashlib.sha256), body, hashlib.sha256)


def _recipient_hash(key: bytes, recipient: str) -> str:
    naming = hmac.digest(key, _NAMING, hashlib.sha256)
    return hmac.new(naming, recipient.encode(), hashlib.sha256).hexdigest()[:_RECIPIENT_DIGITS]


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise TokenRefusedError(TokenRefusal.MALFORMED) from None
