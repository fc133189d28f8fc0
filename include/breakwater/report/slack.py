"""A digest as Slack blocks.

Every word sits in ``plain_text`` or ``rich_text``, which Slack shows as it is: no mention, no link,
no emoji code. Only the ``text`` of the notification is read as markup; there it is escaped.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from breakwater.core.plain import shortened
from breakwater.report.message import Edition, Line, Section, Table, Tile
from breakwater.report.text import aligned

Block = dict[str, Any]

MOST_BLOCKS = 50
LONGEST_HEADER = 150
LONGEST_TEXT = 3_000
LONGEST_FIELD = 2_000
MOST_FIELDS = 10
MOST_RESTATED = 10
MOST_CHARACTERS = 13_000
"""Of all blocks together; somewhat above, Slack answers ``msg_blocks_too_long``."""

SHORTENED = "Shortened to fit; the mail has everything."


def render_slack(edition: Edition) -> dict[str, Any]:
    """Render to the payload of the Slack channel, ``{text, blocks}``."""
    digest = edition.digest
    title = f"{digest.level.sign} {digest.level.word}: {digest.title}, {digest.about.short_title}"
    head = [
        {"type": "header", "text": _plain(title, LONGEST_HEADER)},
        _rich(_section_of(_text(digest.verdict))),
    ]
    body = [
        *_restated(edition),
        *_tiles(digest.tiles),
        *(block for section in digest.sections for block in _section(section)),
        *_table(digest.table),
    ]
    foot = [
        {
            "type": "context",
            "elements": [_plain(" ".join((*digest.quality, *digest.on_call)), LONGEST_FIELD)],
        },
        *_links(edition),
    ]
    return {"text": escaped(edition.subject), "blocks": [*head, *_fitting(body, head, foot), *foot]}


def escaped(text: str) -> str:
    """Make text inert where Slack reads markup: no mention, no link; cut before escaping."""
    inert = shortened(text, LONGEST_TEXT // 5)
    return inert.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fitting(body: list[Block], head: list[Block], foot: list[Block]) -> list[Block]:
    """Keep what Slack takes, the most important first, and say when something is left out."""
    shortened = {"type": "context", "elements": [_plain(SHORTENED, LONGEST_FIELD)]}
    used = sum(map(_size, [*head, *foot, shortened]))
    kept: list[Block] = []
    for block in body:
        used += _size(block)
        if used > MOST_CHARACTERS or len(head) + len(kept) + len(foot) + 2 > MOST_BLOCKS:
            return [*kept, shortened]
        kept.append(block)
    return kept


def _size(block: Block) -> int:
    return len(json.dumps(block, ensure_ascii=False))


def _restated(edition: Edition) -> Iterator[Block]:
    if not edition.restated:
        return
    head = _section_of(_bold(f"Restated since edition {edition.since}"))
    shown = [[_text(change.text)] for change in edition.restated[:MOST_RESTATED]]
    more = len(edition.restated) - MOST_RESTATED
    rest = [_section_of(_text(f"and {more} more figures"))] if more > 0 else []
    yield _rich(head, _list(shown), *rest)


def _tiles(tiles: tuple[Tile, ...]) -> Iterator[Block]:
    if tiles:
        fields = [_plain(_tile(tile), LONGEST_FIELD) for tile in tiles[:MOST_FIELDS]]
        yield {"type": "section", "fields": fields}


def _tile(tile: Tile) -> str:
    label = f"{tile.label} ({tile.caption})" if tile.caption else tile.label
    against = " · ".join(filter(None, (tile.difference, tile.usual, tile.surety)))
    return "\n".join(filter(None, (label, f"{tile.value}   {against}".rstrip())))


def _section(section: Section) -> Iterator[Block]:
    head = _section_of(_bold(f"{section.title}. "), _text(section.told))
    items = [_line(line) for line in section.lines]
    if section.left_out:
        items.append([_text(f"and {section.left_out} more")])
    yield _rich(head, *([_list(items)] if items else []))


def _line(line: Line) -> list[Block]:
    note = f" ({line.note})" if line.note else ""
    return [
        _bold(f"{line.sign} {line.word} · {line.where}\n"),
        _text(f"{line.what}: "),
        _bold(line.number),
        *([_text(note)] if note else []),
    ]


def _table(table: Table | None) -> Iterator[Block]:
    if table is None:
        return
    text = shortened("\n".join(aligned(table)), LONGEST_TEXT)
    preformatted = {"type": "rich_text_preformatted", "elements": [_text(text)]}
    more = [_section_of(_text(f"and {table.left_out} smaller ones"))] if table.left_out else []
    yield _rich(_section_of(_bold(table.title)), preformatted, *more)


def _links(edition: Edition) -> Iterator[Block]:
    parts: list[Block] = []
    for link in edition.digest.links:
        parts += [_text(" · ")] if parts else []
        parts.append({"type": "link", "url": link.url, "text": link.label})
    if parts:
        yield _rich(_section_of(*parts))


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _section_of(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def _list(items: Iterable[list[Block]]) -> Block:
    sections = [_section_of(*item) for item in items]
    return {"type": "rich_text_list", "style": "bullet", "elements": sections}


def _text(text: str) -> Block:
    return {"type": "text", "text": shortened(text, LONGEST_TEXT)}


def _bold(text: str) -> Block:
    return {**_text(text), "style": {"bold": True}}


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": shortened(text, limit), "emoji": False}
