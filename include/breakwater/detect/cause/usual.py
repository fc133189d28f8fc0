"""What leaves had in the last days, and what they usually have.

What is usual is read before the last week: a change that began some days ago is not usual yet.
"""

import numpy as np

from breakwater.detect.panel import Floats

REFERENCE_DAYS = 28
RECENT_DAYS = 7
"""Days before today that may belong to the change already; what is usual is read before them."""

DAYS_NEEDED = REFERENCE_DAYS + 2 * RECENT_DAYS
"""Days up to today from which all of this is read."""


def counts_and_usual(counts: Floats, first: int, last: int) -> tuple[Floats, Floats]:
    """Return what was counted on some days, and what the same weekdays had in the weeks before.

    A day on which nothing at all was counted was not reported, and is no usual day.

    Args:
        counts: l × T, the last column is today.
        first: column of the first of the days, in the last week.
        last: column of the last one.
    """
    usual = np.zeros(len(counts))
    reported = np.asarray(counts.any(axis=0))
    for day in range(first, last + 1):
        weeks = range(RECENT_DAYS // 7 + 1, (RECENT_DAYS + REFERENCE_DAYS) // 7 + 1)
        before_it = (day - 7 * week for week in weeks if day >= 7 * week)
        same_weekday = [each for each in before_it if reported[each]]
        if same_weekday:
            usual += counts[:, same_weekday].mean(axis=1)
    return counts[:, first : last + 1].sum(axis=1), usual


def weeks_before(values: Floats) -> Floats:
    """Return the days that tell what is usual.

    Args:
        values: l × T numerators or denominators, the last column is today.
    """
    return values[:, -RECENT_DAYS - REFERENCE_DAYS : -RECENT_DAYS]


def weekday_means(counts: Floats) -> Floats:
    """Return for each of the days that tell what is usual the mean of its weekday among them.

    Zero for days that were not reported, as their counts are.

    Args:
        counts: l × T, the last column is today.
    """
    weeks = weeks_before(counts).reshape(len(counts), -1, 7)
    reported = weeks.any(axis=0, keepdims=True)
    means = weeks.sum(axis=1, keepdims=True) / np.maximum(reported.sum(axis=1, keepdims=True), 1)
    return np.asarray(np.where(reported, means, 0.0)).reshape(len(counts), -1)


def before(values: Floats) -> Floats:
    """Sum each leaf over the weeks before the last one.

    Args:
        values: l × T numerators or denominators, the last column is today.
    """
    return np.asarray(weeks_before(values).sum(axis=1))
