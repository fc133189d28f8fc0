"""Text of others and tables, fit for a terminal."""

from collections.abc import Sequence

LONGEST_SHOWN = 2_000
"""Characters of a vendor's text that are printed at once."""


def escaped(text: str | None) -> str:
    """Spell a vendor's text so that a terminal shows it and does nothing else with it."""
    if not text:
        return "(empty)"
    cut = text[:LONGEST_SHOWN]
    spelled = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in cut.replace("\\", "\\\\")
    )
    more = len(text) - len(cut)
    return spelled if not more else f"{spelled}… and {more} more characters"


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Align cells in columns; there is at least one row."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
