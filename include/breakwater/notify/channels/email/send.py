"""Handing mail over by SMTP: one connection an attempt, one address a mail.

SMTP cannot be asked whether an earlier attempt arrived. Between the server's "250" and our commit
there is a window in which a kill leads to the same mail being handed over again. The second copy
has the same Message-ID and the same bytes, which mail stores suppress; a server that forwards
without a store of its own may show both. The window is one commit long.
"""

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
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


class _Plain(smtplib.SMTP):
    def __init__(self, take: Callable[[smtplib.SMTP], None], settings: SmtpSettings) -> None:
        take(self)
        super().__init__(settings.host, settings.port, timeout=settings.timeout_seconds)


class _Secure(smtplib.SMTP_SSL):
    def __init__(
        self, take: Callable[[smtplib.SMTP], None], settings: SmtpSettings, secure: ssl.SSLContext
    ) -> None:
        take(self)
        super().__init__(
            settings.host, settings.port, timeout=settings.timeout_seconds, context=secure
        )


class _Session:
    """A server and the socket to it, which can be cut from outside.

    A time-out of a socket begins anew with every byte, so a server that drips would hold us for
    ever, and with us everybody who is to be told after.
    """

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None
        self._timer = threading.Timer(settings.longest_seconds, self._cut)
        self._timer.daemon = True

    def _cut(self) -> None:
        sock = getattr(self._server, "sock", None)
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def open(self) -> smtplib.SMTP:
        """Connect, encrypt and log in."""
        settings, secure = self._settings, ssl.create_default_context()
        self._timer.start()
        server: smtplib.SMTP = (
            _Secure(self.take, settings, secure)
            if settings.security == "tls"
            else _Plain(self.take, settings)
        )
        if settings.security == "starttls":
            server.starttls(context=secure)
        if settings.user is not None:
            server.login(settings.user, settings.password or "")
        return server

    def take(self, server: smtplib.SMTP) -> None:
        """Know a server before it connects: its very first line may drip."""
        self._server = server

    def close(self, *, politely: bool) -> None:
        """Say goodbye; a server that fails to answer has the mail all the same."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            if politely and self._server is not None:
                self._server.quit()
        self._timer.cancel()
        if self._server is not None:
            self._server.close()


@contextlib.contextmanager
def _connected(settings: SmtpSettings) -> Iterator[smtplib.SMTP]:
    """Connect, encrypt and log in; all that fails here has delivered nothing."""
    session = _Session(settings)
    try:
        server = session.open()
    except (OSError, smtplib.SMTPException) as error:
        session.close(politely=False)
        message = f"{settings.host}:{settings.port} is not usable: {_said(error)}"
        raise DeliveryError(message, permanent=False) from error
    try:
        yield server
    finally:
        session.close(politely=True)


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
