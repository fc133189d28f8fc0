"""Steps side by side: values are made, and worked on, while the caller uses those before them."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


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


def work_ahead(values: Iterable[T], work: Callable[[T], R], threads: int) -> Generator[R]:
    """Yield the result of a function on each value, in their order, some threads at work on it.

    At most one value more than there are threads is under way. The function shares nothing between
    its calls; the values are taken in the caller's thread.
    """
    underway: deque[Future[R]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="work-ahead") as pool:
        try:
            for value in values:
                underway.append(pool.submit(work, value))
                if len(underway) > threads:
                    yield underway.popleft().result()
            while underway:
                yield underway.popleft().result()
        finally:
            wait([each for each in underway if not each.cancel()])
