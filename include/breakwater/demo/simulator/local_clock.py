"""The wall clock of a vendor's zone, vectorised: offsets are looked up by the UTC hour."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.core.days import Window
from breakwater.demo.simulator.streams import Flags, Ints

HOUR = 3600
DAY = 24 * HOUR
EPOCH = date(1970, 1, 1)


@cache
def _seconds_of_day() -> pa.Array:
    return pa.array([f"{s // HOUR:02d}:{s % HOUR // 60:02d}:{s % 60:02d}" for s in range(DAY)])


class LocalClock:
    """Wall-clock times of one zone over a stretch of time."""

    def __init__(self, zone: ZoneInfo, window: Window) -> None:
        """Look up the zone's offset for every hour of a window."""
        self._base = window.start - window.start % HOUR
        hours = range(self._base, window.end + HOUR, HOUR)
        local = [datetime.fromtimestamp(hour, UTC).astimezone(zone) for hour in hours]
        self._offset = np.array([_offset_of(at) for at in local], np.int64)
        self._settled = _hours_that_repeat([at.fold == 1 for at in local], self._base)

    def local(self, instants: Ints) -> Ints:
        """Return what the wall clock shows, as seconds since its own 1970."""
        hour = np.clip((instants - self._base) // HOUR, 0, len(self._offset) - 1)
        return instants + self._offset[hour]

    def settled(self, instants: Ints) -> Ints:
        """Move instants out of the hour that the wall clock shows twice, to the end of it.

        A time without an offset cannot say which of the two it means. The vendor's tool holds its
        records back for that hour, so that what it writes can be read in one way only.
        """
        for start, end in self._settled:
            inside = (instants >= start) & (instants < end)
            instants = np.where(inside, end, instants)
        return instants


def _offset_of(local: datetime) -> int:
    offset = local.utcoffset()
    assert offset is not None  # noqa: S101  it was made with a zone
    return int(offset.total_seconds())


def _hours_that_repeat(repeats: list[bool], base: int) -> list[tuple[int, int]]:
    starts = [base + n * HOUR for n, repeat in enumerate(repeats) if repeat]
    return [(start, start + HOUR) for start in starts]


def spelled(local: Ints, pattern: str, hidden: Flags, suffix: str = "") -> pa.Array:
    """Write wall-clock seconds as text; null where hidden.

    Args:
        local: seconds since the wall clock's own 1970.
        pattern: of strptime; has to end in ``%H:%M:%S``.
        hidden: rows without an instant.
        suffix: what follows every time, such as an offset.
    """
    before_time = pattern.removesuffix("%H:%M:%S")
    if before_time == pattern:
        message = f"a pattern that ends in %H:%M:%S; found {pattern!r}"
        raise ValueError(message)
    shown = np.where(hidden, 0, local)
    days, index = np.unique(shown // DAY, return_inverse=True)
    dates = pa.array(
        [(EPOCH + timedelta(days=int(day))).strftime(before_time) for day in days], pa.string()
    )
    time_of_day = _seconds_of_day().take(pa.array(shown % DAY))
    text = pc.binary_join_element_wise(dates.take(pa.array(index)), time_of_day, suffix, "")
    return pc.if_else(pa.array(hidden), pa.scalar(None, pa.string()), text)
