"""A digest as an Adaptive Card: text runs only, which Teams shows as they are."""

import json
from collections.abc import Iterator
from typing import Any

from breakwater.contracts.channels import LARGEST_TEAMS_CARD
from breakwater.core.plain import shortened
from breakwater.report.blocks import Block, Blocks, Run, blocks_of, fitting
from breakwater.report.message import Edition, Level

Element = dict[str, Any]

LONGEST_TEXT = 2_000
_COLOURS = {Level.CLEAR: "good", Level.WATCH: "warning", Level.ACT: "attention"}


def render_teams(edition: Edition) -> dict[str, Any]:
    """Render to the payload of the Teams channel, ``{card}``."""

    def rendered(blocks: Blocks) -> dict[str, Any]:
        heading = {"weight": "bolder", "size": "medium"}
        title = _run(Run(blocks.title)) | heading | {"color": _COLOURS[edition.digest.level]}
        parts = [*blocks.body, *blocks.foot]
        body = [_line([title]), _line([_run(Run(blocks.verdict))])]
        body += [element for part in parts for element in _block(part)]
        return {
            "card": {
                "type": "AdaptiveCard",
                "version": "1.4",
                "msteams": {"width": "Full"},
                "fallbackText": shortened(edition.subject, LONGEST_TEXT),
                "body": body,
            }
        }

    return fitting(blocks_of(edition), rendered, _fits)


def _fits(payload: dict[str, Any]) -> bool:
    size = len(json.dumps(payload["card"], ensure_ascii=False).encode())
    return size <= LARGEST_TEAMS_CARD


def _block(block: Block) -> Iterator[Element]:
    for number, row in enumerate(block):
        line = _line([_run(run) for run in row])
        yield line if number == 0 else line | {"spacing": "none"}


def _line(runs: list[Element]) -> Element:
    return {"type": "RichTextBlock", "inlines": runs}


def _run(run: Run) -> Element:
    shown: Element = {"type": "TextRun", "text": shortened(run.text, LONGEST_TEXT)}
    if run.is_bold:
        shown["weight"] = "bolder"
    if run.url:
        shown["selectAction"] = {"type": "Action.OpenUrl", "url": run.url}
    return shown
