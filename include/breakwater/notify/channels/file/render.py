"""A message as a file: a name to recognise it by, and its text."""

import re
from typing import Any

from breakwater.notify.channels.text import as_text
from breakwater.notify.message import Message


def render(message: Message) -> dict[str, Any]:
    """Render to the payload of the file channel, ``{name, text}``."""
    return {"name": bare_name(message.subject), "text": as_text(message)}


def bare_name(text: str) -> str:
    """Reduce text to letters, digits and dashes, so that it names a file and nothing else."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:80] or "message"
