"""The history that days are judged by begins on one day for four weeks, so nothing is told by nobody."""

from datetime import date, timedelta

import numpy as np
from made_panels import counts

from breakwater.detect.detection import Settings, Verdict
from breakwater.detect.facts import DAYS_OF_BLOCK, History, MetricFacts, first_day_read
from breakwater.detect.panel.detector import detect_panel
from breakwater.detect.series import build_panel, build_series

MONDAY = date.fromordinal(1 + 26_424 * DAYS_OF_BLOCK)
"""The first day of a block."""
HISTORY = 28
JUDGED = 10
SERIES = 24


def history() -> History:
    """Read eight weeks and more of counts in which nothing happens."""
    first = MONDAY - timedelta(days=HISTORY)
    y = counts(HISTORY + JUDGED, size=60, series=SERIES, seed=5)
    leaves = tuple(("desk", "main", f"queue_{row:02}", "en") for row in range(SERIES))
    return History(
        first=first,
        metrics={"manual_incoming": MetricFacts("manual_incoming", leaves, y, np.zeros(y.shape))},
        present={"manual_incoming": np.ones(y.shape, dtype=np.bool_)},
        reported={"desk": np.ones(y.shape[1], dtype=np.bool_)},
        contents=np.ones(y.shape[1], dtype=np.uint64),
    )


def test_a_history_begins_on_one_day_for_four_weeks() -> None:
    """At least so many days before a day, at most 27 more, and on a Monday for whole weeks."""
    days = [MONDAY + timedelta(days=n) for n in range(2 * DAYS_OF_BLOCK)]
    begins = [first_day_read(day, 56) for day in days]
    assert [(MONDAY - day).days for day in sorted(set(begins))] == [56, 28]
    assert begins.count(begins[0]) == DAYS_OF_BLOCK
    assert begins[0].weekday() == 0
    assert {(day - first).days for day, first in zip(days, begins, strict=True)} == set(
        range(56, 84)
    )


def test_what_is_said_to_have_been_told_was_told_by_its_own_day() -> None:
    """Nothing happens, and people asked for many false alarms: onsets near the threshold abound."""
    read = history()
    told: set[tuple[int, str]] = set()
    lasting = 0
    for ago in range(JUDGED):
        day = MONDAY + timedelta(days=ago)
        facts = read.window(day, HISTORY)
        series = build_series(facts)
        off = {"desk": np.zeros(len(facts.days), dtype=np.bool_)}
        found = detect_panel(build_panel(series, facts.days, off), Settings(false_alarms=1.0))
        for index, one in enumerate(series):
            since = int(found.since[index, -1])
            if found.verdict[index, -1] == Verdict.ONSET:
                told.add((ago, one.slice.name))
            if found.verdict[index, -1] == Verdict.CONTINUING and facts.days[since] >= MONDAY:
                lasting += 1
                assert ((facts.days[since] - MONDAY).days, one.slice.name) in told
    assert told
    assert lasting
