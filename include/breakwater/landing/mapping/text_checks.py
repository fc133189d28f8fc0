"""Text that no id and no code is: refused before it lands."""

import pyarrow as pa
import pyarrow.compute as pc

from breakwater.landing.mapping.reasons import Reasons
from breakwater.landing.mapping.texts import CONTROL_CHARACTERS, LONGEST, Texts

LINK = r"(?i)^([a-z][a-z0-9+.-]*://|www\.)"
ADDRESS = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
"""Both of a whole value; text is trimmed before."""

LINK_MARKS, ADDRESS_MARKS = (b"://", b"ww", b"WW", b"wW", b"Ww"), (b"@",)
"""Where none of these bytes stands, there is neither."""


def check_texts(texts: Texts, names: tuple[str, ...], reasons: Reasons) -> None:
    """Refuse control characters, and great length."""
    for name in names:
        cells = texts.cells(name)
        if not cells.is_plain:
            held = pc.match_substring_regex(cells.values, CONTROL_CHARACTERS)
            reasons.add("text_has_control_characters", cells.spread(held))
        length = pc.binary_length(cells.values)
        if (pc.max(length).as_py() or 0) > LONGEST:
            is_long = pc.greater(pc.utf8_length(cells.values), LONGEST)
            reasons.add("text_too_long", cells.spread(is_long))


def check_no_links(texts: Texts, names: tuple[str, ...], reasons: Reasons) -> None:
    """Refuse links to media and addresses of people: neither is to leave the raw file."""
    for name in names:
        cells = texts.cells(name)
        if cells.may_hold(LINK_MARKS):
            reasons.add("text_is_a_link", cells.spread(_matches(cells.values, LINK)))
        if cells.may_hold(ADDRESS_MARKS):
            reasons.add("text_is_an_address", cells.spread(_matches(cells.values, ADDRESS)))


def _matches(values: pa.Array, pattern: str) -> pa.Array:
    return pc.match_substring_regex(values, pattern)
