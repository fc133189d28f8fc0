"""Where a change comes from, as bars: slices with their share of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from breakwater.core.plain import shortened
from breakwater.pictures.data import Part
from breakwater.pictures.lettering import HAIR, MUTED, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WITH, _AGAINST = "#17478f", "#c98a3a"
_NAMES = 0.46
"""Part of the width that the names take."""

_LONGEST_NAME = 34


def draw_contributions(axes: "Axes", parts: Sequence[Part]) -> None:
    """Draw one bar a part, the first on top; what opposes the change goes to the left."""
    reach = max(1.0, *(abs(part.share) for part in parts))
    least = min(0.0, *(part.share for part in parts))
    start = _NAMES + (-least / (reach - least)) * (0.9 - _NAMES)
    scale = (0.9 - _NAMES) / (reach - least)
    axes.set_xlim(0, 1)
    axes.set_ylim(-len(parts), 1)
    axes.set_axis_off()
    write(axes, 0, 0.5, "Where it comes from", va="center", color=MUTED)
    axes.plot([start, start], [-len(parts) + 0.1, -0.05], color=HAIR, linewidth=1.2, zorder=1)
    for number, part in enumerate(parts):
        y = -number - 0.5
        width = part.share * scale
        write(axes, 0, y, shortened(part.name, _LONGEST_NAME), va="center")
        colour = _WITH if part.share >= 0 else _AGAINST
        axes.barh(y, width, left=start, height=0.56, color=colour, zorder=2)
        end = max(start, start + width)
        write(axes, end + 0.012, y, part.per_cent, va="center")
