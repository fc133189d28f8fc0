"""Handing mail over by SMTP: one connection an attempt, one address a mail.

SMTP cannot be asked whether an earlier attempt arrived. Between the server's "250" and our commit
there is a window in which a kill leads to the same mail being handed over again. The second copy
has the same Message-ID and the same bytes, which mail stores suppress; a server that forwards
without a store of its own may show both. The window is one commit long.
"""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from breakwater.core.errors import DeliveryError
from breakwater.notify.channels.email.mail import build_mail
from breakwater.notify.channels.email.settings import SmtpSettings
from breakwater.warehouse.delivery import Delivery, Receipt

_PERMANENT = 500


@dataclass(frozen=True, slots=True)
class EmailSender:
    """The e-mail channel."""

    settings: SmtpSettings

    def send(self, delivery: Delivery) -> Receipt:
        """Hand one mail to the server."""
        mail = build_mail(delivery, self.settings.sender)
        with _connected(self.settings) as server, _answers_named(delivery.recipient):
            server.sendmail(self.settings.sender, [delivery.recipient], mail.as_bytes())
        # Later mails of a thread refer to its first.
        is_first = delivery.living is None or delivery.operation == "post"
        return Receipt(mail["Message-ID"], delivery.recipient, is_living=is_first)

    def was_delivered(self, delivery: Delivery) -> Receipt | None:  # noqa: ARG002  SMTP cannot be asked
        """Answer None: see the module's docstring for what makes a second copy harmless."""
        return None


@contextlib.contextmanager
def _connected(settings: SmtpSettings) -> Iterator[smtplib.SMTP]:
    """Connect, encrypt and log in; all that fails here has delivered nothing."""
    try:
        server = _open(settings)
    except (OSError, smtplib.SMTPException) as error:
        message = f"{settings.host}:{settings.port} is not usable: {_said(error)}"
        raise DeliveryError(message, permanent=False) from error
    try:
        yield server
    finally:
        # A server that fails to say goodbye has the mail all the same.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _open(settings: SmtpSettings) -> smtplib.SMTP:
    timeout, secure = settings.timeout_seconds, ssl.create_default_context()
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=timeout, context=secure
        )
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=timeout)
    try:
        if settings.security == "starttls":
            server.starttls(context=secure)
        if settings.user is not None:
            server.login(settings.user, settings.password or "")
    except BaseException:
        server.close()
        raise
    return server


@contextlib.contextmanager
def _answers_named(recipient: str) -> Iterator[None]:
    """Turn the server's answers into delivery errors: 4xx may pass, 5xx will not."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, _ = error.recipients[recipient]
        message = f"recipient refused: {code}"
        raise DeliveryError(message, permanent=code >= _PERMANENT) from error
    except smtplib.SMTPResponseException as error:
        message = f"mail refused: {_said(error)}"
        raise DeliveryError(message, permanent=error.smtp_code >= _PERMANENT) from error
    except (OSError, smtplib.SMTPException) as error:
        # Broken off, perhaps after the server took the mail.
        message = f"connection lost: {_said(error)}"
        raise DeliveryError(message, permanent=False, in_doubt=True) from error


def _said(error: Exception) -> str:
    """Name an error by its kind and code; a server's own words are not ours to repeat."""
    code = getattr(error, "smtp_code", None)
    return type(error).__name__ if code is None else f"{type(error).__name__} {code}"
