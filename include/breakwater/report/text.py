"""A digest as plain text: the other half of the mail, and what a terminal shows."""

import textwrap
from collections.abc import Iterator

from breakwater.core.plain import shortened
from breakwater.report.message import Cell, Digest, Edition, Section, Table

WIDTH = 76
LONGEST_NAME = 24
MOST_RESTATED = 10


def render_text(edition: Edition) -> str:
    """Render to lines of at most `WIDTH` characters, save for names that are longer."""
    return "\n".join(_lines(edition)).rstrip() + "\n"


def _lines(edition: Edition) -> Iterator[str]:
    digest = edition.digest
    again = f" · edition {edition.number}" if edition.number > 1 else ""
    yield f"{digest.operation} · {digest.title}{again}"
    yield digest.about.long_title
    yield ""
    yield from _wrapped(f"{digest.level.sign} {digest.level.word}. {digest.verdict}")
    yield ""
    if edition.restated:
        yield _heading(f"Restated since edition {edition.since}")
        for change in edition.restated[:MOST_RESTATED]:
            yield from _wrapped(change.text, "- ")
        if more := len(edition.restated) - MOST_RESTATED:
            yield from [f"  and {more} more figures"] if more > 0 else []
        yield ""
    yield from _tiles(digest)
    for section in digest.sections:
        yield from _section(section)
    if digest.table:
        yield from _table(digest.table)
    yield from _pictures(digest)
    yield _heading("What this rests on")
    for line in (*digest.quality, *digest.on_call):
        yield from _wrapped(line, "- ")
    for link in digest.links:
        yield from ("", f"{link.label}:", link.url)
    yield from ("", "--", f"Breakwater · edition {edition.number}")


def _pictures(digest: Digest) -> Iterator[str]:
    """Say in words what the page shows as pictures."""
    if digest.chart:
        yield _heading("The last two weeks")
        yield from _wrapped(digest.chart.alt)
        yield ""
    if digest.pictures:
        yield _heading("The worst of it among its days")
        for picture in digest.pictures:
            yield from _wrapped(picture.alt, "- ")
        yield ""


def _tiles(digest: Digest) -> Iterator[str]:
    labels = [f"{t.label} ({t.caption})" if t.caption else t.label for t in digest.tiles]
    width = max(map(len, labels), default=0)
    for label, tile in zip(labels, digest.tiles, strict=True):
        usual = ", ".join(filter(None, (tile.difference, tile.usual)))
        against = "; ".join(filter(None, (usual, tile.surety)))
        yield f"{label:<{width}}  {tile.value:>11}  {against}".rstrip()
    yield ""


def _section(section: Section) -> Iterator[str]:
    yield _heading(section.title)
    yield from _wrapped(section.told)
    for line in section.lines:
        note = f" ({line.note})" if line.note else ""
        yield from _wrapped(f"{line.sign} {line.word} · {line.where}", "")
        yield from _wrapped(f"{line.what}: {line.number}{note}", "  ")
    if section.left_out:
        yield f"and {section.left_out} more"
    yield ""


def _table(table: Table) -> Iterator[str]:
    yield _heading(table.title)
    yield from aligned(table)
    if table.left_out:
        yield f"and {table.left_out} smaller ones"
    yield ""


def aligned(table: Table) -> list[str]:
    """Set a table in columns of a fixed-width font."""
    head = [table.first_column, *(column.title for column in table.columns), table.trend_title]
    body = [
        [
            shortened(row.name, LONGEST_NAME),
            *(_number(cell) for cell in row.cells),
            row.trend,
        ]
        for row in table.rows
    ]
    widths = [max(map(len, column)) for column in zip(head, *body, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [head, *body]
    ]


def _number(cell: Cell) -> str:
    within = f"({cell.surety})" if cell.surety else ""
    return " ".join(filter(None, (cell.sign, cell.value, within)))


def _heading(title: str) -> str:
    return title.upper()


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
