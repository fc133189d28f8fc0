"""Several streams are read one after the other, and prepared side by side."""

import threading
from collections.abc import Callable
from functools import partial

import pyarrow as pa
import pytest

from breakwater.engine.ahead import Batches, read_in_turn


def stream(*numbers: int) -> Batches:
    """Give one batch of one row for every number."""
    for number in numbers:
        yield pa.RecordBatch.from_pydict({"n": [number]})


def numbers_of(*streams: Callable[[], Batches]) -> list[int]:
    """Read streams in turn."""
    return [row["n"] for batch in read_in_turn(streams) for row in batch.to_pylist()]


def no_reader_is_left() -> bool:
    """Tell whether every thread of a reader has ended."""
    return not any(thread.name == "breakwater-reader" for thread in threading.enumerate())


def test_streams_follow_each_other() -> None:
    """All batches come, in the order in which one by one would give them; empty streams give none."""
    many = range(100)
    found = numbers_of(partial(stream, *many), stream, partial(stream, 7, 3))
    assert found == [*many, 7, 3]
    assert no_reader_is_left()


def test_later_streams_are_prepared_meanwhile() -> None:
    """What a stream does before its first batch does not wait for the streams before it."""
    prepared = threading.Event()

    def first() -> Batches:
        assert prepared.wait(timeout=10), "the second stream has not begun"
        yield from stream(1)

    def second() -> Batches:
        prepared.set()
        yield from stream(2)

    assert numbers_of(first, second) == [1, 2]


def test_an_error_comes_where_its_batch_is_missing() -> None:
    """Batches before it are read; the thread of a later stream ends without being read."""

    def broken() -> Batches:
        yield from stream(2)
        raise pa.ArrowInvalid

    read = read_in_turn([partial(stream, 1), broken, partial(stream, *range(50))])
    assert [next(read)["n"][0].as_py() for _ in range(2)] == [1, 2]
    with pytest.raises(pa.ArrowInvalid):
        next(read)
    assert no_reader_is_left()


def test_who_stops_reading_leaves_nothing_behind() -> None:
    """Every stream is closed in its own thread, the one that waits to hand a batch over as well."""
    closed = []

    def endless(name: str) -> Batches:
        try:
            while True:
                yield from stream(0)
        finally:
            closed.append(name)

    read = read_in_turn([partial(endless, "one"), partial(endless, "other")])
    next(read)
    read.close()
    assert sorted(closed) == ["one", "other"]
    assert no_reader_is_left()
