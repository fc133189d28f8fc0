"""Vendors' spellings of instants to UTC seconds."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.contracts.shape import Times
from breakwater.landing.mapping.fixed_times import read_fixed, template_of
from breakwater.landing.mapping.local_time import Flags, Offsets, Seconds, offsets_of

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

    def without(self, rows: Flags) -> "Instants":
        """Return the same instants, but for rows where none is known any more."""
        return replace(self, is_known=self.is_known & ~rows)

    @property
    def arrow(self) -> pa.Array:
        """UTC seconds, null where not known."""
        return pa.array(self.seconds, mask=~self.is_known)


@dataclass(frozen=True, slots=True)
class RowZones:
    """The zone of each row, where a column names it.

    Attributes:
        names: IANA names, each once.
        number: of each row, the place of its zone among the names.
        is_unknown: rows whose zone nobody knows; they are read in the contract's.
    """

    names: tuple[str, ...]
    number: Seconds
    is_unknown: Flags


def read_zones(texts: pa.Array, times: Times) -> RowZones:
    """Read a column of zones; an empty cell means the contract's zone."""
    encoded = texts.dictionary_encode()
    meant = [times.zones.get(text, text) for text in encoded.dictionary.to_pylist()]
    names = tuple(dict.fromkeys([times.zone, *(name for name in meant if _is_zone(name))]))
    # An index past the end stands for null; a zone that is none is read as if it were not there.
    number = [names.index(name) if _is_zone(name) else 0 for name in meant] + [0]
    unknown = [not _is_zone(name) for name in meant] + [False]
    indices = encoded.indices.fill_null(len(meant)).to_numpy(zero_copy_only=False)
    return RowZones(
        names, np.array(number, dtype=np.int64)[indices], np.array(unknown, dtype=bool)[indices]
    )


@cache
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def read_instants(
    texts: pa.Array, times: Times, *, has_typed_cells: bool, zones: RowZones | None = None
) -> Instants:
    """Read a column by its contract; a null stays unknown and is no fault.

    Args:
        texts: trimmed; null where there is no value.
        times: zone, formats and policies of the column.
        has_typed_cells: whether cells may be dates by type.
        zones: each row's own zone, if a column names it.
    """
    given = texts.is_valid().to_numpy(zero_copy_only=False)
    formats = (*times.formats, *(TYPED if has_typed_cells else ()))
    local, offset_known, is_read = _parse(texts, formats, given)
    is_read &= (local >= EARLIEST) & (local < LATEST)
    is_local = is_read & ~offset_known
    offsets = _offsets(np.where(is_local, local, EARLIEST), times, zones)
    is_repeated, is_skipped = is_local & offsets.is_repeated, is_local & offsets.is_skipped
    # Before the change, the clock's offset takes a skipped time forward by the length of the gap.
    takes_later = is_repeated & (times.fold == "later")
    offset = np.where(takes_later, offsets.after, offsets.before)
    seconds = np.where(is_local, local - offset, local)
    is_repeated &= times.fold == "quarantine"
    is_skipped &= times.gap == "quarantine"
    is_known = is_read & ~is_repeated & ~is_skipped
    return Instants(
        np.where(is_known, seconds, 0), is_known, given & ~is_read, is_repeated, is_skipped
    )


def _offsets(local: Seconds, times: Times, zones: RowZones | None) -> Offsets:
    if zones is None:
        return offsets_of(local, ZoneInfo(times.zone))
    before, after = np.zeros_like(local), np.zeros_like(local)
    for number, name in enumerate(zones.names):
        rows = np.flatnonzero(zones.number == number)
        found = offsets_of(local[rows], ZoneInfo(name))
        before[rows], after[rows] = found.before, found.after
    return Offsets(before, after)


def _parse(texts: pa.Array, formats: Iterable[str], given: Flags) -> tuple[Seconds, Flags, Flags]:
    """Try formats in order; return seconds, whether they are UTC already, whether one fitted."""
    seconds = np.zeros(len(texts), dtype=np.int64)
    is_utc, is_read = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool)
    for form in formats:
        rest = np.flatnonzero(given & ~is_read)
        if not len(rest):
            break
        some = texts if len(rest) == len(texts) else texts.take(pa.array(rest))
        values, fits = _epoch(some, EPOCHS[form]) if form in EPOCHS else _read_form(some, form)
        fitting = rest[fits]
        seconds[fitting], is_read[fitting] = values[fits], True
        is_utc[fitting] = form in EPOCHS or "%z" in form
    return seconds, is_utc, is_read


def _epoch(texts: pa.Array, per_second: int) -> tuple[Seconds, Flags]:
    """Read counts of seconds or milliseconds; what no clock shows any more is no instant."""
    digits = pc.match_substring_regex(texts, r"^[0-9]{1,15}(\.[0-9]{1,9})?$")
    numbers = pc.if_else(digits, texts, "0").cast(pa.float64()).to_numpy(zero_copy_only=False)
    return (numbers // per_second).astype(np.int64), digits.to_numpy(zero_copy_only=False)


def _read_form(texts: pa.Array, form: str) -> tuple[Seconds, Flags]:
    """Read by one format: columns of digits first, then what is spelled more freely."""
    template = template_of(form)
    if template is None:
        return _strptime(texts, form)
    seconds, fits = read_fixed(texts, template)
    rest = np.flatnonzero(~fits)
    if len(rest):
        seconds[rest], fits[rest] = _strptime(texts.take(pa.array(rest)), form)
    return seconds, fits


def _strptime(texts: pa.Array, form: str) -> tuple[Seconds, Flags]:
    """Parse every distinct spelling once."""
    import pandas as pd

    encoded = texts.dictionary_encode()
    distinct = encoded.dictionary
    # pandas takes words such as `now` and `today` whatever the format says.
    numeric = pc.match_substring_regex(distinct, "[0-9]").to_numpy(zero_copy_only=False)
    candidates = pd.Series(distinct.to_pylist(), dtype=object).where(pd.Series(numeric), None)
    parsed = pd.to_datetime(candidates, format=form, errors="coerce", utc=True)
    fits = parsed.notna().to_numpy()
    micros = parsed.dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
    indices = encoded.indices.to_numpy(zero_copy_only=False)
    return (np.where(fits, micros, 0) // 1_000_000)[indices], fits[indices]
