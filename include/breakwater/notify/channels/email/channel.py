"""News by mail: later mails answer the first, because none can be changed once it is out."""

from collections.abc import Iterator

from breakwater.notify.channel import Access, News, Part
from breakwater.notify.channels.email.render import render
from breakwater.notify.sender import Sender

CONNECTION = "smtp"


def parts(news: News) -> Iterator[Part]:
    """Write one mail."""
    yield Part(news.reason.value, "post" if news.is_first else "reply", render(news.message))


def open_sender(access: Access) -> Sender | None:
    """Use the connection ``smtp``."""
    connection = access.connection(CONNECTION)
    if connection is None:
        return None
    from breakwater.notify.channels.email.send import EmailSender
    from breakwater.notify.channels.email.settings import SmtpSettings

    return EmailSender(SmtpSettings.from_connection(connection))
