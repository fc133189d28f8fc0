"""Two detectors that anybody writes first, and that data-observability packages ship."""

import warnings
from collections.abc import Callable

import numpy as np

from breakwater.detect.panel import Floats, Panel

THRESHOLD = 3.0
DAYS, WEEKS = 14, 8


def rolling_z(panel: Panel) -> tuple[Floats, float]:
    """Return deviations from the mean of the fourteen days before."""
    return _deviations(panel, lambda day: list(range(max(0, day - DAYS), day))), THRESHOLD


def weekday_z(panel: Panel) -> tuple[Floats, float]:
    """Return deviations from the mean of the same weekday in the eight weeks before."""
    return _deviations(panel, lambda day: list(range(day - 7, -1, -7))[:WEEKS]), THRESHOLD


def _deviations(panel: Panel, before: Callable[[int], list[int]]) -> Floats:
    scores = np.zeros((len(panel.y), panel.y.shape[1] - panel.hist))
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # a series without a past has no mean
        for day in range(panel.hist, panel.y.shape[1]):
            past = panel.y[:, before(day)]
            mean, deviation = np.nanmean(past, axis=1), np.nanstd(past, axis=1, ddof=1)
            off_by = np.abs(panel.y[:, day] - mean) / np.maximum(deviation, 1e-9)
            scores[:, day - panel.hist] = np.nan_to_num(np.minimum(off_by, 1e6))
    return scores
