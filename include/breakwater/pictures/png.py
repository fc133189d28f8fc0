"""From a figure to bytes that depend on what it shows alone."""

from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = 64
"""A few dozen are all there are: a quarter of the size."""

DPI = 144
"""Twice as many points as CSS pixels, for sharp screens."""


def empty_figure(width: int, height: int) -> "Figure":
    """Return a white figure of a size in CSS pixels."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width / 72, height / 72), dpi=DPI, facecolor="white")


def png_of(figure: "Figure") -> bytes:
    """Draw a figure; equal figures give equal bytes, and no software is named in them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image  # noqa: PLC0415  slow to import

    canvas: Any = FigureCanvasAgg(figure)  # its methods carry no types
    canvas.draw()
    drawn = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba())
    stream = BytesIO()
    drawn.convert("RGB").quantize(COLOURS).save(stream, format="png", optimize=True)
    return stream.getvalue()
