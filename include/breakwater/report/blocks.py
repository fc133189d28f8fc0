"""An edition as blocks of lines, for chats that lay text out by themselves: the most important first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from breakwater.report.message import Edition, Line, Section, Table, Tile

MOST_RESTATED = 10
SHORTENED = "Shortened to fit; the page and the mail have everything."

Payload = TypeVar("Payload")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line; `url` is a page of ours."""

    text: str
    is_bold: bool = False
    url: str | None = None


Row = tuple[Run, ...]
Block = tuple[Row, ...]
"""Lines that stay together."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """What is shown.

    Attributes:
        title: of whom and which day, with the word for what the day asks.
        verdict: what happened.
        body: what may be left out from its end where a platform takes only so much.
        foot: what the numbers rest on, and links.
    """

    title: str
    verdict: str
    body: tuple[Block, ...]
    foot: tuple[Block, ...]


def blocks_of(edition: Edition) -> Blocks:
    """Lay an edition out in the order in which it is read."""
    digest = edition.digest
    body = [_restated(edition), tuple(map(_tile, digest.tiles))]
    body += [tuple(_section(section)) for section in digest.sections]
    body += [tuple(_table(digest.table))] if digest.table else []
    links = [(Run(link.label, url=link.url),) for link in digest.links]
    rests_on = (Run(" ".join((*digest.quality, *digest.on_call))),)
    again = f" · edition {edition.number}" if edition.number > 1 else ""
    return Blocks(
        title=f"{digest.level.sign} {digest.level.word}: {digest.title}, {digest.about.short_title}{again}",
        verdict=digest.verdict,
        body=tuple(block for block in body if block),
        foot=((rests_on,), *((tuple(links),) if links else ())),
    )


def fitting(
    blocks: Blocks, render: Callable[[Blocks], Payload], fits: Callable[[Payload], bool]
) -> Payload:
    """Render as much as a platform takes, and say when something is left out."""
    payload, body = render(blocks), list(blocks.body)
    while body and not fits(payload):
        body.pop()
        payload = render(replace(blocks, body=(*body, ((Run(SHORTENED),),))))
    return payload


def _restated(edition: Edition) -> Block:
    if not edition.restated:
        return ()
    shown = [(Run(f"• {change.text}"),) for change in edition.restated[:MOST_RESTATED]]
    more = len(edition.restated) - MOST_RESTATED
    rest = [(Run(f"and {more} more figures"),)] if more > 0 else []
    return ((Run(f"Restated since edition {edition.since}", is_bold=True),), *shown, *rest)


def _tile(tile: Tile) -> Row:
    label = f"{tile.label} ({tile.caption})" if tile.caption else tile.label
    against = " · ".join(filter(None, (tile.difference, tile.usual, tile.surety)))
    return (Run(f"{label}: "), Run(tile.value, is_bold=True), *_note(against))


def _section(section: Section) -> Iterator[Row]:
    yield (Run(f"{section.title}. ", is_bold=True), Run(section.told))
    for line in section.lines:
        yield _line(line)
    if section.left_out:
        yield (Run(f"and {section.left_out} more"),)


def _line(line: Line) -> Row:
    return (
        Run(f"{line.sign} {line.word} · {line.where}: ", is_bold=True),
        Run(f"{line.what}: {line.number}"),
        *_note(line.note),
    )


def _table(table: Table) -> Iterator[Row]:
    yield (Run(table.title, is_bold=True),)
    for row in table.rows:
        cells = [
            " ".join(filter(None, (column.title, cell.sign, cell.value, _within(cell.surety))))
            for column, cell in zip(table.columns, row.cells, strict=True)
        ]
        yield (
            Run(f"{row.name}: ", is_bold=True),
            Run(" · ".join(filter(None, (*cells, row.trend)))),
        )
    if table.left_out:
        yield (Run(f"and {table.left_out} smaller ones"),)


def _note(text: str) -> Sequence[Run]:
    return (Run(f" ({text})"),) if text else ()


def _within(surety: str) -> str:
    return f"({surety})" if surety else ""
