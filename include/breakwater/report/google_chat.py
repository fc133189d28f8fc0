"""A digest as a card of Google Chat, where text is escaped, and a line above it that is defused."""

import json
from html import escape
from typing import Any

from breakwater.contracts.channels import LARGEST_CHAT_MESSAGE
from breakwater.core.plain import inert, shortened
from breakwater.report.blocks import Block, Blocks, Run, blocks_of, fitting
from breakwater.report.message import Edition

LONGEST_TEXT = 2_000
LONGEST_TITLE = 200


def render_google_chat(edition: Edition) -> dict[str, Any]:
    """Render to the payload of the Google Chat channel, ``{text, card}``."""

    def rendered(blocks: Blocks) -> dict[str, Any]:
        parts = [((Run(blocks.verdict),),), *blocks.body, *blocks.foot]
        return {
            "text": inert(shortened(f"{blocks.title}: {blocks.verdict}", LONGEST_TITLE)),
            "card": {
                "header": {"title": inert(shortened(blocks.title, LONGEST_TITLE))},
                "sections": [{"widgets": [_paragraph(part)]} for part in parts],
            },
        }

    return fitting(blocks_of(edition), rendered, _fits)


def _fits(payload: dict[str, Any]) -> bool:
    return len(json.dumps(payload, ensure_ascii=False).encode()) <= LARGEST_CHAT_MESSAGE


def _paragraph(block: Block) -> dict[str, Any]:
    lines = ("".join(map(_run, row)) for row in block)
    return {"textParagraph": {"text": "<br>".join(lines)}}


def _run(run: Run) -> str:
    # Cut first: half an entity would be shown as such.
    text = escape(shortened(run.text, LONGEST_TEXT))
    if run.url:
        return f'<a href="{escape(run.url)}">{text}</a>'
    return f"<b>{text}</b>" if run.is_bold else text
