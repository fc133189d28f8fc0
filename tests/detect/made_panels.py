"""Made-up series for the detector's tests: a weekly rhythm, chance noise, and nothing else."""

import numpy as np

from breakwater.detect.panel import Floats, Panel

RHYTHM = np.array([1.0, 1.05, 1.0, 0.95, 1.1, 0.55, 0.45])
"""A week from Monday, as shares of an ordinary day."""


def counts(days: int, *, size: float = 400, series: int = 12, seed: int = 7) -> Floats:
    """Draw series × days counts with a weekly rhythm, the first day a Monday."""
    random = np.random.default_rng(seed)
    return random.poisson(size * RHYTHM[np.arange(days) % 7], (series, days)).astype(np.float64)


def panel_of(y: Floats, kind: str = "count", den: Floats | float = np.nan) -> Panel:
    """Lay values out as a panel whose first day is a Monday, without holidays."""
    n, days = y.shape
    return Panel(
        y=y,
        den=np.broadcast_to(np.asarray(den, dtype=np.float64), y.shape).copy(),
        kind=np.array([kind] * n),
        region=np.zeros(n, dtype=np.int64),
        hol=np.zeros((1, days), dtype=np.bool_),
        dow=np.arange(days) % 7,
        hist=14,
    )
