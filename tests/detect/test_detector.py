"""The detector: onset of what is abnormal, and silence about everything else."""

import dataclasses

import numpy as np
import pytest
from made_panels import RHYTHM, counts, panel_of

from breakwater.detect.detection import Detection, Settings, Verdict
from breakwater.detect.panel import Flags, Panel
from breakwater.detect.panel.detector import detect, detect_panel

STRICT = Settings(
    false_alarms=0.001, minimum_volume=30, minimum_effect=0.15, minimum_rate_effect=0.02
)
DAYS = 56
HIT = 3
"""The series that something is done to."""


def told_on(found: Detection, series: int = HIT) -> list[int]:
    """Return the days on which something was said to begin."""
    return np.flatnonzero(found.verdict[series] == Verdict.ONSET).tolist()


def test_a_day_of_three_times_the_usual_volume_is_told_on_that_day_with_its_usual_value() -> None:
    """A spike stands out, and what was usual is near the truth."""
    y = counts(DAYS)
    usual = float(y[HIT, 41])
    y[HIT, 41] *= 3
    found = detect_panel(panel_of(y), STRICT)
    assert told_on(found) == [41]
    assert found.sign[HIT, 41] == 1
    assert found.expected[HIT, 41] == pytest.approx(usual, rel=0.1)
    assert found.change[HIT, 41] == pytest.approx(2, rel=0.15)
    assert found.high[HIT, 41] < y[HIT, 41]


def test_a_day_of_a_third_of_the_usual_volume_is_told_as_a_fall() -> None:
    """Missing work is as abnormal as too much of it."""
    y = counts(DAYS)
    y[HIT, 41] /= 3
    found = detect_panel(panel_of(y), STRICT)
    assert told_on(found) == [41]
    assert found.sign[HIT, 41] == -1


def test_weekends_are_no_anomaly_even_with_two_weeks_of_history() -> None:
    """Half the volume on Sundays is the rhythm, and series of a kind teach each other."""
    found = detect_panel(panel_of(counts(DAYS)), STRICT)
    assert not (found.verdict >= Verdict.ONSET).any()
    assert (found.verdict[:, 14:] == Verdict.USUAL).all()


def test_a_sunday_as_busy_as_a_monday_is_an_anomaly() -> None:
    """The weekday counts: the same number is usual on one day and not on another."""
    y = counts(DAYS)
    y[HIT, 41] = 400
    assert told_on(detect_panel(panel_of(y), STRICT)) == [41]


def test_a_shift_that_lasts_is_told_once() -> None:
    """From its second day it merely lasts, and in the end it is what is usual."""
    y = counts(70)
    y[HIT, 43:] *= 1.8
    found = detect_panel(panel_of(y), STRICT)
    assert told_on(found) == [43]
    assert found.verdict[HIT, 44] == Verdict.CONTINUING
    assert found.since[HIT, 47] == 43
    assert found.verdict[HIT, 69] == Verdict.USUAL


def test_a_change_that_gets_clearly_worse_is_told_again() -> None:
    """A second step on top of the first is news."""
    y = counts(DAYS)
    y[HIT, 43:] *= 1.8
    y[HIT, 45:] *= 2.2
    assert told_on(detect_panel(panel_of(y), STRICT)) == [43, 45]


def test_a_small_rise_that_lasts_is_found_within_a_week_though_no_single_day_stands_out() -> None:
    """Three- and seven-day sums see what one day hides in its noise."""
    y = counts(DAYS, size=150)
    y[HIT, 40:] *= 1.25
    found = detect_panel(panel_of(y), STRICT)
    first = told_on(found)[0]
    assert 41 <= first <= 46
    assert found.span[HIT, first] > 1


def test_a_share_of_few_decisions_stays_quiet_and_the_same_share_of_many_does_not() -> None:
    """Three of six wrong is chance; three hundred of six hundred is not."""
    random = np.random.default_rng(3)
    for cases, expected in ((6, []), (600, [41])):
        right = random.binomial(cases, 0.95, (12, DAYS)) / cases
        right[HIT, 41] = 0.5
        found = detect_panel(panel_of(right, "pct", float(cases)), STRICT)
        assert told_on(found) == expected


def test_a_day_of_few_decisions_is_judged_by_what_few_can_say() -> None:
    """A series of hundreds that has six on one day: half of the six wrong is chance."""
    random = np.random.default_rng(4)
    cases = np.full((12, DAYS), 600.0)
    right = random.binomial(600, 0.95, (12, DAYS)) / cases
    right[HIT, 41] = 0.5
    assert told_on(detect_panel(panel_of(right, "pct", cases), STRICT)) == [41]
    cases[HIT, 41] = 6
    lenient = dataclasses.replace(STRICT, minimum_volume=0)
    assert told_on(detect_panel(panel_of(right, "pct", cases), lenient)) == []


def test_a_slow_site_is_found_from_its_mean_handle_time() -> None:
    """Forty-five per cent more time a case is told on the first day."""
    random = np.random.default_rng(5)
    seconds = 90 * np.exp(0.05 * random.standard_normal((12, DAYS)))
    seconds[HIT, 40:] *= 1.45
    found = detect_panel(panel_of(seconds, "aht", 500.0), STRICT)
    assert told_on(found) == [40]
    assert found.expected[HIT, 40] == pytest.approx(90, rel=0.05)


def test_a_surprise_too_small_to_matter_is_not_told() -> None:
    """With a million cases ten per cent is certain, and still no message."""
    y = counts(DAYS, size=1_000_000)
    y[HIT, 41] *= 1.1
    lenient = dataclasses.replace(STRICT, false_alarms=1.0)
    found = detect_panel(panel_of(y), lenient)
    assert found.verdict[HIT, 41] == Verdict.TOO_SMALL


def test_days_without_a_report_are_no_anomaly_and_teach_nothing() -> None:
    """Missing data is told by whoever fetches; here it leaves a hole."""
    y = counts(DAYS)
    y[HIT, 30:34] = np.nan
    found = detect_panel(panel_of(y), STRICT)
    assert (found.verdict[HIT, 30:34] == Verdict.MISSING).all()
    assert not (found.verdict >= Verdict.ONSET).any()
    assert found.expected[HIT, 43] == pytest.approx(400 * RHYTHM[1], rel=0.05)


def test_a_series_without_two_weeks_behind_it_gets_no_opinion() -> None:
    """A vendor that began ten days ago may do what it likes."""
    y = counts(DAYS)
    y[HIT, :31] = np.nan
    y[HIT, 41] *= 4
    found = detect_panel(panel_of(y), STRICT)
    assert found.verdict[HIT, 41] == Verdict.TOO_YOUNG
    assert found.age[HIT, 41] == 10
    assert told_on(found) == []


def test_a_known_holiday_is_judged_with_care_and_never_teaches() -> None:
    """A fall on a holiday is expected after the first one, and the day after is usual again."""
    y = counts(DAYS)
    holidays = np.zeros((1, DAYS), dtype=np.bool_)
    holidays[0, [23, 44]] = True
    y[:, holidays[0]] = np.round(y[:, holidays[0]] * 0.5)
    panel = dataclasses.replace(panel_of(y), hol=holidays)
    found = detect_panel(panel, STRICT)
    assert (found.verdict[:, 44] == Verdict.USUAL).all()
    assert (found.verdict[:, 45] == Verdict.USUAL).all()
    unaware = detect_panel(panel_of(y), STRICT)
    assert (unaware.verdict[:, 44] >= Verdict.ONSET).any()


def _first_days(panel: Panel, days: int) -> Panel:
    return dataclasses.replace(
        panel,
        y=panel.y[:, :days].copy(),
        den=panel.den[:, :days].copy(),
        hol=panel.hol[:, :days].copy(),
        dow=panel.dow[:days].copy(),
    )


@pytest.mark.parametrize("days", [21, 40, 44, 55])
def test_a_replay_of_a_past_day_gives_the_same_bits(days: int) -> None:
    """What comes later changes nothing: cut off after any day, the verdicts are identical."""
    y = counts(DAYS)
    y[HIT, 40:] *= 1.5
    y[5, 12:15] = np.nan
    panel = panel_of(y)
    whole, part = detect_panel(panel, STRICT), detect_panel(_first_days(panel, days), STRICT)
    for name in ("expected", "low", "high", "score", "change", "verdict", "since"):
        kept = getattr(whole, name)[:, :days]
        assert kept.tobytes() == getattr(part, name).tobytes(), name


def test_the_plain_interface_scores_the_days_after_the_history() -> None:
    """One column a scored day, lasting changes held below the threshold, no opinion as NaN."""
    y = counts(DAYS)
    y[HIT, 43:] *= 1.8
    y[5, 30] = np.nan
    scores, threshold = detect(panel_of(y))
    assert scores.shape == (12, DAYS - 14)
    assert scores[HIT, 43 - 14] >= threshold
    assert (scores[HIT, 44 - 14 :] < threshold).all()
    assert np.isnan(scores[5, 30 - 14])


def test_the_panel_is_left_as_it_was() -> None:
    """Arrays belong to the caller."""
    panel = panel_of(counts(30))
    before = panel.y.tobytes()
    detect_panel(panel, STRICT)
    assert panel.y.tobytes() == before


def _episodes(alerts: Flags) -> int:
    """Count runs of days, a gap of one day bridged."""
    bridged = alerts.copy()
    bridged[:, 1:-1] |= alerts[:, :-2] & alerts[:, 2:]
    before = np.zeros_like(bridged)
    before[:, 1:] = bridged[:, :-1]
    return int((bridged & ~before).sum())


def test_half_a_year_in_which_nothing_happens_keeps_its_promise_of_false_alarms() -> None:
    """Over-dispersed counts, levels that drift, an outlier here and there at the beginning."""
    random = np.random.default_rng(9)
    n, days = 120, 180
    level = np.exp(
        random.uniform(2, 7, (n, 1)) + 0.01 * random.standard_normal((n, days)).cumsum(1)
    )
    own = np.exp(0.1 * random.standard_normal((n, 7)))
    usual = level * (RHYTHM * own)[:, np.arange(days) % 7]
    wild = random.gamma(1 / 0.02, 0.02, (n, days))
    y = random.poisson(usual * wild).astype(np.float64)
    y[:20, 5] *= 4
    scores, threshold = detect(panel_of(y))
    months = n * (days - 14) / 30
    assert _episodes(np.nan_to_num(scores) >= threshold) / months <= 0.1
    assert 0.6 < float(np.nanmean(scores >= 2)) / 0.01 < 1.5


def test_a_queue_that_is_closed_at_weekends_is_not_told_every_saturday() -> None:
    """The others work at half strength; two weekends are enough to know that this one does not."""
    y = counts(DAYS)
    weekend = np.arange(DAYS) % 7 >= 5
    y[HIT, weekend] = 0
    found = detect_panel(panel_of(y), STRICT)
    assert told_on(found) == []
    assert found.expected[HIT, 5] < 20  # known from the beginning, not learned by surprises
    y[HIT, 47] = 180  # a Saturday as the others have it
    assert told_on(detect_panel(panel_of(y), STRICT)) == [47]


def test_a_history_with_a_shift_and_outliers_does_not_hide_what_comes() -> None:
    """What nobody labelled in the first two weeks neither widens the band for long nor moves it."""
    y = counts(DAYS)
    y[HIT, 3] *= 5
    y[HIT, 9] = 0
    y[HIT, :4] *= 2
    y[HIT, 42] *= 3
    assert told_on(detect_panel(panel_of(y), STRICT)) == [42]


def test_the_first_holiday_is_no_anomaly_where_a_whole_region_falls() -> None:
    """The day itself says what the holiday does; who does not follow is told."""
    y = counts(DAYS)
    holidays = np.zeros((1, DAYS), dtype=np.bool_)
    holidays[0, 37] = True
    others = np.arange(12) != HIT
    y[others, 37] = np.round(y[others, 37] * 0.4)
    panel = dataclasses.replace(panel_of(y), hol=holidays)
    found = detect_panel(panel, STRICT)
    assert told_on(found) == [37]
    assert (found.verdict[others, 37] == Verdict.USUAL).all()


def test_a_series_that_began_late_is_judged_once_it_is_old_enough() -> None:
    """It starts from its first value, whatever that is."""
    y = counts(70)
    y[HIT, :25] = np.nan
    y[HIT, 60] *= 3
    found = detect_panel(panel_of(y), STRICT)
    assert told_on(found) == [60]
    assert found.expected[HIT, 26] == pytest.approx(400 * RHYTHM[26 % 7], rel=0.2)
    assert found.expected[HIT, 60] == pytest.approx(400 * RHYTHM[60 % 7], rel=0.12)


def test_while_a_change_stands_the_days_are_compared_with_before_it() -> None:
    """Expected value and band are those from before the change until both levels are usual."""
    y = counts(70)
    y[HIT, 43:] *= 1.8
    found = detect_panel(panel_of(y), STRICT)
    assert found.verdict[HIT, 50] == Verdict.CONTINUING
    assert found.expected[HIT, 50] == pytest.approx(400 * RHYTHM[1], rel=0.12)
    assert found.high[HIT, 50] < y[HIT, 50]
    assert found.expected[HIT, 64] == pytest.approx(720 * RHYTHM[1], rel=0.12)
