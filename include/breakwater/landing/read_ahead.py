"""Two steps at once: the next value is made while the caller works on this one."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")


def read_ahead(values: Generator[T]) -> Generator[T]:
    """Yield the values of a generator, of which a thread makes at most one in advance.

    It pays where making and using a value both leave Python's lock alone, as unpacking, parsing
    and mapping in Arrow do. The thread ends with the generator, however that ends.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as thread:
        following = thread.submit(next, values, None)
        try:
            while (value := following.result()) is not None:
                following = thread.submit(next, values, None)
                yield value
        finally:
            # Not by the thread: a generator that nobody closed ends when it is collected, and by
            # then the pool may take no more work.
            if not following.cancel():
                wait([following])
            values.close()
