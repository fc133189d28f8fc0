"""Local clock times to UTC, with the hours that a clock shows twice or never."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HOUR = 3600
MOST_HOURS = 1_000_000
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
    if not len(local):
        return Offsets(local, local)
    hours = local // HOUR
    first = int(hours.min())
    # The hours of an export are few and close together: a table of them is found without sorting.
    if int(hours.max()) - first < MOST_HOURS:
        seen = np.flatnonzero(np.bincount(hours - first))
        table = np.zeros(int(seen[-1]) + 1, dtype=np.int64)
        table[seen] = [_offset_of_hour(int(hour) + first, zone.key) for hour in seen]
        before: Seconds = table[hours - first]
    else:
        distinct, hour_of = np.unique(hours, return_inverse=True)
        regular = [_offset_of_hour(int(hour), zone.key) for hour in distinct]
        before = np.array(regular, dtype=np.int64)[hour_of]
    after = before.copy()
    irregular = before == IRREGULAR
    if not irregular.any():
        return Offsets(before, after)
    seconds, second_of = np.unique(local[irregular], return_inverse=True)
    for fold, offsets in ((0, before), (1, after)):
        exact = [_offset_at(int(second), zone, fold) for second in seconds]
        offsets[irregular] = np.array(exact, dtype=np.int64)[second_of]
    return Offsets(before, after)


@lru_cache(maxsize=1 << 16)
def _offset_of_hour(hour: int, key: str) -> int:
    zone = ZoneInfo(key)
    ends = (hour * HOUR, hour * HOUR + HOUR - 1)
    offsets = {_offset_at(second, zone, fold) for second in ends for fold in (0, 1)}
    return offsets.pop() if len(offsets) == 1 else IRREGULAR


def _offset_at(second: int, zone: ZoneInfo, fold: int) -> int:
    local = datetime.fromtimestamp(second, UTC).replace(tzinfo=zone, fold=fold)
    return round((local.utcoffset() or UTC.utcoffset(None)).total_seconds())
