"""A trend in a line of text: mail clients strip drawings, and keep letters."""

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_GAP = "·"


def bars(values: Sequence[float | None], least_span: float) -> str:
    """Draw one bar a value, the lowest value lowest; a day without a value is a dot.

    Args:
        values: oldest first.
        least_span: differences smaller than this are not blown up to full height.
    """
    known = [value for value in values if value is not None]
    if not known:
        return _GAP * len(values)
    low, high = min(known), max(known)
    if high - low < least_span:
        low = max(0.0, (low + high - least_span) / 2)
        high = low + least_span
    return "".join(_GAP if value is None else _bar(value, low, high) for value in values)


def _bar(value: float, low: float, high: float) -> str:
    if high <= low:
        return _BARS[len(_BARS) // 2]
    step = int((value - low) / (high - low) * len(_BARS))
    return _BARS[min(max(step, 0), len(_BARS) - 1)]
