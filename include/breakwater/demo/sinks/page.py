"""The captured chat as one page, for people who want to look."""

import re
from collections.abc import Callable, Iterable
from html import escape, unescape
from pathlib import Path
from typing import Any

from breakwater.demo.sinks.chat import ChatRoom

Node = dict[str, Any]

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Captured chat</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>
body {{ font: 15px/1.45 system-ui, sans-serif; max-width: 760px; margin: 2em auto; padding: 0 1em; }}
article {{ border: 1px solid #8886; border-radius: 8px; padding: .4em 1em; margin: .8em 0; }}
article article {{ margin-left: 1.5em; font-size: 14px; }}
h3 {{ margin: .3em 0; font-size: 17px; }} p {{ margin: .3em 0; white-space: pre-wrap; }}
small {{ opacity: .7; }} table {{ border-collapse: collapse; }} td {{ padding: .1em .6em; }}
</style></head><body><h1>Captured chat</h1>
{channels}
</body></html>
"""


def write_page(room: ChatRoom, file: Path) -> None:
    """Write the page of a room; whole or not at all."""
    beside = file.with_suffix(".part")
    beside.write_text(render_page(room), encoding="utf-8")
    beside.replace(file)


def render_page(room: ChatRoom) -> str:
    """Lay out every channel with its messages and their threads."""
    sections = [
        f"<h2>{escape(channel)}</h2>\n"
        + "\n".join(_message(room, channel, message) for message in room.messages(channel))
        for channel in sorted(room.channels)
    ]
    return _PAGE.format(channels="\n".join(sections) or "<p>Nothing yet.</p>")


def _message(room: ChatRoom, channel: str, message: Node) -> str:
    replies = room.messages(channel, message["ts"])
    edited = " <small>(edited)</small>" if "edited" in message else ""
    thread = "".join(f"<article>{_body(reply)}</article>" for reply in replies)
    return f"<article>{_body(message)}{edited}{thread}</article>"


def _body(message: Node) -> str:
    if message["blocks"]:
        return _all(message["blocks"])
    return f"<p>{_markup(message['text'])}</p>"


def _all(nodes: Iterable[Node]) -> str:
    return "".join(_node(node) for node in nodes)


def _node(node: Node) -> str:
    """Lay out one block or element; of a kind that is not known, the text alone."""
    layout = _LAYOUTS.get(node.get("type", ""))
    if layout is not None:
        return layout(node)
    return f"<p>{escape(str(node.get('text', node.get('type', ''))))}</p>"


def _header(node: Node) -> str:
    return f"<h3>{escape(node['text']['text'])}</h3>"


def _section(node: Node) -> str:
    parts = [node["text"]] if "text" in node else []
    return "".join(f"<p>{_object(part)}</p>" for part in [*parts, *node.get("fields", [])])


def _context(node: Node) -> str:
    parts = (_object(part) if "text" in part else _node(part) for part in node["elements"])
    return f"<p><small>{' '.join(parts)}</small></p>"


def _text(node: Node) -> str:
    text = escape(node["text"])
    return f"<strong>{text}</strong>" if node.get("style", {}).get("bold") else text


def _list(node: Node) -> str:
    items = (_all(item["elements"]) for item in node["elements"])
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _table(node: Node) -> str:
    rows = ("".join(f"<td>{_node(cell)}</td>" for cell in row) for row in node["rows"])
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _object(node: Node) -> str:
    return _markup(node["text"]) if node.get("type") == "mrkdwn" else escape(node["text"])


def _markup(text: str) -> str:
    """Show Slack's markup: entities, links as their words, bold."""
    words = re.sub(r"<[^|>]*\|([^>]*)>", r"\1", text)
    return re.sub(r"\*([^*\n]+)\*", r"<strong>\1</strong>", escape(unescape(words)))


_LAYOUTS: dict[str, Callable[[Node], str]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "divider": lambda _: "<hr>",
    "image": lambda node: f"<p><small>[{escape(node.get('alt_text', 'image'))}]</small></p>",
    "rich_text": lambda node: _all(node["elements"]),
    "rich_text_section": lambda node: f"<p>{_all(node['elements'])}</p>",
    "rich_text_preformatted": lambda node: f"<pre>{_all(node['elements'])}</pre>",
    "rich_text_list": _list,
    "table": _table,
    "raw_text": lambda node: escape(node["text"]),
    "text": _text,
    "link": lambda node: escape(node.get("text") or node["url"]),
}
