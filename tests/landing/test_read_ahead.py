"""Reading ahead: order, errors, and an end that nothing can hang on."""

import gc
import threading
import time
from collections.abc import Generator

import pytest

from breakwater.landing.reading.read_ahead import read_ahead, work_ahead


def numbers(count: int, ended: list[str]) -> Generator[int]:
    """Yield 1 to `count`, and note how it ended."""
    try:
        yield from range(1, count + 1)
        ended.append("through")
    finally:
        ended.append("closed")


def test_every_value_comes_once_and_in_order() -> None:
    """And the generator behind runs to its end."""
    ended: list[str] = []
    assert list(read_ahead(numbers(1000, ended))) == list(range(1, 1001))
    assert ended == ["through", "closed"]


def test_an_error_behind_is_raised_where_it_belongs() -> None:
    """After the values before it."""

    def failing() -> Generator[int]:
        yield 1
        raise ValueError("unreadable")  # noqa: EM101  a message of the test

    ahead = read_ahead(failing())
    assert next(ahead) == 1
    with pytest.raises(ValueError, match="unreadable"):
        next(ahead)


@pytest.mark.timeout(20)
def test_a_reading_that_is_forgotten_half_way_ends_when_it_is_collected() -> None:
    """An error elsewhere may keep it alive in a cycle, until a collection at any later moment."""
    ended: list[str] = []
    ahead = read_ahead(numbers(1000, ended))
    assert next(ahead) == 1
    cycle: list[object] = [ahead]
    cycle.append(cycle)
    del ahead, cycle
    gc.collect()
    assert ended == ["closed"]


def test_work_goes_on_beside_and_results_come_in_order() -> None:
    """However long one value takes, the next one's result waits for it."""

    def slow_first(value: int) -> int:
        time.sleep(0.05 if value == 0 else 0)
        return value * value

    assert list(work_ahead(range(20), slow_first, 3)) == [n * n for n in range(20)]


def test_an_error_of_the_work_is_raised_in_its_place_and_ends_the_rest() -> None:
    """What came before it is there; no thread is left."""

    def careful(value: int) -> int:
        if value == 5:
            message = "five"
            raise ValueError(message)
        return value

    done = []
    with pytest.raises(ValueError, match="five"):
        done.extend(work_ahead(range(50), careful, 2))
    assert [thread.name for thread in threading.enumerate() if "work-ahead" in thread.name] == []
