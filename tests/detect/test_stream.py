"""One stream at a sub-daily pace: what begins is told once, from its past alone."""

import numpy as np
import pytest
from made_streams import A_DAY, daily, half_hours

from breakwater.detect.bench_adapters import nab_detector
from breakwater.detect.stream.channels import LONG_RUNS, MOVEMENT, from_movement
from breakwater.detect.stream.detector import CHANNELS, THRESHOLD, judge_stream
from breakwater.detect.stream.rows import LEARNING_ROWS, Floats, same_time

DAYS = 30
CLEARLY = 0.6
"""A score that no ordinary noise reaches."""


def told(value: Floats, threshold: float = CLEARLY) -> list[int]:
    """Return the rows on which something is told."""
    score = judge_stream(half_hours(len(value)), value).score[0]
    return np.flatnonzero(score >= threshold).tolist()


def test_a_row_out_of_all_proportion_is_told_on_that_row() -> None:
    """And only there."""
    value = daily(DAYS)
    value[1000] += 60
    assert told(value) == [1000]


def test_a_value_that_is_usual_at_noon_is_told_at_midnight() -> None:
    """The time of day is part of what is usual, and the finding says so."""
    value = daily(DAYS)
    midnight = 20 * A_DAY
    value[midnight] = 180
    found = judge_stream(half_hours(len(value)), value)
    assert np.flatnonzero(found.score[0] >= CLEARLY).tolist() == [midnight]
    assert found.usual[0, midnight] == pytest.approx(20, abs=5)
    assert CHANNELS[found.channel[0, midnight]] == "time of day"


def test_a_day_on_which_nothing_rises_is_told_though_its_values_are_all_usual() -> None:
    """What is missing is as odd as what is too much."""
    value = daily(DAYS)
    value[20 * A_DAY : 21 * A_DAY] = daily(1)[0]
    first = told(value)[0]
    assert 20 * A_DAY < first < 20 * A_DAY + A_DAY // 2


def test_a_flutter_around_the_same_level_is_told_as_restless() -> None:
    """A sensor with a loose contact stays near its usual value on average."""
    value = np.random.default_rng(5).normal(50, 5, 1500)
    value[1200:1260] += np.where(np.arange(60) % 2, 20, -20)
    found = judge_stream(half_hours(len(value)), value)
    first = next(row for row in range(1200, 1260) if found.score[0, row] >= THRESHOLD)
    assert first < 1212
    loudest = 1200 + int(np.argmax(found.evidence[0, 1200:1212]))
    assert CHANNELS[found.channel[0, loudest]] in {"liveliness", "movement"}


def test_a_sensor_that_hangs_is_told_though_it_stays_where_it_often_was() -> None:
    """No value and no step is out of place; that nothing moves for a day is."""
    value = np.random.default_rng(5).normal(50, 5, 1500)
    value[1200:1300] = 50.0
    found = judge_stream(half_hours(len(value)), value)
    rows = np.flatnonzero(found.score[0, 1150:1300] >= THRESHOLD) + 1150
    assert 1200 + MOVEMENT // 2 < rows[0] <= 1200 + MOVEMENT
    assert CHANNELS[found.channel[0, rows[0]]] == "movement"


def test_a_longer_run_of_small_changes_is_as_far_from_usual_as_one_of_large_changes() -> None:
    """A third of the usual movement and three times as much are one distance."""
    steps = np.where(np.arange(600) % 2, 1.0, -1.0)
    calm, wild = steps.copy(), steps.copy()
    calm[400:], wild[400:] = steps[400:] / 3, steps[400:] * 3
    last = 400 + MOVEMENT
    far = [from_movement(x[None, :], np.zeros((1, 600)))[0, last] for x in (calm, wild)]
    assert far == pytest.approx([np.log(3), np.log(3)], rel=0.01)
    assert from_movement(steps[None, :], np.zeros((1, 600)))[0, last] == pytest.approx(0, abs=1e-9)


def test_a_shift_that_lasts_is_told_where_it_begins_and_not_day_after_day() -> None:
    """A week later it is told no more."""
    value = daily(DAYS)
    value[20 * A_DAY + 10 :] += 40
    rows = told(value)
    assert rows[0] - (20 * A_DAY + 10) in range(6)
    assert len(rows) <= 3
    assert rows[-1] < 22 * A_DAY


def test_a_quiet_series_says_next_to_nothing() -> None:
    """Noise alone reaches the threshold rarely and never a clear score."""
    alerts = [len(told(daily(DAYS, seed=seed), THRESHOLD)) for seed in range(8)]
    assert np.mean(alerts) < 2
    assert not any(told(daily(DAYS, seed=seed)) for seed in range(8))


@pytest.mark.parametrize("rows", [150, 777, 1200])
def test_a_replay_of_the_past_gives_the_same_bits(rows: int) -> None:
    """What comes later changes nothing that was said."""
    value, instants = daily(DAYS), half_hours(DAYS * A_DAY)
    value[700:760] = np.nan
    whole, part = judge_stream(instants, value), judge_stream(instants[:rows], value[:rows])
    assert part.score.tobytes() == whole.score[:, :rows].tobytes()
    assert part.evidence.tobytes() == whole.evidence[:, :rows].tobytes()
    assert part.usual.tobytes() == whole.usual[:, :rows].tobytes()


def test_the_unit_of_the_values_does_not_matter() -> None:
    """Bytes or gigabytes, the scores agree."""
    value = daily(DAYS)
    value[1000] += 60
    scores = judge_stream(half_hours(len(value)), value).score
    assert judge_stream(half_hours(len(value)), value * 2.0**30).score == pytest.approx(scores)
    assert judge_stream(half_hours(len(value)), value / 2.0**30).score == pytest.approx(scores)


def test_missing_values_score_zero_and_do_not_silence_the_rest() -> None:
    """A gap is no number; what comes after it is judged."""
    value = daily(DAYS)
    value[900:930] = np.nan
    value[1000] += 60
    found = judge_stream(half_hours(len(value)), value)
    assert not found.score[0, 900:930].any()
    assert (found.channel[0, 900:930] == -1).all()
    assert np.flatnonzero(found.score[0] >= CLEARLY).tolist() == [1000]


def test_rows_that_never_came_do_not_shift_the_time_of_day() -> None:
    """Half a day is lost; once the runs are whole again, noon is compared with noon."""
    value, instants = daily(DAYS), half_hours(DAYS * A_DAY)
    kept = np.r_[0:600, 624 : len(value)]
    found = judge_stream(instants[kept], value[kept])
    assert not (found.score[:, 600 + max(LONG_RUNS) :] >= CLEARLY).any()


@pytest.mark.parametrize("rows", [0, 1, 2, LEARNING_ROWS])
def test_nothing_is_said_of_a_series_that_is_too_short(rows: int) -> None:
    """There is no usual yet."""
    found = judge_stream(half_hours(rows), daily(DAYS)[:rows])
    assert found.score.shape == (1, rows)
    assert not found.score.any()


def test_a_series_that_never_moves_says_nothing_until_it_does() -> None:
    """Zero spread divides nothing, and rounding is no news."""
    value = np.full(1000, 45.0)
    value[500:] += 1e-9
    assert told(value, THRESHOLD) == []
    value[800] = 46
    assert told(value) == [800]


def test_the_same_time_is_the_last_row_up_to_a_whole_day_before_and_at_most_an_hour_older() -> None:
    """Repeated, late and absent rows."""
    hours = np.array([0, 0.5, 0.5, 24.25, 24.75, 26], dtype="float64")
    instants = np.datetime64("2026-03-02T00:00:00") + (hours * 3600).astype("timedelta64[s]")
    assert same_time(instants, 2).tolist() == [[-1, -1, -1, 0, 2, -1], [-1] * 6]


def test_the_benchmark_gets_the_scores_of_the_product() -> None:
    """The adapter adds nothing."""
    value = daily(DAYS)
    expected = judge_stream(half_hours(len(value)), value).score[0]
    assert nab_detector(half_hours(len(value)), value).tobytes() == expected.tobytes()
