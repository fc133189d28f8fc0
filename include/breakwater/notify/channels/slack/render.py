"""A message as Slack blocks: one living message, and replies when it moves.

Everything that is not ours sits in ``plain_text`` and ``rich_text`` elements, which Slack shows as
they are: no mentions, no links, no emoji codes. Only the ``text`` for notifications is read as
markup, so there it is escaped and defused.
"""

import re
from collections.abc import Iterable
from typing import Any

from breakwater.core.plain import shortened
from breakwater.notify.channels.text import left_out
from breakwater.notify.message import Message, Row

Block = dict[str, Any]

LONGEST_HEADER = 150
LONGEST_TEXT = 2_000
LONGEST_ELEMENT = 300
_DELIMITERS = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})  # noqa: RUF001  look-alikes are the point


def render(message: Message) -> dict[str, Any]:
    """Render the whole message to the payload of the Slack channel, ``{text, blocks}``."""
    title = f"{message.standing.sign} {message.standing.word}: {message.title}"
    return {
        "text": defuse(f"{title}. {message.verdict}"),
        "blocks": [
            {"type": "header", "text": _plain(title, LONGEST_HEADER)},
            {"type": "rich_text", "elements": list(_body(message))},
            {"type": "context", "elements": [_plain(message.data_through, LONGEST_ELEMENT)]},
        ],
    }


def render_reply(message: Message) -> dict[str, Any]:
    """Render what moved, for the thread below the living message."""
    standing = message.standing
    # "Resolved" says itself in what moved; how bad the rest is does not.
    now = f"{standing.sign} {standing.word}:" if standing.is_open else standing.sign
    changes = [[_text(change)] for change in message.changes]
    return {
        "text": defuse(f"{now} {'; '.join(message.changes)}"),
        "blocks": [{"type": "rich_text", "elements": [_section([[_bold(now)]]), _list(changes)]}],
    }


def defuse(text: str) -> str:
    """Make text inert as Slack markup: no mention, no link, no style."""
    # Cut first: half an entity would be shown as such.
    inert = re.sub(r"(?<!\w)_|_(?!\w)", "ˍ", shortened(text, LONGEST_TEXT).translate(_DELIMITERS))
    return inert.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _body(message: Message) -> Iterable[Block]:
    lines = [[_text(message.verdict)]]
    lines += [[_bold(f"{fact.label}: "), _text(fact.value)] for fact in message.facts]
    if message.changes:
        yield _section([*lines, [_bold("Since the last message")]])
        yield _list([_text(change)] for change in message.changes)
        lines = []
    if len(message.rows) > 1:
        yield _section([*lines, [_bold("Conditions")]])
        yield _list(_row(row) for row in message.rows)
        lines = [[_text(line)] for line in left_out(message)]
    lines.append([_bold("Next step: "), _text(message.next_step)])
    if message.runbook:
        lines.append([_bold("Runbook: "), _link(message.runbook)])
    if message.actions:
        # Links and no buttons: Slack reports every press of a button to an address of the app.
        lines.append(list(_actions(message)))
    yield _section(lines)


def _actions(message: Message) -> Iterable[Block]:
    for number, action in enumerate(message.actions):
        if number:
            yield _text(" · ")
        yield {"type": "link", "url": action.url, "text": shortened(action.label, LONGEST_ELEMENT)}


def _row(row: Row) -> list[Block]:
    return [
        _bold(f"{row.standing.sign} {row.standing.word}: "),
        _text(f"{row.about}: {row.number}"),
    ]


def _section(lines: Iterable[list[Block]]) -> Block:
    """Put lines below each other; neighbouring sections would run into one."""
    elements: list[Block] = []
    for line in lines:
        elements += [{"type": "text", "text": "\n"}] * bool(elements) + line
    return {"type": "rich_text_section", "elements": elements}


def _list(items: Iterable[list[Block]]) -> Block:
    sections = [_section([item]) for item in items]
    return {"type": "rich_text_list", "style": "bullet", "elements": sections}


def _text(text: str) -> Block:
    return {"type": "text", "text": shortened(text, LONGEST_ELEMENT)}


def _bold(text: str) -> Block:
    return {**_text(text), "style": {"bold": True}}


def _link(target: str) -> Block:
    """Link an address of ours; a path in the repository stays text."""
    return {"type": "link", "url": target} if target.startswith("https://") else _text(target)


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": shortened(text, limit), "emoji": False}
