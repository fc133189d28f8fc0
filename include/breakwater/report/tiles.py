"""Headline numbers, each against what is usual for its weekday."""

from breakwater.contracts.metrics import METRICS
from breakwater.contracts.wording import number, title_of
from breakwater.report.layout import AAS, Layout
from breakwater.report.message import Tile, Tone
from breakwater.report.scope import View
from breakwater.report.wording import FEWEST_CASES, difference, measured, shown, surety


def tiles_of(view: View, layout: Layout, aas: str) -> tuple[Tile, ...]:
    """Write the tiles of a page.

    Args:
        view: what the audience may see.
        layout: its page.
        aas: the metric that the operation calls AAS; its expansion is printed beside it.
    """
    return tuple(
        _tile(view, aas, "AAS", title_of(aas).lower())
        if metric == AAS
        else _tile(view, metric, title_of(metric), _expansion(metric))
        for metric in layout.tiles
    )


def _tile(view: View, metric: str, label: str, caption: str) -> Tile:
    figure, usual = view.figures.figure(metric), view.figures.usual(metric)
    is_ratio = METRICS[metric].denominator is not None
    if figure is None or (is_ratio and figure.cases < FEWEST_CASES):
        return Tile(label, caption, shown(metric, figure), "", "", Tone.NEUTRAL)
    known_within, weight = surety(metric, figure), measured(metric, figure)
    if usual is None:
        value = shown(metric, figure)
        return Tile(label, caption, value, "", "no usual yet", Tone.NEUTRAL, known_within, weight)
    away, tone = difference(metric, figure.value, usual)
    known = f"usual {number(metric, usual)}"
    value = shown(metric, figure)
    return Tile(label, caption, value, away, known, tone, known_within, weight)


def _expansion(metric: str) -> str:
    """Return what stands in brackets behind an abbreviation."""
    return METRICS[metric].title.partition(" (")[2].rstrip(")")
