"""Local clock times to UTC, with the hours that a clock shows twice or never."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HOUR = 3600
IRREGULAR = -(10**9)
"""Stands for "not the same offset throughout this hour"."""


@dataclass(frozen=True, slots=True)
class Offsets:
    """UTC offsets of local times: by the clock before and after the nearest change.

    They differ where the clock shows a time twice (`before` is larger) or never (smaller).
    """

    before: Seconds
    after: Seconds

    @property
    def is_repeated(self) -> Flags:
        """The clock shows the time twice."""
        return self.before > self.after

    @property
    def is_skipped(self) -> Flags:
        """The clock never shows the time."""
        return self.before < self.after


def offsets_of(local: Seconds, zone: ZoneInfo) -> Offsets:
    """Find the UTC offsets of local times, given as the seconds they would be in UTC.

    Nearly every hour has one offset; only those with a change are looked at second by second.
    """
    hours, hour_of = np.unique(local // HOUR, return_inverse=True)
    regular = np.array([_offset_of_hour(int(hour), zone) for hour in hours], dtype=np.int64)
    before = regular[hour_of]
    after = before.copy()
    irregular = before == IRREGULAR
    seconds, second_of = np.unique(local[irregular], return_inverse=True)
    for fold, offsets in ((0, before), (1, after)):
        exact = [_offset_at(int(second), zone, fold) for second in seconds]
        offsets[irregular] = np.array(exact, dtype=np.int64)[second_of]
    return Offsets(before, after)


def _offset_of_hour(hour: int, zone: ZoneInfo) -> int:
    ends = (hour * HOUR, hour * HOUR + HOUR - 1)
    offsets = {_offset_at(second, zone, fold) for second in ends for fold in (0, 1)}
    return offsets.pop() if len(offsets) == 1 else IRREGULAR


def _offset_at(second: int, zone: ZoneInfo, fold: int) -> int:
    local = datetime.fromtimestamp(second, UTC).replace(tzinfo=zone, fold=fold)
    return round((local.utcoffset() or UTC.utcoffset(None)).total_seconds())
