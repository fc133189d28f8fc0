"""From distances to probabilities: how rare was a distance this large in the series so far?"""

import numpy as np

from breakwater.detect.stream.rows import Floats, past_quantile

TAILS = (0.98, 0.99, 0.995)
"""Where a tail may begin. Their mean is steadier than any one of them."""

PRIOR_EXCESSES = 5
"""Weight, in excesses, of an exponential distribution's tail while few were seen."""

ORDINARY = 0.5
"""Evidence of a distance that is not in the tail: about one in three is as large."""


def evidence(distance: Floats, floor: Floats) -> Floats:
    """Return -log10 of the probability of a distance this large or larger.

    Peaks over threshold (Pickands 1975; Davison & Smith 1990) with an exponential tail: beyond
    the quantile q of the past, p = (1 - q) · exp(-excess / mean past excess). Every row counts in
    later rows' past, odd ones too: a series that is often wild must be wilder to be told. A distance
    that is in some of the tails only counts for less than it is rare: what happens twice in a
    hundred rows is not news.

    Args:
        distance: n × T distances of at least zero; NaN is no opinion.
        floor: n × T smallest mean excess that is believed, in the distance's units.

    Returns:
        n × T, at least zero; NaN without an opinion or with too short a past.
    """
    return np.asarray(np.mean([_beyond(distance, floor, tail) for tail in TAILS], axis=0))


def _beyond(distance: Floats, floor: Floats, tail: float) -> Floats:
    start = past_quantile(distance, tail)
    excess = np.nan_to_num(np.maximum(distance - start, 0.0))
    # Of an exponential distribution the quantile q lies -ln(1 - q) means above zero.
    rare = -np.log(1 - tail)
    prior = np.nan_to_num(start) / rare
    seen = _sum_before((excess > 0).astype(np.float64))
    mean = (_sum_before(excess) + PRIOR_EXCESSES * prior) / (seen + PRIOR_EXCESSES)
    found = np.where(excess > 0, (rare + excess / np.maximum(mean, floor)) / np.log(10), ORDINARY)
    return np.where(np.isfinite(start) & np.isfinite(distance), found, np.nan)


def _sum_before(x: Floats) -> Floats:
    total = np.cumsum(x, axis=1)
    return np.concatenate([np.zeros((len(x), 1)), total[:, :-1]], axis=1)


def mean_of_known(evidences: Floats) -> Floats:
    """Return the mean over the first axis of what has an opinion; NaN where nothing has."""
    speaks = np.isfinite(evidences)
    total = np.where(speaks, evidences, 0.0).sum(axis=0)
    count = speaks.sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def combine(channels: Floats) -> Floats:
    """Return the root mean square of the evidence of the channels that have an opinion.

    Between the mean, which asks all to agree, and the maximum, which lets one cry wolf.

    Args:
        channels: c × n × T evidence; NaN is no opinion.
    """
    speaks = np.isfinite(channels)
    total = np.where(speaks, channels, 0.0) ** 2
    return np.asarray(np.sqrt(total.sum(axis=0) / np.maximum(speaks.sum(axis=0), 1)))
