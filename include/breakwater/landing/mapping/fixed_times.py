"""Times whose parts always stand in the same places, read as columns of digits.

``03.11.2026 09:00:00`` is nineteen bytes, and the year is always the seventh to the tenth of them. A
column of such texts is read as a matrix, a hundred times as fast as one text after the other. What
does not fit to the byte is left to others.
"""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from breakwater.landing.mapping.local_time import Flags, Seconds

WIDTHS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
ZONES = {"": 0, "Z": 1, "+hhmm": 5, "+hh:mm": 6}
"""How an offset may be spelled behind the time, and how many bytes that takes."""

Bytes = npt.NDArray[np.uint8]
ZERO = ord("0")
DAY = 86_400
SHORTEST_MONTH = 28

Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Template:
    """A strptime format of fixed width.

    Attributes:
        width: bytes of a text, without an offset.
        parts: first byte of year, month, day, hour, minute, second.
        literals: every other byte, by its place.
        has_offset: whether an offset stands behind the time.
    """

    width: int
    parts: dict[str, int]
    literals: dict[int, int]
    has_offset: bool


@cache
def template_of(form: str) -> Template | None:
    """Return a format's template; None when its parts may move."""
    has_offset = form.endswith("%z")
    tokens = re.findall(r"%.|[^%]", form.removesuffix("%z"), flags=re.DOTALL)
    parts: dict[str, int] = {}
    literals: dict[int, int] = {}
    width = 0
    for token in tokens:
        if len(token) == 1:
            if not token.isascii():
                return None
            literals[width] = ord(token)
            width += 1
            continue
        letter = token[1]
        if letter not in WIDTHS or letter in parts:
            return None
        parts[letter] = width
        width += WIDTHS[letter]
    if not {"Y", "m", "d"} <= set(parts):
        return None
    return Template(width, parts, literals, has_offset)


def read_fixed(texts: pa.Array, template: Template) -> tuple[Seconds, Flags]:
    """Read the texts that fit a template to the byte; UTC seconds, or local ones without an offset."""
    seconds = np.zeros(len(texts), dtype=np.int64)
    fits = np.zeros(len(texts), dtype=bool)
    starts, lengths, data = _bytes_of(texts)
    for spelling, size in ZONES.items():
        if (size > 0) != template.has_offset:
            continue
        rows = np.flatnonzero(lengths == template.width + size)
        if not len(rows):
            continue
        matrix = _matrix(data, starts, rows, template.width + size)
        values, good = _read(matrix, template)
        if size:
            offsets, known = _offsets(matrix[:, template.width :], spelling)
            values, good = values - offsets, good & known
        seconds[rows[good]] = values[good]
        fits[rows[good]] = True
    return seconds, fits


def _bytes_of(texts: pa.Array) -> tuple[Seconds, Seconds, Bytes]:
    """Return where each text starts, how long it is (a null has no length), and all bytes."""
    _, offset_buffer, data_buffer = texts.buffers()
    first, count = texts.offset, len(texts)
    offsets = np.frombuffer(offset_buffer, np.int32)[first : first + count + 1].astype(np.int64)
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer else np.zeros(0, np.uint8)
    lengths = np.diff(offsets)
    if texts.null_count:
        lengths[texts.is_null().to_numpy(zero_copy_only=False)] = -1
    return offsets[:-1], lengths, data


def _matrix(data: Bytes, starts: Seconds, rows: Seconds, width: int) -> Bytes:
    """Return texts of one length as rows of bytes; without copying where nothing lies between."""
    first = int(starts[rows[0]])
    is_dense = len(rows) == len(starts) and int(starts[rows[-1]]) == first + (len(rows) - 1) * width
    if is_dense:
        return data[first : first + len(rows) * width].reshape(-1, width)
    matrix: Bytes = data[starts[rows][:, None] + np.arange(width)]
    return matrix


def _read(matrix: Bytes, template: Template) -> tuple[Seconds, Flags]:
    good = np.ones(len(matrix), dtype=bool)
    for place, byte in template.literals.items():
        good &= matrix[:, place] == byte
    nothing = np.zeros(len(matrix), dtype=np.int32)
    values = dict.fromkeys("HMS", nothing)
    for letter, place in template.parts.items():
        values[letter], are_digits = _number(matrix, place, WIDTHS[letter])
        good &= are_digits
    year, month, day = values["Y"], values["m"], values["d"]
    good &= (year > 0) & (month >= 1) & (month <= 12) & (day >= 1)  # noqa: PLR2004  months
    for letter, most in (("H", 23), ("M", 59), ("S", 59)):
        good &= values[letter] <= most
    late = np.flatnonzero(good & (day > SHORTEST_MONTH))
    good[late] = day[late] <= _days_in(year[late], month[late])
    seconds = _days_since_1970(year, month, day).astype(np.int64) * DAY
    return seconds + (values["H"] * 3600 + values["M"] * 60 + values["S"]), good


def _number(matrix: Bytes, place: int, width: int) -> tuple[Numbers, Flags]:
    """Read digits; a byte that is none makes the number meaningless."""
    number = np.zeros(len(matrix), dtype=np.int32)
    are_digits = np.ones(len(matrix), dtype=bool)
    for column in range(place, place + width):
        digit = matrix[:, column] - ZERO  # bytes below wrap around to large numbers
        are_digits &= digit <= 9  # noqa: PLR2004  the last digit
        number *= 10
        number += digit
    return number, are_digits


def _days_in(year: Numbers, month: Numbers) -> Numbers:
    usual = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int32)[month]
    is_leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    days: Numbers = usual + ((month == 2) & is_leap)  # noqa: PLR2004  February
    return days


def _days_since_1970(year: Numbers, month: Numbers, day: Numbers) -> Numbers:
    """Count days of the Gregorian calendar; years begin in March, so the leap day is the last."""
    shifted = year - (month <= 2)  # noqa: PLR2004  January and February end a year
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    leaps = shifted // 4 - shifted // 100 + shifted // 400
    days: Numbers = shifted * 365 + leaps + of_year - 719_468
    return days


def _offsets(matrix: Bytes, spelling: str) -> tuple[Seconds, Flags]:
    """Read offsets from UTC, in seconds."""
    if spelling == "Z":
        return np.zeros(len(matrix), dtype=np.int64), matrix[:, 0] == ord("Z")
    sign = np.where(matrix[:, 0] == ord("-"), -1, 1)
    good = (matrix[:, 0] == ord("+")) | (matrix[:, 0] == ord("-"))
    if spelling == "+hh:mm":
        good &= matrix[:, 3] == ord(":")
    hours, are_hours = _number(matrix, 1, 2)
    minutes, are_minutes = _number(matrix, matrix.shape[1] - 2, 2)
    good &= are_hours & are_minutes & (hours <= 23) & (minutes <= 59)  # noqa: PLR2004  a clock
    return sign * (hours * 3600 + minutes * 60), good
