"""Slower people and harder work are told apart."""

import numpy as np
import pytest

from breakwater.detect.cause.mix import decompose, moved_most

EASY, HARD = 60.0, 300.0
USUAL_BELOW = np.array([800.0, 200.0])
USUAL_ABOVE = USUAL_BELOW * [EASY, HARD]
CODES = np.array([[0], [1]])


def test_the_same_mix_done_slower_is_all_rate() -> None:
    """Everybody takes a fifth longer."""
    parts = decompose(USUAL_ABOVE * 1.2, USUAL_BELOW, USUAL_ABOVE, USUAL_BELOW)
    assert parts.rate == pytest.approx(0.2 * 108, rel=0.01)
    assert parts.mix == pytest.approx(0, abs=0.2)


def test_more_hard_work_at_the_usual_pace_is_all_mix() -> None:
    """Nobody is slower; the hard queue has twice its share."""
    below = np.array([600.0, 400.0])
    parts = decompose(below * [EASY, HARD], below, USUAL_ABOVE, USUAL_BELOW)
    assert parts.mix_share == pytest.approx(1, abs=0.02)
    moved = moved_most(CODES, below, USUAL_ABOVE, USUAL_BELOW, rises=True)
    assert moved is not None
    attribute, value, before, now = moved
    assert (attribute, before, now) == (
        0,
        pytest.approx(USUAL_BELOW[value] / 1000),
        below[value] / 1000,
    )


@pytest.mark.parametrize("seed", range(20))
def test_both_parts_always_add_up_to_the_change(seed: int) -> None:
    """Whatever came, empty leaves and new ones included."""
    draw = np.random.default_rng(seed)
    below, usual_below = draw.poisson(5, 30).astype(float), draw.poisson(40, 30).astype(float)
    below[:5], usual_below[3:8] = 0, 0
    above = below * draw.lognormal(4, 1, 30)
    usual_above = usual_below * draw.lognormal(4, 1, 30)
    parts = decompose(above, below, usual_above, usual_below)
    change = above.sum() / below.sum() - usual_above.sum() / usual_below.sum()
    assert parts.rate + parts.mix == pytest.approx(change)


def test_without_work_there_is_no_change() -> None:
    """A day on which nothing came has no ratio."""
    parts = decompose(np.zeros(2), np.zeros(2), USUAL_ABOVE, USUAL_BELOW)
    assert (parts.rate, parts.mix, parts.mix_share) == (0, 0, 0)
    assert moved_most(CODES, USUAL_BELOW, USUAL_ABOVE, USUAL_BELOW, rises=True) is None
