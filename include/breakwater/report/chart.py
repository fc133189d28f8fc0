"""The one picture of a digest: whether decisions keep up with arrivals, and in time.

Drawn with matplotlib's objects, never with its global state, so that any process and thread gives
the same bytes. White and opaque, because a mail client may show it on a dark page.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from breakwater.core.numbers import share
from breakwater.pictures.png import empty_figure, png_of
from breakwater.report.message import ChartData

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 552, 300
"""Size on the page, in CSS pixels; drawn with twice as many for sharp screens."""

_INK, _MUTED, _HAIR = "#1f2733", "#5b6675", "#e3e7ec"
_ARRIVED, _TODAY, _DECIDED, _IN_TIME = "#c3d3e8", "#8fb0da", "#17478f", "#0f766e"
_LABEL = 14
"""Points; a phone shows the picture at a little more than half its size."""


@lru_cache(maxsize=64)
def draw_chart(data: ChartData) -> bytes:
    """Return the picture as PNG; equal data give equal bytes."""
    figure = empty_figure(WIDTH, HEIGHT)
    grid = figure.add_gridspec(
        2, 1, height_ratios=(3, 2), left=0.015, right=0.985, top=0.9, bottom=0.1, hspace=0.62
    )
    _draw_flow(figure.add_subplot(grid[0]), data)
    _draw_attainment(figure.add_subplot(grid[1]), data)
    return png_of(figure)


def _draw_flow(axes: "Axes", data: ChartData) -> None:
    places = range(len(data.days))
    last = len(data.days) - 1
    colours = [_ARRIVED] * last + [_TODAY]
    axes.bar(places, _numbers(data.incoming), width=0.72, color=colours, zorder=2)
    axes.plot(places, _numbers(data.solved), color=_DECIDED, linewidth=2.6, zorder=3)
    top = max((v for v in (*data.incoming, *data.solved) if v is not None), default=1.0)
    axes.set_ylim(0, top * 1.08 or 1)
    _title(axes, "Manual incoming", _ARRIVED, "■", 0.0)
    _title(axes, "Manual solved", _DECIDED, "━", 0.39)
    _last_value(axes, f"peak {top:,.0f}")
    _frame(axes, data)
    axes.tick_params(labelbottom=False)


def _draw_attainment(axes: "Axes", data: ChartData) -> None:
    places = range(len(data.days))
    values = _numbers(data.attainment)
    known = [value for value in data.attainment if value is not None]
    low = min(known, default=0.9)
    axes.plot(places, values, color=_IN_TIME, linewidth=2.6, marker="o", markersize=4.5, zorder=3)
    axes.set_ylim(min(low, 0.95) - 0.02, 1.012)
    axes.axhline(1.0, color=_HAIR, linewidth=1.2, zorder=1)
    _title(axes, "SLA attainment", _IN_TIME, "●", 0.0)
    latest = data.attainment[-1]
    today = "no figure" if latest is None else share(latest)
    lowest = "the lowest" if latest == low else f"lowest {share(low)}"
    _last_value(axes, f"{today}, {lowest}" if known else "no figures")
    _frame(axes, data)


def _frame(axes: "Axes", data: ChartData) -> None:
    """Draw no box, shade weekends, and name the first, the middle and the last day."""
    last = len(data.days) - 1
    axes.set_xlim(-0.6, last + 0.6)
    axes.set_yticks([])
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#aab3bf")
    for place, day in enumerate(data.days):
        if day.weekday() >= 5:  # noqa: PLR2004  Saturday and Sunday
            axes.axvspan(place - 0.5, place + 0.5, color="#f3f5f8", linewidth=0, zorder=0)
    ticks = [0, last // 2, last]
    labels = [f"{data.days[tick].day} {data.days[tick]:%b}" for tick in ticks]
    axes.set_xticks(ticks, labels, fontsize=_LABEL, color=_MUTED)
    axes.tick_params(length=0, pad=5)


def _title(axes: "Axes", text: str, colour: str, mark: str, x: float) -> None:
    axes.text(x, 1.1, mark, color=colour, fontsize=_LABEL, transform=axes.transAxes, va="bottom")
    axes.text(
        x + 0.038, 1.1, text, color=_INK, fontsize=_LABEL, transform=axes.transAxes, va="bottom"
    )


def _last_value(axes: "Axes", text: str) -> None:
    axes.text(
        1.0,
        1.1,
        text,
        color=_MUTED,
        fontsize=_LABEL,
        transform=axes.transAxes,
        va="bottom",
        ha="right",
    )


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]
