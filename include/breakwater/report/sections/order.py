"""The worst first, and no more of them than a phone shows."""

from collections.abc import Iterable

from breakwater.report.message import Line, Section


def section(
    title: str, summary: str, lines: Iterable[Line], most: int, carried: str = ""
) -> Section:
    """Keep the worst lines of a topic and count the rest; equals stay in their order."""
    ordered = sorted(lines, key=lambda line: -line.severity.rank)
    return Section(title, summary, tuple(ordered[:most]), max(0, len(ordered) - most), carried)
