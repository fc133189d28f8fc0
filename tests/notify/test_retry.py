"""When a message is tried again."""

from datetime import timedelta

import pytest

from breakwater.notify.retry import delay_before_next

KEYS = [f"{n:064x}" for n in range(200)]


@pytest.mark.parametrize(
    ("attempts", "base_seconds"), [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (40, 3600)]
)
def test_waits_double_up_to_an_hour_with_a_quarter_of_jitter(
    attempts: int, base_seconds: int
) -> None:
    """30 s × 2^(attempts − 1), at most 3600 s, times 0.75 to 1.25."""
    waits = [delay_before_next(key, attempts, None).total_seconds() for key in KEYS]
    assert 0.75 * base_seconds <= min(waits) < max(waits) < 1.25 * base_seconds
    assert max(waits) - min(waits) > 0.4 * base_seconds


def test_what_the_far_end_asked_for_is_waited_for_and_little_more() -> None:
    """Retry-After 7: between 7 and 8.75 seconds."""
    waits = [delay_before_next(key, 5, 7.0).total_seconds() for key in KEYS]
    assert min(waits) >= 7
    assert max(waits) < 8.75


def test_a_far_end_that_asks_for_no_wait_gets_a_second_all_the_same() -> None:
    """Otherwise one call would try the same message until its attempts run out."""
    assert delay_before_next(KEYS[0], 1, 0.0) == timedelta(seconds=1)


def test_the_wait_depends_on_the_message_and_the_attempt_alone() -> None:
    """No randomness: the same twice, another for another message."""
    first = delay_before_next(KEYS[0], 1, None)
    assert first == delay_before_next(KEYS[0], 1, None)
    assert first != delay_before_next(KEYS[1], 1, None)


@pytest.mark.parametrize("asked", [1e9, float("9" * 300), float("inf")])
def test_nobody_can_silence_us_by_asking_for_years(asked: float) -> None:
    """A waiting time that no calendar holds is a mistake, or worse: it is cut."""
    wait = delay_before_next("a1" * 32, 1, asked)
    assert timedelta(hours=6) <= wait <= timedelta(hours=8)
