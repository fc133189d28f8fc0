"""Posting signed documents, as Standard Webhooks describes it (standardwebhooks.com).

``webhook-id`` is the delivery key: a receiver that remembers it takes each message once, however
often it comes. ``webhook-signature`` covers id, instant and body, so that nobody else can post in
our name or post an old message again.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from breakwater.core.days import utc_seconds
from breakwater.core.errors import DeliveryError
from breakwater.notify.channel import Access
from breakwater.notify.outside.hand_over import (
    as_json,
    hand_over,
    host_url,
    named_connection,
    secret_of,
)
from breakwater.warehouse.delivery import Delivery, Receipt

SHORTEST_KEY = 24
"""Bytes, as the specification asks for."""
_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """The webhook channel.

    The connection ``webhook_<recipient>`` has the address as its host and the key as its password.
    """

    access: Access

    def send(self, delivery: Delivery) -> Receipt:
        """Post one document."""
        connection = named_connection(self.access, "webhook", delivery.recipient)
        document = {"thread": delivery.thread_key, **delivery.payload["document"]}
        body = as_json(document)
        instant = utc_seconds(delivery.attempted_at)
        key = _key(secret_of(connection, "a signing key"))
        hand_over(
            host_url(connection),
            self.access.allowed,
            far_end=connection.name,
            content=body,
            headers={
                "webhook-id": delivery.delivery_key,
                "webhook-timestamp": str(instant),
                "webhook-signature": signature(key, delivery.delivery_key, instant, body),
            },
        )
        return Receipt(delivery.delivery_key, delivery.recipient)

    def was_delivered(self, delivery: Delivery) -> Receipt | None:  # noqa: ARG002  sending again is harmless
        """Answer None: the second copy has the id of the first, by which a receiver knows it."""
        return None


def signature(key: bytes, identifier: str, instant: int, body: bytes) -> str:
    """Sign one document; ``v1`` is HMAC-SHA256 over id, instant and body, joined by dots."""
    signed = f"{identifier}.{instant}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def _key(secret: str) -> bytes:
    """Read a key: Base64 behind ``whsec_``, or any text."""
    try:
        key = (
            base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
            if secret.startswith(_PREFIX)
            else secret.encode()
        )
    except ValueError:
        key = b""
    if len(key) < SHORTEST_KEY:
        message = f"expected a signing key of at least {SHORTEST_KEY} bytes; found a shorter one"
        raise DeliveryError(message, permanent=False, for_a_person=True)
    return key
