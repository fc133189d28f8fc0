"""A message as a title and a text."""

from typing import Any

from breakwater.core.finding import Severity
from breakwater.core.plain import inert, one_line, shortened
from breakwater.notify.channels.text import as_text
from breakwater.notify.message import Message

LONGEST_TITLE = 160
LONGEST_BODY = 30_000
"""Services cut or split what is longer than they take; nothing of ours comes near this."""
_KINDS = {
    Severity.INFO: "info",
    Severity.WARNING: "warning",
    Severity.MAJOR: "warning",
    Severity.CRITICAL: "failure",
}


def render(message: Message) -> dict[str, Any]:
    """Render to the payload of the Apprise channel, ``{kind, title, body}``.

    Which of the services reads what as markup is not known here, so nothing is left that could be.
    """
    standing = message.standing
    return {
        "kind": _KINDS[standing.severity] if standing.is_open else "success",
        "title": inert(one_line(message.subject, LONGEST_TITLE)),
        "body": shortened(as_text(message, inert), LONGEST_BODY),
    }
