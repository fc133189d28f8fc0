"""Numbers, differences and trends as a person would write them."""

import pytest

from breakwater.report.bars import bars
from breakwater.report.figures import Figure
from breakwater.report.message import Tone
from breakwater.report.wording import (
    against_usual,
    difference,
    listed,
    of_all,
    shown,
    surety,
    surety_in_brief,
)


@pytest.mark.parametrize(
    ("metric", "value", "usual", "said", "tone"),
    [
        ("sla_attainment", 0.931, 0.975, "↓ 4.4 pt worse", Tone.WORSE),
        ("sla_attainment", 0.975, 0.931, "↑ 4.4 pt better", Tone.BETTER),
        ("sla_attainment", 0.970, 0.975, "", Tone.NEUTRAL),
        ("break_rate", 0.03, 0.015, "↑ 1.5 pt worse", Tone.WORSE),
        ("manual_incoming", 1_500, 1_000, "↑ 50 %", Tone.NEUTRAL),
        ("manual_incoming", 1_040, 1_000, "", Tone.NEUTRAL),
        ("aht", 87, 60, "↑ 45 % worse", Tone.WORSE),
        ("aht", 57, 60, "↓ 5 % better", Tone.BETTER),
        ("backlog", 10, 0, "", Tone.NEUTRAL),
    ],
)
def test_a_difference_says_how_far_which_way_and_whether_that_is_good(
    metric: str, value: float, usual: float, said: str, tone: Tone
) -> None:
    """Shares differ in points, other numbers in per cent, and small differences are usual."""
    assert difference(metric, value, usual) == (said, tone)


@pytest.mark.parametrize(
    ("metric", "figure", "said"),
    [
        ("aht", Figure(200.0, 100), "3 min 20 s"),
        ("aht", Figure(200.0, 4), "n < 5"),
        ("aht", Figure(200.0, 5), "3 min 20 s"),
        ("qa_accuracy", Figure(1.0, 3), "n < 5"),
        ("manual_incoming", Figure(3, 3), "3"),
        ("manual_incoming", Figure(12_431, 12_431), "12,431"),
        ("average_agent_solves", Figure(81.25, 40), "81.2"),
        ("sla_attainment", Figure(0.99996, 90_000), "> 99.9 %"),
        ("sla_attainment", Figure(1.0, 90_000), "100.0 %"),
        ("break_rate", Figure(0.0001, 90_000), "< 0.1 %"),
        ("aht", None, "–"),
    ],
)
def test_a_figure_of_fewer_than_five_cases_is_not_shown(
    metric: str, figure: Figure | None, said: str
) -> None:
    """A mean of four would speak of persons; a count of three says how little there was."""
    assert shown(metric, figure) == said


def test_a_sampled_share_says_how_surely_it_is_known() -> None:
    """Wilson's interval and the sample's size; sums of scores may pass the end by a rounding."""
    assert surety("qa_accuracy", Figure(0.95, 20)) == "95 % interval 76.4 to 99.1 %, n 20"
    assert surety_in_brief("qa_accuracy", Figure(0.95, 1_250)) == "94–96, n 1,250"
    assert surety("qa_accuracy", Figure(1.0 + 1e-12, 20)) == "95 % interval 83.9 to 100.0 %, n 20"


@pytest.mark.parametrize(
    ("metric", "figure"),
    [("qa_accuracy", Figure(0.5, 4)), ("qa_accuracy", None), ("sla_attainment", Figure(0.9, 500))],
    ids=["too few", "none", "all cases, no sample"],
)
def test_what_is_hidden_or_no_sample_has_no_interval(metric: str, figure: Figure | None) -> None:
    """An interval of four would give the four away; attainment is counted, not sampled."""
    assert surety(metric, figure) == surety_in_brief(metric, figure) == ""


def test_what_is_usual_is_said_beside_the_number() -> None:
    """Durations in per cent, shares in points."""
    assert against_usual("aht", 87, 60) == "usual 1 min, 45 % above"
    assert against_usual("qa_accuracy", 0.712, 0.948) == "usual 94.8 %, 23.6 pt below"


def test_names_are_joined_as_people_do() -> None:
    """One, two, three."""
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert (of_all(1, "case"), of_all(1_204, "case")) == ("1 case", "1,204 cases")


def test_bars_rise_from_the_lowest_value_to_the_highest() -> None:
    """One bar a day, a dot for a day without a value."""
    assert bars([0.0, 5.0, None, 10.0], least_span=1.0) == "▁▅·█"


def test_bars_do_not_blow_up_what_hardly_moves() -> None:
    """Half a point of attainment is not a mountain."""
    assert bars([0.970, 0.972, 0.974], least_span=0.05) == "▄▅▅"


def test_bars_of_nothing_are_dots() -> None:
    """No value on any day."""
    assert bars([None, None], least_span=1.0) == "··"
