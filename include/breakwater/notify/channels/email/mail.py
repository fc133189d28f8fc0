"""Building a mail whose bytes depend on the delivery alone."""

import base64
import binascii
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from breakwater.core.errors import DeliveryError
from breakwater.warehouse.delivery import Delivery

_OURS = frozenset(
    {
        "from",
        "sender",
        "to",
        "cc",
        "bcc",
        "date",
        "subject",
        "message-id",
        "in-reply-to",
        "references",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
    }
)
"""Headers that are set here; a payload that sets them itself is refused."""

_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
"""The standard library checks values for line breaks, and names not at all."""


def message_id_of(delivery: Delivery, sender: str) -> str:
    """Name the mail by its delivery key: the same at every attempt."""
    return f"<{delivery.delivery_key[:40]}@{sender.rpartition('@')[2]}>"


def build_mail(delivery: Delivery, sender: str) -> EmailMessage:
    """Build text and HTML alternatives, the HTML with its inline images; then what is attached.

    Raises:
        DeliveryError: permanent, when a header would hold a line break or is not the payload's
            to set, or when an image or an attachment is not Base64.
    """
    try:
        return _build(delivery, sender)
    except (ValueError, MessageError, LookupError, binascii.Error) as error:
        message = f"the mail cannot be built: {type(error).__name__}: {error}"
        raise DeliveryError(message, permanent=True) from error


def _build(delivery: Delivery, sender: str) -> EmailMessage:
    payload = delivery.payload
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = delivery.recipient
    if len(mail["To"].addresses) != 1 or not delivery.recipient.isascii():
        problem = f"recipient must be one plain address; found {delivery.recipient!r}"
        raise ValueError(problem)
    mail["Subject"] = payload["subject"]
    mail["Date"] = delivery.created_at
    mail["Message-ID"] = message_id_of(delivery, sender)
    if delivery.living is not None and delivery.operation != "post":
        mail["In-Reply-To"] = delivery.living.far_end_id
        mail["References"] = delivery.living.far_end_id
    for name, value in payload["headers"].items():
        if name.lower() in _OURS or not _HEADER_NAME.fullmatch(name):
            problem = f"header {name!r} is not the payload's to set"
            raise ValueError(problem)
        mail[name] = value
    mail.set_content(payload["text"], cte="quoted-printable")
    mail.add_alternative(payload["html"], subtype="html", cte="quoted-printable")
    for image in payload["inline"]:
        _attach(mail, image)
    for file in payload.get("attachments", ()):
        maintype, _, subtype = file["media_type"].partition("/")
        content = base64.b64decode(file["base64"], validate=True)
        mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=file["name"])
    _fix_boundaries(mail, delivery.delivery_key)
    return mail


def _attach(mail: EmailMessage, image: dict[str, Any]) -> None:
    """Put an image beside the HTML that shows it by ``cid:``."""
    maintype, _, subtype = image["media_type"].partition("/")
    html = mail.get_body(("html", "related"))
    if html is None:
        problem = "no HTML part to hold an image"
        raise LookupError(problem)
    html.add_related(
        base64.b64decode(image["base64"], validate=True),
        maintype=maintype,
        subtype=subtype,
        cid=f"<{image['cid']}>",
        disposition="inline",
    )


def _fix_boundaries(mail: EmailMessage, delivery_key: str) -> None:
    """Name each boundary by the key; random ones would make every attempt another mail."""
    for number, part in enumerate(_multiparts(mail)):
        part.set_boundary(f"=_{delivery_key[:32]}_{number}")


def _multiparts(mail: EmailMessage) -> Iterator[EmailMessage]:
    for part in mail.walk():
        if isinstance(part, EmailMessage) and part.is_multipart():
            yield part
