"""A message as an issue's summary and its text; how the text is spelt is decided when it is sent."""

from typing import Any

from breakwater.core.plain import one_line, shortened
from breakwater.notify.channels.text import as_text
from breakwater.notify.message import Message

LONGEST_SUMMARY = 255
LONGEST_TEXT = 30_000
"""Jira takes 32,767 characters of a text."""


def render(message: Message) -> dict[str, Any]:
    """Render to the payload of the Jira channel, ``{summary, text, is_open}``."""
    return {
        "summary": one_line(message.subject, LONGEST_SUMMARY),
        "text": shortened(as_text(message), LONGEST_TEXT),
        "is_open": message.standing.is_open,
    }
