"""Waiting, backlog and lateness follow from more work or slower work on the same cases."""

import numpy as np
import pytest

from breakwater.detect.consequence import Change, follows_from, follows_from_holiday
from breakwater.detect.facts import MetricFacts
from breakwater.detect.slices import Slice

LEAVES = (
    ("pearlline", "manila", "hate", "en"),
    ("pearlline", "cebu", "spam", "en"),
    ("pearlline", "cebu", "adult", "en"),
    ("dekkan", "hyderabad", "spam", "hi"),
)
SLOW_CEBU = Change(0, Slice("aht", (("vendor", "pearlline"), ("site", "cebu"))), 1)


def _change(metric: str, sign: int, **scope: str) -> Change:
    return Change(7, Slice(metric, tuple(scope.items())), sign)


def _facts() -> dict[str, MetricFacts]:
    size = np.full((4, 43), 100.0)
    return {
        metric: MetricFacts(metric, LEAVES, size.copy(), size.copy())
        for metric in (
            *("backlog", "average_answer_speed", "sla_attainment", "break_rate"),
            *("golden_set_accuracy", "critical_error_rate", "qa_accuracy"),
        )
    }


@pytest.mark.parametrize(
    ("metric", "sign"), [("backlog", 1), ("average_answer_speed", 1), ("sla_attainment", -1)]
)
def test_what_a_slow_site_leads_to_is_its_story(metric: str, sign: int) -> None:
    """The spam queue is worked on in Cebu alone."""
    change = _change(metric, sign, vendor="pearlline", queue="spam")
    assert follows_from([change], [SLOW_CEBU], _facts()) == {7: 0}


def test_the_opposite_direction_does_not_follow() -> None:
    """A slow site makes no backlog shrink."""
    change = _change("backlog", -1, vendor="pearlline", queue="spam")
    assert follows_from([change], [SLOW_CEBU], _facts()) == {}


def test_other_metrics_do_not_follow() -> None:
    """Slowness is no reason for two books to disagree."""
    change = _change("break_rate", 1, vendor="pearlline", queue="spam")
    assert follows_from([change], [SLOW_CEBU], _facts()) == {}


def test_cases_of_somebody_else_are_another_story() -> None:
    """Another vendor's backlog, and a queue that the slow site does not work on."""
    elsewhere = [
        _change("backlog", 1, vendor="dekkan", queue="spam"),
        _change("backlog", 1, vendor="pearlline", queue="hate"),
    ]
    for change in elsewhere:
        assert follows_from([change], [SLOW_CEBU], _facts()) == {}


def test_half_of_the_cases_are_enough() -> None:
    """Of the vendor's three equal leaves two are at the slow site."""
    change = _change("backlog", 1, vendor="pearlline")
    assert follows_from([change], [SLOW_CEBU], _facts()) == {7: 0}


def test_a_fall_is_no_cause() -> None:
    """Faster handling explains no backlog."""
    faster = Change(0, SLOW_CEBU.slice, -1)
    change = _change("backlog", 1, vendor="pearlline", queue="spam")
    assert follows_from([change], [faster], _facts()) == {}


def test_a_share_that_fell_still_counts_all_of_its_cases() -> None:
    """Of one half nearly every case was missed: it is half of the cases for all that."""
    facts = _facts()["sla_attainment"]
    met = facts.numerator.copy()
    met[1] = 5
    late = MetricFacts("sla_attainment", LEAVES, met, facts.denominator)
    spam = Change(0, Slice("aht", (("vendor", "pearlline"), ("queue", "spam"))), 1)
    change = _change("sla_attainment", -1, vendor="pearlline", site="cebu")
    assert follows_from([change], [spam], {"sla_attainment": late}) == {7: 0}


def test_the_most_specific_cause_is_named() -> None:
    """The vendor became slow because the site did."""
    vendor = Change(1, Slice("aht", (("vendor", "pearlline"),)), 1)
    change = _change("backlog", 1, vendor="pearlline", queue="spam")
    assert follows_from([change], [vendor, SLOW_CEBU], _facts()) == {7: 0}


def test_longer_waiting_and_lateness_are_the_story_of_a_backlog_and_not_the_other_way() -> None:
    """A backlog rose; who waits in it waits longer. Waiting is no reason for a backlog."""
    queue = {"vendor": "pearlline", "queue": "spam"}
    backlog = Change(3, Slice("backlog", tuple(queue.items())), 1)
    for metric, sign in (("average_answer_speed", 1), ("sla_attainment", -1)):
        assert follows_from([_change(metric, sign, **queue)], [backlog], _facts()) == {7: 3}
    waiting = Change(3, Slice("average_answer_speed", tuple(queue.items())), 1)
    assert follows_from([_change("backlog", 1, **queue)], [waiting], _facts()) == {}
    assert follows_from([_change("backlog", 1, **queue)], [backlog], _facts()) == {}


@pytest.mark.parametrize(
    ("metric", "sign"), [("golden_set_accuracy", -1), ("critical_error_rate", 1)]
)
def test_what_worse_decisions_lead_to_is_their_story(metric: str, sign: int) -> None:
    """Of the same cases and in that direction alone; people who got better make no critical errors."""
    cebu = {"vendor": "pearlline", "site": "cebu"}
    worse = Change(4, Slice("qa_accuracy", tuple(cebu.items())), -1)
    better = Change(4, worse.slice, 1)
    assert follows_from([_change(metric, sign, **cebu)], [worse], _facts()) == {7: 4}
    assert follows_from([_change(metric, sign, **cebu)], [better], _facts()) == {}
    assert follows_from([_change(metric, -sign, **cebu)], [worse], _facts()) == {}
    elsewhere = _change(metric, sign, vendor="pearlline", queue="hate")
    assert follows_from([elsewhere], [worse], _facts()) == {}
    assert follows_from([_change("qa_accuracy", -1, **cebu)], [worse], _facts()) == {}


def test_critical_errors_are_the_story_of_planted_items_that_were_missed() -> None:
    """Not the other way: a critical error is one case, planted items are asked on purpose."""
    cebu = {"vendor": "pearlline", "site": "cebu"}
    missed = Change(4, Slice("golden_set_accuracy", tuple(cebu.items())), -1)
    grave = Change(5, Slice("critical_error_rate", tuple(cebu.items())), 1)
    assert follows_from([_change("critical_error_rate", 1, **cebu)], [missed], _facts()) == {7: 4}
    assert follows_from([_change("golden_set_accuracy", -1, **cebu)], [grave], _facts()) == {}


def test_a_backlog_that_a_holiday_left_is_explained_for_three_days() -> None:
    """Nobody worked; attainment is told all the same, its clocks know the holiday."""
    off = np.zeros(20, dtype=np.bool_)
    off[15] = True
    backlog = _change("backlog", 1, vendor="dekkan")
    assert [follows_from_holiday(backlog, off[: day + 1]) for day in range(14, 20)] == [
        None,
        15,
        15,
        15,
        15,
        None,
    ]
    late = _change("sla_attainment", -1, vendor="dekkan")
    assert follows_from_holiday(late, off[:17]) is None
    assert follows_from_holiday(_change("backlog", -1, vendor="dekkan"), off[:17]) is None
    assert follows_from_holiday(backlog, off[15:16]) == 0
