"""When a listing was taken, by the name of its file."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from breakwater.contracts.shape import ListingShape
from breakwater.core.days import utc_seconds

DIGITS = {"Y": 4, "y": 2, "m": 2, "d": 2, "j": 3, "H": 2, "M": 2, "S": 2}
"""How many digits stand for each directive: in names all of them are written out."""

LONGEST_NAME = 1024

_TOKEN = re.compile(r"%(.)|(\*)|([^*])", re.DOTALL)


def instant_of_name(name: str, shape: ListingShape, zone: ZoneInfo) -> int | None:
    """Return the instant that a file is named by, in UTC seconds; None when no style fits."""
    if len(name) > LONGEST_NAME:
        return None
    found = (_instant(name, style, zone) for style in styles_of(shape))
    return next((instant for instant in found if instant is not None), None)


def styles_of(shape: ListingShape) -> tuple[str, ...]:
    """Return the styles of names that a contract knows."""
    return (shape.name_format,) if isinstance(shape.name_format, str) else tuple(shape.name_format)


def _instant(name: str, style: str, zone: ZoneInfo) -> int | None:
    pattern, form = "", ""
    for directive, anything, literal in _TOKEN.findall(style):
        if directive in DIGITS:
            pattern += f"([0-9]{{{DIGITS[directive]}}})"
            form += f"%{directive} "
        elif anything:
            pattern += ".*"
        else:
            pattern += re.escape(directive or literal)
    matched = re.fullmatch(pattern, name, flags=re.DOTALL)
    if matched is None:
        return None
    try:
        local = datetime.strptime("".join(f"{part} " for part in matched.groups()), form)  # noqa: DTZ007  its zone follows
    except ValueError:
        return None
    return utc_seconds(local.replace(tzinfo=zone))
