"""Text that is too long, or not text at all, is cut where it must be, and shows it."""

import pytest
from situations import incident, message, telling

from breakwater.core.finding import Severity
from breakwater.core.plain import one_line
from breakwater.demo.sinks.blocks import problem_in, texts_of
from breakwater.notify.channels.slack.render import render as render_slack
from breakwater.notify.channels.slack.render import render_reply


def test_half_a_character_is_dropped() -> None:
    """A lone surrogate cannot be written as UTF-8; what is left can."""
    assert one_line("bad \ud800 half", 60) == "bad half"


@pytest.mark.parametrize("length", [1, 59, 60, 61, 10_000])
def test_a_line_is_cut_at_its_limit_and_shows_it(length: int) -> None:
    """Sixty characters stay; of sixty-one the last is an ellipsis."""
    line = one_line("x" * length, 60)
    assert len(line) == min(length, 60)
    assert line.endswith("…") is (length > 60)


def test_a_message_about_very_many_conditions_stays_within_slacks_limits() -> None:
    """Three hundred conditions with long names: ten rows, and how many are left out."""
    many = [
        incident(scope={"queue": f"{n:03}" + "q" * 500, "clock": "c" * 500}, severity=severity)
        for n, severity in enumerate([Severity.MAJOR] * 300)
    ]
    opened = message(*many)
    assert (len(opened.rows), opened.rows_left_out) == (10, 290)
    payload = render_slack(opened)
    assert problem_in(payload["blocks"]) is None
    assert "… and 290 more" in texts_of(payload)
    moved = message(*many, last=telling(*many[:1], thread_key="x"))
    assert problem_in(render_slack(moved)["blocks"]) is None
    assert problem_in(render_reply(moved)["blocks"]) is None
