"""An abnormal number among its days: band, usual value, mark, known events; below, its causes."""

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from breakwater.contracts.wording import number
from breakwater.core.plain import shortened
from breakwater.pictures.contributions import draw_contributions
from breakwater.pictures.data import AnomalyPicture, Values
from breakwater.pictures.lettering import HAIR, INK, MUTED, font_file, write
from breakwater.pictures.png import empty_figure, png_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 552
"""CSS pixels on the page; drawn with twice as many."""

SERIES_HEIGHT, PART_HEIGHT, FOOT_HEIGHT = 210, 26, 14

_BAND, _USUAL, _FOUND, _MARK, _EVENT = "#d7e3f3", "#6d8fbf", "#17478f", "#b45309", "#f8dfa6"
_LONGEST_TITLE = 58
_ROOM = 0.12
"""Of the range of values, above and below."""


@lru_cache(maxsize=64)
def draw_anomaly(data: AnomalyPicture) -> bytes:
    """Return the picture as PNG; equal data give equal bytes."""
    below = PART_HEIGHT * (len(data.parts) + 1) if data.parts else 0
    height = SERIES_HEIGHT + below + FOOT_HEIGHT
    figure = empty_figure(WIDTH, height)
    top = SERIES_HEIGHT / height
    _draw_series(figure.add_axes((0.02, 1 - top + 24 / height, 0.96, top - 74 / height)), data)
    if data.parts:
        size = below / height
        axes = figure.add_axes((0.02, FOOT_HEIGHT / height, 0.96, size - 10 / height))
        draw_contributions(axes, data.parts)
    return png_of(figure)


def height_of(data: AnomalyPicture) -> int:
    """Return the picture's height in CSS pixels."""
    return SERIES_HEIGHT + FOOT_HEIGHT + (PART_HEIGHT * (len(data.parts) + 1) if data.parts else 0)


def _draw_series(axes: "Axes", data: AnomalyPicture) -> None:
    last = len(data.days) - 1
    places = list(range(len(data.days)))
    for span in data.events:
        first = (span.first - data.days[0]).days - 0.5
        end = (span.last - data.days[0]).days + 0.5
        axes.axvspan(max(first, -0.6), min(end, last + 0.6), color=_EVENT, linewidth=0, zorder=0)
    low, high = _numbers(data.low), _numbers(data.high)
    axes.fill_between(places, low, high, color=_BAND, linewidth=0, zorder=1)
    axes.plot(places, _numbers(data.expected), color=_USUAL, linewidth=1.4, dashes=(4, 3), zorder=2)
    axes.plot(places, _numbers(data.values), color=_FOUND, linewidth=2.4, zorder=3)
    found = data.values[-1]
    if found is not None:
        axes.plot(
            [last],
            [found],
            color=_MARK,
            marker="o",
            markersize=8,
            markeredgecolor="white",
            zorder=4,
        )
    _frame(axes, data)
    cut = shortened(data.title, _LONGEST_TITLE)
    write(axes, 0, 1.2, cut, transform=axes.transAxes, va="bottom", fontsize=13)
    write(axes, 0, 1.05, "━ found", transform=axes.transAxes, va="bottom", color=_FOUND)
    write(axes, 0.13, 1.05, "╌ usual", transform=axes.transAxes, va="bottom", color=_USUAL)
    write(axes, 0.26, 1.05, "■", transform=axes.transAxes, va="bottom", color=_BAND)
    write(axes, 0.285, 1.05, "band", transform=axes.transAxes, va="bottom", color=MUTED)
    if data.events:
        write(axes, 0.37, 1.05, "■", transform=axes.transAxes, va="bottom", color=_EVENT)
        write(axes, 0.395, 1.05, "event", transform=axes.transAxes, va="bottom", color=MUTED)
    if found is not None:
        write(
            axes,
            1,
            1.05,
            f"● {number(data.metric, found)}",
            transform=axes.transAxes,
            va="bottom",
            ha="right",
            color=_MARK,
        )


def _frame(axes: "Axes", data: AnomalyPicture) -> None:
    """Draw no box; write the ends of the range, and the first, the middle and the last day."""
    last = len(data.days) - 1
    every = (*data.values, *data.expected, *data.low, *data.high)
    known = [value for value in every if value is not None]
    bottom, top = min(known, default=0.0), max(known, default=1.0)
    room = (top - bottom) * _ROOM or abs(top) * _ROOM or 1.0
    axes.set_ylim(bottom - room, top + room)
    axes.set_xlim(-0.6, last + 0.6)
    axes.set_yticks([])
    for end in (bottom, top) if known else ():
        axes.axhline(end, color=HAIR, linewidth=0.8, zorder=0.5)
        write(
            axes,
            -0.5,
            end,
            number(data.metric, end),
            color=MUTED,
            fontsize=9,
            va="bottom" if end == bottom else "top",
            zorder=5,
        )
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#aab3bf")
    ticks = sorted({0, last // 2, last})
    labels = [f"{data.days[tick].day} {data.days[tick]:%b}" for tick in ticks]
    axes.set_xticks(ticks, labels, color=MUTED, font=font_file(), fontsize=10)
    axes.tick_params(length=0, pad=5, colors=MUTED)
    axes.xaxis.label.set_color(INK)


def _numbers(values: Values) -> list[float]:
    return [math.nan if value is None else value for value in values]
