"""A message as a card of Google Chat, and a line of text for notifications.

The widgets of a card read a few tags of HTML, so there text is escaped. The line above the card is
read as markup: there it is defused.
"""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from breakwater.contracts.channels import LARGEST_CHAT_MESSAGE
from breakwater.core.plain import inert, shortened
from breakwater.notify.channels.fit import fitting
from breakwater.notify.channels.text import left_out
from breakwater.notify.message import Message

Widget = dict[str, Any]

LARGEST_MESSAGE = LARGEST_CHAT_MESSAGE
LONGEST_TEXT = 2_000
LONGEST_TITLE = 200
_BOLD = "<b>{}</b>"


def render(message: Message) -> dict[str, Any]:
    """Render to the payload of the Google Chat channel, ``{text, card}``."""
    return fitting(message, _rendered, lambda payload: size_of(payload) <= LARGEST_MESSAGE)


def size_of(payload: dict[str, Any]) -> int:
    """Count the bytes of a message as it is sent."""
    return len(json.dumps(payload, ensure_ascii=False).encode())


def _rendered(message: Message) -> dict[str, Any]:
    standing = f"{message.standing.sign} {message.standing.word}"
    return {
        "text": inert(shortened(f"{standing}: {message.title}", LONGEST_TITLE)),
        "card": {
            "header": {
                "title": inert(shortened(message.title, LONGEST_TITLE)),
                "subtitle": standing,
            },
            "sections": [{"widgets": list(_widgets(message))}],
        },
    }


def _widgets(message: Message) -> Iterator[Widget]:
    yield _paragraph(_plain(message.verdict))
    for fact in message.facts:
        yield {
            "decoratedText": {"topLabel": fact.label, "text": _plain(fact.value), "wrapText": True}
        }
    if message.changes:
        yield _list("Since the last message", [_plain(change) for change in message.changes])
    if len(message.rows) > 1:
        rows = [
            _bold(f"{row.standing.sign} {row.standing.word}: ")
            + _plain(f"{row.about}: {row.number}")
            for row in message.rows
        ]
        yield _list("Conditions", rows + left_out(message))
    yield _paragraph(_bold("Next step: ") + _plain(message.next_step))
    if message.runbook:
        yield _paragraph(_bold("Runbook: ") + _link(message.runbook))
    if message.actions:
        buttons = [
            {"text": _cut(action.label), "onClick": {"openLink": {"url": action.url}}}
            for action in message.actions
        ]
        yield {"buttonList": {"buttons": buttons}}
    yield _paragraph(_plain(message.data_through))


def _list(title: str, lines: list[str]) -> Widget:
    return _paragraph("<br>".join([_bold(title), *(f"• {line}" for line in lines)]))


def _paragraph(text: str) -> Widget:
    return {"textParagraph": {"text": text}}


def _bold(text: str) -> str:
    return _BOLD.format(_plain(text))


def _link(target: str) -> str:
    """Link an address of ours; a path in the repository stays text."""
    plain = _plain(target)
    return f'<a href="{plain}">{plain}</a>' if target.startswith("https://") else plain


def _plain(text: str) -> str:
    # Cut first: half an entity would be shown as such.
    return escape(_cut(text))


def _cut(text: str) -> str:
    return shortened(text, LONGEST_TEXT)
