"""Text in pictures: one font that matplotlib brings, no formulas, no glyph that is not there."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MUTED, HAIR = "#1f2733", "#5b6675", "#e3e7ec"
SIZE = 11
"""Points; a phone shows the picture at a little more than half its size."""

_NO_GLYPH = "□"


def write(axes: "Axes", x: float, y: float, text: str, **how: Any) -> None:  # noqa: ANN401  matplotlib's
    """Write text on axes; a dollar is a dollar, and what the font lacks is a box."""
    style: dict[str, Any] = {
        "fontsize": SIZE,
        "color": INK,
        "font": font_file(),
        "parse_math": False,
    } | how
    axes.text(x, y, drawable(text), **style)


def drawable(text: str) -> str:
    """Replace what the font cannot show."""
    known = _characters()
    return "".join(char if ord(char) in known else _NO_GLYPH for char in text)


@cache
def font_file() -> Path:
    """Return DejaVu Sans as it comes with matplotlib; others of that name may differ."""
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


@cache
def _characters() -> frozenset[int]:
    from matplotlib import ft2font

    return frozenset(ft2font.FT2Font(str(font_file())).get_charmap())
