"""What Slack refuses in the blocks of a message: the limits that are easy to run into."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_MOST_BLOCKS = 50
_MOST_IN_ALL = 13_000
_MOST_FIELDS = 10
_LONGEST = {"header": 150, "section": 3_000, "field": 2_000, "context": 2_000}
_KINDS = frozenset(
    {
        "header",
        "section",
        "context",
        "divider",
        "image",
        "rich_text",
        "actions",
        "table",
        "markdown",
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Slack's word for what is wrong, and where."""

    code: str
    where: str


def problem_in(blocks: Sequence[dict[str, Any]]) -> Problem | None:
    """Find the first thing Slack would refuse; None when it would take the blocks."""
    if len(blocks) > _MOST_BLOCKS:
        return Problem("invalid_blocks", f"no more than {_MOST_BLOCKS} items allowed [/blocks]")
    for number, block in enumerate(blocks):
        if (where := _wrong_in(block)) is not None:
            return Problem("invalid_blocks", f"{where} [/blocks/{number}]")
    if sum(len(text) for text in texts_of(blocks)) > _MOST_IN_ALL:
        return Problem("msg_blocks_too_long", f"more than {_MOST_IN_ALL} characters in all")
    return None


def texts_of(node: object) -> list[str]:
    """List every text that blocks show, at any depth."""
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return own + [text for value in node.values() for text in texts_of(value)]
    if isinstance(node, (list, tuple)):
        return [text for value in node for text in texts_of(value)]
    return []


def _wrong_in(block: dict[str, Any]) -> str | None:
    kind = block.get("type")
    if kind not in _KINDS:
        return f"unsupported type: {kind}"
    if kind in {"header", "section"} and "text" in block:
        text = block["text"].get("text", "")
        if not 0 < len(text) <= _LONGEST[str(kind)]:
            return f"must have 1 to {_LONGEST[str(kind)]} characters"
    if kind == "header" and block.get("text", {}).get("type") != "plain_text":
        return "must be plain_text"
    return _wrong_in_lists(block)


def _wrong_in_lists(block: dict[str, Any]) -> str | None:
    fields = block.get("fields", [])
    if len(fields) > _MOST_FIELDS:
        return f"no more than {_MOST_FIELDS} fields allowed"
    if any(not 0 < len(entry.get("text", "")) <= _LONGEST["field"] for entry in fields):
        return f"fields must have 1 to {_LONGEST['field']} characters"
    if block["type"] in {"rich_text", "context"} and not block.get("elements"):
        return "missing required field: elements"
    if any(text == "" for text in texts_of(block)):
        return "must be more than 0 characters"
    return None
