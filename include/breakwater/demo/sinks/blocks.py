"""What Slack refuses in the blocks of a message.

The models of its own SDK know most limits of single blocks; those that they do not know, and those
of a message as a whole, are here: empty texts, long fields, too many blocks, a `block_id` that is
taken, long tables, a second table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

_MOST_BLOCKS = 50
_MOST_IN_ALL = 13_000
_MOST_FIELDS = 10
_MOST_TABLES = 1
_MOST_TABLE_ROWS = 100
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
    if (whole := _wrong_in_all(blocks)) is not None:
        return Problem("invalid_blocks", whole)
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


def _wrong_in_all(blocks: Sequence[dict[str, Any]]) -> str | None:
    """Find what only the blocks together do wrong."""
    names = [block["block_id"] for block in blocks if "block_id" in block]
    if len(names) != len(set(names)):
        return "block_id already exists [/blocks]"
    if sum(block["type"] == "table" for block in blocks) > _MOST_TABLES:
        return f"only_one_table_allowed: no more than {_MOST_TABLES} [/blocks]"
    return None


def _wrong_by_the_models(block: dict[str, Any]) -> str | None:
    """Ask the SDK; it knows no more than some blocks, and takes the others as they are."""
    try:
        parsed = Block.parse(block)
        if parsed is not None:
            parsed.validate_json()
    except SlackObjectFormationError as error:
        return str(error)
    return None


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
    return _wrong_in_lists(block) or _wrong_by_the_models(block)


def _wrong_in_lists(block: dict[str, Any]) -> str | None:
    fields = block.get("fields", [])
    if len(fields) > _MOST_FIELDS:
        return f"no more than {_MOST_FIELDS} fields allowed"
    if any(not 0 < len(entry.get("text", "")) <= _LONGEST["field"] for entry in fields):
        return f"fields must have 1 to {_LONGEST['field']} characters"
    if block["type"] in {"rich_text", "context"} and not block.get("elements"):
        return "missing required field: elements"
    if block["type"] == "table" and len(block.get("rows", [])) > _MOST_TABLE_ROWS:
        return f"no more than {_MOST_TABLE_ROWS} rows allowed"
    if any(text == "" for text in texts_of(block)):
        return "must be more than 0 characters"
    return None
