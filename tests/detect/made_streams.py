"""Made-up series that come many times a day."""

import numpy as np
import numpy.typing as npt

from breakwater.detect.stream.rows import Floats

HALF_HOUR = np.timedelta64(30, "m")
A_DAY = 48
"""Rows of half an hour that make a day."""


def half_hours(rows: int) -> npt.NDArray[np.datetime64]:
    """Return instants every half an hour."""
    return np.datetime64("2026-03-02T00:00:00") + np.arange(rows) * HALF_HOUR


def daily(days: int, *, noise: float = 3.0, seed: int = 11) -> Floats:
    """Return half-hourly values that rise to 180 around noon and fall to 20 around midnight."""
    row = np.arange(days * A_DAY)
    rhythm = 100 - 80 * np.cos(2 * np.pi * row / A_DAY)
    return rhythm + np.random.default_rng(seed).normal(0, noise, len(row))
