"""Numbers as people read them."""

import re
from itertools import pairwise

_NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=(?:%|pt|d|h|min|s|cases?)\b|%)")
_STEPS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


MANY_HOURS = 100
"""From here on a tenth of an hour tells nobody anything."""


def amount(value: float, unit: str) -> str:
    """Write a measured number with its unit: ``1,204 cases``, ``72.6 %``, ``2 h 13 min``."""
    if unit == "rate":
        return share(value)
    if unit == "seconds":
        return duration(value)
    if unit == "hours":
        return f"{value:,.1f} h" if abs(value) < MANY_HOURS else f"{value:,.0f} h"
    noun = unit[:-1] if unit.endswith("s") and value == 1 else unit
    return f"{_count(value)} {noun}"


def share(value: float) -> str:
    """Write a share in per cent; only all of it is 100 %, and only none of it is 0 %."""
    text = f"{value * 100:.1f}"
    if text == "100.0" and value < 1:
        return "> 99.9 %"
    if text == "0.0" and value > 0:
        return "< 0.1 %"
    return f"{text} %"


def duration(seconds: float) -> str:
    """Write a span of time in its two largest units."""
    rest = abs(round(seconds))
    sign = "−" if seconds < 0 and rest else ""
    for (large, size), (small, part) in pairwise(_STEPS):
        if rest >= size:
            whole, remainder = divmod(rest, size)
            tail = f" {remainder // part} {small}" if remainder >= part else ""
            return f"{sign}{whole} {large}{tail}"
    return f"{sign}{rest} s"


def _count(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def tied(value: object) -> object:
    """Keep a number and its unit on one line of a page; what is no text stays what it is."""
    return _NUMBER_AND_UNIT.sub("\u00a0", value) if type(value) is str else value
