"""The parts of the panel detector, each by what it promises."""

import numpy as np
import pytest

from breakwater.detect.detection import Settings
from breakwater.detect.panel import Panel
from breakwater.detect.panel.belief import HOLIDAY, LEVEL, MONDAY, Belief
from breakwater.detect.panel.calibration import AN_EVENT, PRIOR_START, Calibration, fit
from breakwater.detect.panel.channels import recent_sum, strongest, surprise, z_of_surprise
from breakwater.detect.panel.holidays import Holidays
from breakwater.detect.panel.moves import BOTH_DAYS, Moves
from breakwater.detect.panel.onset import Told
from breakwater.detect.panel.scale import Scale
from breakwater.detect.panel.scatter import Scatter

YES = np.array([True])


def _panel(kind: str, n: int, days: int) -> Panel:
    return Panel(
        y=np.ones((n, days)),
        den=np.full((n, days), 100.0),
        kind=np.array([kind] * n),
        region=np.zeros(n, dtype=np.int64),
        hol=np.zeros((1, days), dtype=np.bool_),
        dow=np.arange(days) % 7,
        hist=14,
    )


def test_a_belief_without_doubt_learns_nothing_and_one_with_much_learns_nearly_all() -> None:
    """The gain is the share of doubt in the variance of the day."""
    belief = Belief.empty(2)
    belief.cov[1, LEVEL, LEVEL] = 99.0
    weekday, no = 2, np.zeros(2, dtype=np.bool_)
    reach = belief.reach(weekday, no)
    variance = belief.doubt(reach, weekday, no) + 1.0
    belief.learn(reach, np.array([1.0, 1.0]), variance, ~no, no)
    assert belief.mean[:, LEVEL] == pytest.approx([0.0, 0.99])
    assert belief.cov[1, LEVEL, LEVEL] == pytest.approx(0.99)


def test_a_holiday_teaches_about_holidays_alone() -> None:
    """Level and weekdays stay as they were."""
    belief = Belief.empty(1)
    for part in (LEVEL, MONDAY, HOLIDAY):
        belief.cov[0, part, part] = 1.0
    before = belief.mean[:, :HOLIDAY].copy()
    reach = belief.reach(0, YES)
    variance = belief.doubt(reach, 0, YES) + 1.0
    belief.learn(reach, np.array([-2.0]), variance, ~YES, YES)
    assert (belief.mean[:, :HOLIDAY] == before).all()
    assert belief.mean[0, HOLIDAY] == pytest.approx(-0.5)


def test_one_wild_day_teaches_no_more_than_a_bad_one() -> None:
    """Ten and a hundred standard deviations move the level equally far."""
    levels = []
    for away in (10.0, 100.0):
        belief = Belief.empty(1)
        belief.cov[0, LEVEL, LEVEL] = 1.0
        reach = belief.reach(0, ~YES)
        belief.learn(reach, np.array([away]), np.array([2.0]), YES, ~YES)
        levels.append(float(belief.mean[0, LEVEL]))
    assert levels[0] == pytest.approx(levels[1])


def test_surprise_is_the_logarithm_of_the_normal_tail_and_can_be_inverted() -> None:
    """Within two per cent of −ln p from one standard deviation on; p from tables."""
    known = {1.0: 0.317311, 1.959964: 0.05, 3.290527: 0.001, 4.891638: 1e-6}
    for z, p in known.items():
        assert surprise(np.array([z]))[0] == pytest.approx(-np.log(p), rel=0.02)
        assert z_of_surprise(surprise(np.array([z])))[0] == pytest.approx(z, abs=1e-6)


def test_seven_days_of_two_deviations_speak_louder_than_the_last_one() -> None:
    """And only together with a day that still shows the change."""
    since = np.array([30, 30, 3])
    z = np.full((3, 7), 2.0)
    z[1, -1] = -0.1
    found = strongest(z, since)
    assert found.span.tolist() == [7, 1, 3]
    assert found.surprise[0] == pytest.approx(surprise(np.array([2 * np.sqrt(7)]))[0])
    total, seen = recent_sum(z, since, 7)
    assert seen.tolist() == [7, 7, 3]
    assert total[2] == pytest.approx(6.0)


def test_scores_of_a_heavier_tail_are_calibrated_all_the_same() -> None:
    """Surprises twice as long as a normal's still exceed 2 on one day in a hundred."""
    random = np.random.default_rng(1)
    panel = _panel("pct", 300, 80)
    calibration = Calibration(panel, 0)
    hits = days = 0
    for t in range(80):
        x = 2 * random.exponential(size=300)
        score = calibration.tails(t)["pct"].score(x)
        calibration.keep(t, x, score, np.zeros(300, dtype=np.bool_))
        if t >= 30:
            hits, days = hits + int((score >= 2).sum()), days + 300
    assert hits / days / 0.01 == pytest.approx(1.0, abs=0.25)


def test_events_in_the_pool_make_the_tail_no_longer() -> None:
    """One series in ten is wild on one day in ten; what is rare for the others stays as rare."""
    random = np.random.default_rng(2)
    lengths = []
    for wild in (0.0, 40.0):
        calibration = Calibration(_panel("count", 200, 60), 0)
        for t in range(60):
            x = random.exponential(size=200)
            x[:20] += wild * (random.random(20) < 0.1)
            score = calibration.tails(t)["count"].score(x)
            calibration.keep(t, x, score, np.zeros(200, dtype=np.bool_))
        lengths.append(calibration.tails(59)["count"].length)
    assert lengths[1] == pytest.approx(lengths[0], rel=0.15)
    assert AN_EVENT < 0.01


def test_a_count_is_as_surprising_upwards_as_downwards() -> None:
    """Of Poisson numbers with mean 60 as many lie two deviations above as below."""
    random = np.random.default_rng(3)
    n = 100_000
    y = random.poisson(60, n).astype(np.float64)
    scale = Scale.of(_panel("count", n, 15))
    expected = np.full(n, np.log1p(60.0))
    noise = np.full(n, 1 / 60.0)
    z = scale.surprise(y, np.log1p(y) - expected, expected, noise)
    above, below = float((z > 2).mean()), float((z < -2).mean())
    assert 0.6 < above / below < 1.6
    assert above == pytest.approx(0.0228, rel=0.4)


def test_a_limit_is_the_value_that_is_exactly_so_surprising() -> None:
    """`Scale.at` is the inverse of `Scale.surprise` for every kind."""
    for kind, usual in (("count", 40.0), ("pct", 0.9), ("aht", 80.0)):
        panel = _panel(kind, 1, 15)
        scale = Scale.of(panel)
        expected = scale.forward(np.array([[usual]]), np.array([[1e9]]))[:, 0]
        noise = np.array([0.02 if kind != "pct" else 0.002])
        for z in (-1.5, 2.5):
            y = scale.at(np.array([z]), expected, noise)
            away = scale.forward(y[:, None], np.array([[1e9]]))[:, 0] - expected
            assert scale.surprise(y, away, expected, noise)[0] == pytest.approx(z, rel=1e-3)


def test_scatter_goes_from_the_kinds_to_the_series_own() -> None:
    """After two months of twice the deviation a series is believed to scatter so."""
    scatter = Scatter.of(np.array(["aht"] * 9), np.ones(9))
    random = np.random.default_rng(4)
    wide = np.array([2.0] + [1.0] * 8)
    rows = np.ones(9, dtype=np.bool_)
    for _ in range(60):
        scatter.learn(wide * random.standard_normal(9) / np.sqrt(scatter.ratio), rows)
    assert scatter.ratio[0] > 2.0
    assert np.median(scatter.ratio[1:]) == pytest.approx(1.0, abs=0.35)


def _follow(moves: Moves, belief: Belief, days: list[float]) -> None:
    z, away = np.full((1, 7), np.nan), np.full((1, 7), np.nan)
    for day in days:
        now = np.array([day])
        z = np.concatenate([z[:, 1:], (now - belief.mean[:, LEVEL])[:, None]], axis=1)
        away = z.copy()
        moves.since += 1
        moves.follow(belief, z, away, np.ones(1), told_from=np.zeros(1), learns=YES)
        moves.go_back(belief, now, YES)


def test_three_days_that_agree_move_the_level_and_the_old_one_is_kept() -> None:
    """Two of them do not, and for ten days the difference to the old level is known."""
    moves, belief = Moves.none(1), Belief.empty(1)
    _follow(moves, belief, [0.1, -0.2, 4.0, 4.2])
    assert belief.mean[0, LEVEL] == 0.0
    _follow(moves, belief, [4.0, 4.0, 4.0])
    assert belief.mean[0, LEVEL] == pytest.approx(4.0, abs=0.2)
    assert moves.offset(belief)[0] == pytest.approx(-4.0, abs=0.2)
    _follow(moves, belief, [4.0] * BOTH_DAYS)
    assert moves.offset(belief)[0] == 0.0


def test_a_change_that_is_taken_back_brings_the_old_level_back() -> None:
    """After two days near the old level it counts again, without three that agree."""
    moves, belief = Moves.none(1), Belief.empty(1)
    _follow(moves, belief, [4.0, 4.0, 4.0])
    assert belief.mean[0, LEVEL] == pytest.approx(4.0)
    _follow(moves, belief, [0.1, 0.0])
    assert belief.mean[0, LEVEL] == 0.0


def test_what_most_series_of_a_region_do_on_a_holiday_is_the_holiday() -> None:
    """Even the first one: the day itself says so, and one series that did not fall stands out."""
    panel = _panel("count", 12, 20)
    holidays, belief = Holidays(panel), Belief.empty(12)
    x = np.full(12, -0.7) + 0.01 * np.arange(12)
    x[3] = 0.0
    today = np.ones(12, dtype=np.bool_)
    expected = holidays.expect(x, np.full(12, 0.01), belief, 0, today)
    assert (expected < -0.5).all()
    nobody = Holidays(panel).expect(x, np.full(12, 0.01), belief, 0, ~today)
    assert (nobody == 0.0).all()


def test_what_was_told_is_told_again_only_when_clearly_worse_or_after_a_while() -> None:
    """A hint that nobody was told of keeps only weaker days quiet."""
    settings = Settings(false_alarms=0.03, refractory_days=7)  # −log10(0.001) = 3
    told = Told.nothing(1)
    told.remember(10, np.array([4.0]), YES, YES, np.array([1]))
    assert told.holds(12, np.array([6.0]), settings)[0]
    assert not told.holds(12, np.array([9.0]), settings)[0]
    assert not told.holds(18, np.array([6.0]), settings)[0]
    hint = Told.nothing(1)
    hint.remember(10, np.array([2.5]), YES, ~YES, np.array([1]))
    assert hint.holds(12, np.array([2.4]), settings)[0]
    assert not hint.holds(12, np.array([3.1]), settings)[0]


def test_a_level_never_moves_before_people_would_be_told() -> None:
    """Else a change could become what is usual without a word."""
    moves, belief = Moves.none(1), Belief.empty(1)
    z = np.full((1, 7), 2.9)
    moves.since += 30
    moves.follow(belief, z, z, np.ones(1), told_from=np.array([8.0]), learns=YES)
    assert belief.mean[0, LEVEL] == 0.0
    moves.follow(belief, z, z, np.ones(1), told_from=np.array([4.0]), learns=YES)
    assert belief.mean[0, LEVEL] == pytest.approx(2.9)


@pytest.mark.parametrize(("surprise", "start"), [(0.07, PRIOR_START), (5.0, 5.0)])
def test_a_pool_of_one_value_says_nothing_about_a_tail(surprise: float, start: float) -> None:
    """A series that hardly moves must not make the next ordinary day look rare."""
    tail = fit(np.full((10, 8), surprise), np.full(8, 6.0))
    assert tail.start == start
