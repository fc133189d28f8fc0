"""Hourly series of a panel: each hour of the week has its habit."""

import numpy as np
import numpy.typing as npt
import pytest

from breakwater.detect.stream.hourly import THRESHOLD, judge_hourly, usual_hour
from breakwater.detect.stream.rows import Floats

WEEKS, A_WEEK = 12, 168
HOURS = np.datetime64("2026-03-02T00", "h") + np.arange(WEEKS * A_WEEK)
HIT = 2
DIP = 10 * A_WEEK + 2 * 24 + 10
"""A Wednesday, ten in the morning."""


def volumes(series: int, *, size: float = 200, seed: int = 3) -> Floats:
    """Draw hourly counts: busy by day, and half of it at weekends."""
    hour = np.arange(len(HOURS))
    by_day = 1 + 0.6 * np.sin((hour % 24 - 8) / 24 * 2 * np.pi)
    by_week = np.where(hour // 24 % 7 >= 5, 0.5, 1.0)
    drawn = np.random.default_rng(seed).poisson(size * by_day * by_week, (series, len(hour)))
    return drawn.astype(np.float64)


def told(x: Floats, hours: npt.NDArray[np.datetime64] = HOURS) -> list[list[int]]:
    """Return the hours of each series on which something is told."""
    score = judge_hourly(hours, np.sqrt(x)).score
    return [np.flatnonzero(one >= THRESHOLD).tolist() for one in score]


def test_a_morning_at_half_the_volume_is_told_while_it_lasts_and_nobody_else_is() -> None:
    """Six hours, one series; it is told in its first hours."""
    x = volumes(6)
    x[HIT, DIP : DIP + 6] = np.round(x[HIT, DIP : DIP + 6] / 2)
    found = told(x)
    assert found[HIT]
    assert all(DIP <= hour < DIP + 6 for hour in found[HIT])
    assert not any(found[:HIT] + found[HIT + 1 :])


def test_a_working_morning_on_a_sunday_is_told() -> None:
    """What is usual on Wednesdays is not on Sundays."""
    x, sunday = volumes(6), 10 * A_WEEK + 6 * 24 + 10
    x[HIT, sunday : sunday + 6] = x[HIT, DIP : DIP + 6]
    assert told(x)[HIT][0] in range(sunday, sunday + 3)


def test_clean_series_raise_at_most_a_tenth_of_a_false_alarm_a_month() -> None:
    """Weekends and nights are habits, also of small queues."""
    months = 10 * (WEEKS * A_WEEK - 18 * 24) / 720
    for size in (5, 40):
        assert sum(map(len, told(volumes(10, size=size)))) / months <= 0.1


def test_nothing_is_said_while_the_habit_of_the_week_is_unknown() -> None:
    """The first weekend is no news."""
    x = volumes(2)[:, : 18 * 24]
    x[:, 300] *= 5
    assert not judge_hourly(HOURS[: 18 * 24], np.sqrt(x)).score.any()


def test_what_is_usual_leans_on_the_hour_of_the_week_the_more_weeks_there_are() -> None:
    """After eleven weeks a Sunday noon is near a Sunday noon, not a weekday's."""
    usual, weeks = usual_hour(HOURS, volumes(1))
    noons = [week * A_WEEK + 6 * 24 + 12 for week in range(WEEKS)]
    truth = 200 * 0.5 * (1 + 0.6 * np.sin(4 / 24 * 2 * np.pi))
    assert weeks[0, noons].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8]
    assert usual[0, noons[0]] > 1.7 * truth
    assert usual[0, noons[-1]] == pytest.approx(truth, rel=0.2)


def test_a_series_is_judged_by_its_own_past_whoever_stands_beside_it() -> None:
    """Alone or in a panel, now or in a replay: the same bits."""
    x = volumes(5)
    x[:, 500:520] = np.nan
    whole = judge_hourly(HOURS, np.sqrt(x)).evidence
    assert judge_hourly(HOURS, np.sqrt(x[1:2])).evidence.tobytes() == whole[1:2].tobytes()
    part = judge_hourly(HOURS[:1500], np.sqrt(x[:, :1500])).evidence
    assert part.tobytes() == whole[:, :1500].tobytes()
