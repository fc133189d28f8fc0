"""A vendor's cases and clocks as arrays, from which every instant of the past can be looked at.

Everything that is asked of a book is asked as of an instant: what happened later is as if it had
not. So the forecast of an instant is the same whether the book was read then or years later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from breakwater.measure.forecast.open_time import NEVER, Ints, OpenTime

Place = tuple[str, str]
"""A site and a queue: what has a line and a pace of its own."""


@dataclass(frozen=True, slots=True)
class Cases:
    """One row a case; instants in UTC seconds, `NEVER` where nothing of the kind is known.

    Attributes:
        names: the vendor's ids.
        queue: number of the site and queue in `Book.queues`.
        rank: 0 for the most urgent priority.
        entered: when it came into the queue.
        taken: when it left the line: picked up, or decided without anybody noting that.
        done: when it was decided for good.
        paused: when it was last put on hold.
        resumed: when that ended.
    """

    names: Sequence[str]
    queue: Ints
    rank: Ints
    entered: Ints
    taken: Ints
    done: Ints
    paused: Ints
    resumed: Ints


@dataclass(frozen=True, slots=True)
class Clocks:
    """One row a clock on a case.

    Attributes:
        case: number of the case.
        name: number of the clock in `Book.clocks`.
        started: when it started.
        stopped: when it stopped.
        due: when its target is used up.
    """

    case: Ints
    name: Ints
    started: Ints
    stopped: Ints
    due: Ints


@dataclass(frozen=True, slots=True)
class Book:
    """What is known of a vendor's work over some days.

    Attributes:
        first: the earliest instant from which on everything is known.
        queues: site and queue by number.
        clocks: names of clocks by number.
        open_times: open time of each queue's site, by number of the queue.
        cases: every case.
        runs: every clock on every case.
    """

    first: int
    queues: tuple[Place, ...]
    clocks: tuple[str, ...]
    open_times: tuple[OpenTime, ...]
    cases: Cases
    runs: Clocks

    def open_reading(self, queue: Ints, at: Ints) -> Ints:
        """Return open seconds up to instants, each on the calendar of its queue."""
        return self._by_queue(queue, at, forwards=True)

    def open_instant(self, queue: Ints, reading: Ints) -> Ints:
        """Return instants at which open seconds are reached, each on its queue's calendar."""
        return self._by_queue(queue, reading, forwards=False)

    def _by_queue(self, queue: Ints, values: Ints, *, forwards: bool) -> Ints:
        found = np.zeros_like(values)
        # Queues of a site share a calendar: it is read once for all of them.
        times = {id(time): time for time in self.open_times}
        number = {key: n for n, key in enumerate(times)}
        which = np.array([number[id(time)] for time in self.open_times], np.int64)[queue]
        for n, time in enumerate(times.values()):
            rows = which == n
            look = time.reading if forwards else time.instant
            found[rows] = look(values[rows])
        return found


def book_of(
    cases: pa.Table, runs: pa.Table, open_times: Mapping[Place, OpenTime], first: int
) -> Book:
    """Turn rows of the models into a book.

    Args:
        cases: rows of ``line_case``.
        runs: rows of ``clock_run``.
        open_times: by site and queue.
        first: the earliest instant from which on everything is known.
    """
    names = cases.column("case_id_vendor").to_pylist()
    places = list(
        zip(cases.column("site").to_pylist(), cases.column("queue").to_pylist(), strict=True)
    )
    queues = tuple(sorted(set(places)))
    number_of_queue = {place: n for n, place in enumerate(queues)}
    priorities = cases.column("priority").to_pylist()
    rank = {priority: n for n, priority in enumerate(sorted(set(priorities)))}
    number_of_case = {name: n for n, name in enumerate(names)}
    clocks = tuple(sorted(set(runs.column("clock").to_pylist())))
    number_of_clock = {name: n for n, name in enumerate(clocks)}
    return Book(
        first,
        queues,
        clocks,
        tuple(open_times[place] for place in queues),
        Cases(
            names,
            _numbers(number_of_queue[place] for place in places),
            _numbers(rank[priority] for priority in priorities),
            *(
                _instants(cases, name)
                for name in ("entered_at", "taken_at", "done_at", "paused_at", "resumed_at")
            ),
        ),
        Clocks(
            _numbers(number_of_case[name] for name in runs.column("case_id_vendor").to_pylist()),
            _numbers(number_of_clock[name] for name in runs.column("clock").to_pylist()),
            *(_instants(runs, name) for name in ("started_at", "stopped_at", "due_at")),
        ),
    )


def _numbers(values: object) -> Ints:
    return np.fromiter(values, np.int64)  # type: ignore[call-overload, no-any-return]


def _instants(table: pa.Table, name: str) -> Ints:
    found: Ints = table.column(name).fill_null(NEVER).to_numpy()
    return found.astype(np.int64)
