"""When a listing was taken, by the name of its file."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from breakwater.contracts.shape import ListingShape
from breakwater.core.days import utc_seconds
from breakwater.landing.reading.refusal import ExportRefusedError, Fault

DIGITS = {"Y": 4, "y": 2, "m": 2, "d": 2, "j": 3, "H": 2, "M": 2, "S": 2}
"""How many digits stand for each directive: in names all of them are written out."""

LONGEST_NAME = 1024

_TOKEN = re.compile(r"%(.)|(\*)|([^*])", re.DOTALL)


def listed_at(name: str, shape: ListingShape, zone: ZoneInfo) -> int:
    """Return the instant that a file is named by, in UTC seconds.

    Raises:
        ExportRefusedError: no style of the contract's names fits.
    """
    styles = (shape.name_format,) if isinstance(shape.name_format, str) else shape.name_format
    for style in styles:
        found = _instant(name, style, zone) if len(name) <= LONGEST_NAME else None
        if found is not None:
            return found
    raise ExportRefusedError(
        Fault.NAME_UNREADABLE, expected=" or ".join(map(repr, styles)), found="another name"
    )


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
