"""How improbable a day is by itself, and together with the days just before it."""

from dataclasses import dataclass

import numpy as np

from breakwater.detect.panel import Flags, Floats, Integers

CHANNELS = (1, 3, 7)
"""Days summed up: a single day for spikes, three and seven for shifts and slow slides."""

CLIP = 3.0
"""How much one day may add to a sum; a single spike must not look like a lasting change."""


@dataclass(frozen=True, slots=True, eq=False)
class Strongest:
    """The strongest channel of n series.

    Attributes:
        surprise: −ln of the two-sided normal tail.
        span: days of the channel.
    """

    surprise: Floats
    span: Integers


def surprise(z: Floats) -> Floats:
    """Return −ln of the two-sided tail of a normal number; close to 0 at z = 0.

    Mills' ratio is bounded by 4 / (3 z + sqrt(z² + 8)) (Sampford 1953, Ann. Math. Statist. 24).
    """
    far = np.abs(z)
    mills = 4 / (3 * far + np.sqrt(far * far + 8))
    tail = np.log(2 * mills / np.sqrt(2 * np.pi))
    return np.asarray(far * far / 2 - tail, dtype=np.float64)


def z_of_surprise(value: Floats) -> Floats:
    """Return the positive z that has this surprise, by Newton's method."""
    z = np.sqrt(2 * np.maximum(value, 0.5))
    for _ in range(8):
        step = 1e-4
        slope = (surprise(z + step) - surprise(z)) / step
        z = np.maximum(z - (surprise(z) - value) / slope, 1e-3)
    return np.asarray(z, dtype=np.float64)


def strongest(z: Floats, since: Integers) -> Strongest:
    """Compare a day alone with sums of the last days.

    Args:
        z: n × d surprises of the last days in standard deviations, today last; NaN is missing.
        since: days, today included, since the level was set anew; older ones belong to another.
    """
    today = np.nan_to_num(z[:, -1])
    best, span = surprise(today), np.ones(len(z), dtype=np.int64)
    for days in CHANNELS[1:]:
        total, seen = recent_sum(np.clip(z, -CLIP, CLIP), since, days)
        total = total / np.sqrt(np.maximum(seen, 1))
        # A sum speaks only for a change that today still shows.
        speaks = (seen >= max(2, days // 2 + 1)) & (total * today > 0)
        found = np.where(speaks, surprise(total), -np.inf)
        span = np.where(found > best, days, span)
        best = np.maximum(best, found)
    return Strongest(best, span)


def recent_sum(values: Floats, since: Integers, days: int) -> tuple[Floats, Integers]:
    """Sum the last days that count and are known; return sums and how many they are."""
    recent = values[:, -days:]
    counts = _counts(recent, since)
    return np.where(counts, recent, 0.0).sum(axis=1), counts.sum(axis=1)


def _counts(recent: Floats, since: Integers) -> Flags:
    ago = np.arange(recent.shape[1])[::-1]
    return np.isfinite(recent) & (since[:, None] > ago[None, :])
