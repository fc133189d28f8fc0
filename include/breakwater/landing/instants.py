"""Vendors' spellings of instants to UTC seconds; every distinct spelling is parsed once."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.contracts.shape import Times
from breakwater.landing.local_time import Flags, Seconds, offsets_of

EARLIEST, LATEST = 315_532_800, 4_102_444_800
"""1980 and 2100: outside of them a spelling was misread, or is a placeholder."""

EPOCHS = {"epoch_seconds": 1, "epoch_milliseconds": 1000}
TYPED = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z")
"""How readers spell cells that are dates by type."""


@dataclass(frozen=True, slots=True)
class Instants:
    """A column of instants. Flags tell what is wrong with a value; such a value is not known."""

    seconds: Seconds
    is_known: Flags
    is_unreadable: Flags
    is_repeated: Flags
    is_skipped: Flags

    @property
    def arrow(self) -> pa.Array:
        """UTC seconds, null where not known."""
        return pa.array(self.seconds, mask=~self.is_known)


def read_instants(texts: pa.Array, times: Times, *, has_typed_cells: bool) -> Instants:
    """Read a column by its contract; a null stays unknown and is no fault."""
    encoded = texts.dictionary_encode()
    formats = (*times.formats, *(TYPED if has_typed_cells else ()))
    distinct = _read_distinct(encoded.dictionary, formats, times)
    # An index past the end stands for null: one more entry, of which nothing is true.
    indices = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    return Instants(
        *(
            np.append(values, np.zeros(1, values.dtype))[indices]
            for values in (
                distinct.seconds,
                distinct.is_known,
                distinct.is_unreadable,
                distinct.is_repeated,
                distinct.is_skipped,
            )
        )
    )


def _read_distinct(texts: pa.Array, formats: Iterable[str], times: Times) -> Instants:
    local, offset_known, is_read = _parse(texts, formats)
    is_read &= (local >= EARLIEST) & (local < LATEST)
    offsets = offsets_of(np.where(is_read, local, EARLIEST), ZoneInfo(times.zone))
    is_local = is_read & ~offset_known
    is_repeated, is_skipped = is_local & offsets.is_repeated, is_local & offsets.is_skipped
    # Before the change, the clock's offset takes a skipped time forward by the length of the gap.
    takes_later = is_repeated & (times.fold == "later")
    offset = np.where(takes_later, offsets.after, offsets.before)
    seconds = np.where(is_local, local - offset, local)
    is_repeated &= times.fold == "quarantine"
    is_skipped &= times.gap == "quarantine"
    is_known = is_read & ~is_repeated & ~is_skipped
    return Instants(np.where(is_known, seconds, 0), is_known, ~is_read, is_repeated, is_skipped)


def _parse(texts: pa.Array, formats: Iterable[str]) -> tuple[Seconds, Flags, Flags]:
    """Try formats in order; return seconds, whether they are UTC already, whether one fitted."""
    seconds = np.zeros(len(texts), dtype=np.int64)
    is_utc, is_read = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool)
    for form in formats:
        rest = np.flatnonzero(~is_read)
        if not len(rest):
            break
        some = texts.take(pa.array(rest))
        values, fits = _epoch(some, EPOCHS[form]) if form in EPOCHS else _strptime(some, form)
        fitting = rest[fits]
        seconds[fitting], is_read[fitting] = values[fits], True
        is_utc[fitting] = form in EPOCHS or "%z" in form
    return seconds, is_utc, is_read


def _epoch(texts: pa.Array, per_second: int) -> tuple[Seconds, Flags]:
    digits = pc.match_substring_regex(texts, r"^[0-9]{1,15}(\.[0-9]{1,9})?$")
    numbers = pc.if_else(digits, texts, "0").cast(pa.float64()).to_numpy(zero_copy_only=False)
    return (numbers // per_second).astype(np.int64), digits.to_numpy(zero_copy_only=False)


def _strptime(texts: pa.Array, form: str) -> tuple[Seconds, Flags]:
    import pandas as pd

    # pandas takes words such as `now` and `today` whatever the format says.
    numeric = pc.match_substring_regex(texts, "[0-9]").to_numpy(zero_copy_only=False)
    candidates = pd.Series(texts.to_pylist(), dtype=object).where(pd.Series(numeric), None)
    parsed = pd.to_datetime(candidates, format=form, errors="coerce", utc=True)
    fits = parsed.notna().to_numpy()
    micros = parsed.dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
    return np.where(fits, micros, 0) // 1_000_000, fits
