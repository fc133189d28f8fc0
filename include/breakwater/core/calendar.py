"""Business time: seconds that count only while a site works.

Business time is piecewise linear: it rises by one a second while the site is open and stands still
while it is closed. So the time between two instants is a difference of two readings, and a deadline
is one reading looked up backwards.

Where calendar engines of the field differ, this one names its choice:

* A shift is wall-clock time of the site. ``09:00-17:00`` holds 8 hours on every day; ``00:00-24:00``
  holds 23 or 25 when clocks change, because **real seconds** are counted, which is what people work.
* A wall-clock time that the day skips counts from the instant the clock would have shown it, and one
  that it shows twice means the first. A shift that thereby ends before it starts is no shift.
* A shift belongs to the day on which it **starts**: a holiday closes the whole night shift that
  begins on it, and leaves alone the end of the one that began the evening before.
* The other choices are `Conventions`, each with its default.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from breakwater.core.days import days_between, utc_instant, utc_seconds

HOUR = 3600
DAY = 24 * HOUR
_FARTHEST_DAYS = 3 * 366

Span = tuple[int, int]
"""Half-open: from the first second that counts to the first that does not."""


@dataclass(frozen=True, slots=True)
class Conventions:
    """What to do at the edges, where engines of the field disagree.

    Attributes:
        on_close: a deadline that falls on closing time stays there, because people plan for the
            closing bell (as in most help desks), or rolls forward to the next opening.
        on_open: a start reckoned backwards that falls on opening time stays there, or rolls back
            to the closing time before it.
        on_zero: no time at all from an instant is that instant, or the nearest open one.
        on_reversed: an end before its start gives nothing, because no work lies between them, or
            minus the time between the two.
        end_inclusive: whether the instant of closing is still open.
    """

    on_close: Literal["stay", "roll_forward"] = "stay"
    on_open: Literal["stay", "roll_back"] = "stay"
    on_zero: Literal["identity", "snap"] = "identity"
    on_reversed: Literal["zero", "negative"] = "zero"
    end_inclusive: bool = False


DEFAULT_CONVENTIONS = Conventions()


class BeyondCalendarError(ValueError):
    """The answer lies outside the days for which a calendar was laid out."""


@dataclass(frozen=True)
class Schedule:
    """When a site works, as rules.

    Attributes:
        zone: whose wall clock the shifts follow.
        weekly: seven tuples of shifts, Monday first; seconds after the day's midnight. An end
            beyond 86,400 spills into the next day.
        special: shifts of single dates, in place of the weekly ones; none on a closed day.
        yearly: months and days that are closed every year, unless `special` names the date.
        breaks: stretches of single dates in which nobody works, whatever the shifts say.
        repeated_hour: whether the hour that a day shows twice is worked twice, which it is, or
            counts once as some engines have it, who subtract wall clocks.
    """

    zone: ZoneInfo
    weekly: tuple[tuple[Span, ...], ...]
    special: tuple[tuple[date, tuple[Span, ...]], ...] = ()
    yearly: frozenset[tuple[int, int]] = frozenset()
    breaks: tuple[tuple[date, tuple[Span, ...]], ...] = ()
    repeated_hour: Literal["counts_twice", "counts_once"] = "counts_twice"

    @cached_property
    def _special(self) -> dict[date, tuple[Span, ...]]:
        return dict(self.special)

    def shifts(self, day: date) -> tuple[Span, ...]:
        """Return the shifts that begin on a day; none when it is closed."""
        if (found := self._special.get(day)) is not None:
            return found
        return () if (day.month, day.day) in self.yearly else self.weekly[day.weekday()]

    def lay_out(self, first: date, last: date) -> "BusinessTime":
        """Turn the rules into the open spans of the days from first to last, both included.

        The night shift that spills into the first day is part of it.
        """
        days = days_between(first - timedelta(days=1), last)
        spans = [instants_of(day, shift, self.zone) for day in days for shift in self.shifts(day)]
        halts = [instants_of(day, gap, self.zone) for day, gaps in self.breaks for gap in gaps]
        if self.repeated_hour == "counts_once":
            halts += repeated_hours(self.zone, first - timedelta(days=1), last + timedelta(days=2))
        return BusinessTime(merged(spans)).without(halts)

    def after_working_days(
        self, start: int, count: int, *, at_closing: bool = False, end_inclusive: bool = False
    ) -> int:
        """Return the instant so many working days after a start.

        The day of the start is not counted; a start in a night shift is of the day on which that
        shift began. What starts on a day without a shift starts at the opening of the next day that
        has one. The answer shows the same wall clock as the start, but never one after closing time;
        or closing time, where a promise lasts to the end of the day.

        Args:
            start: in UTC seconds.
            count: how many days with a shift; 0 is the day of the start itself.
            at_closing: the last closing time of the day in place of the start's wall clock.
            end_inclusive: whether a start in the second in which a night shift ends is of its day.

        Raises:
            BeyondCalendarError: there are not so many in three years.
        """
        local = utc_instant(start).astimezone(self.zone)
        day, wall = local.date(), local.hour * HOUR + local.minute * 60 + local.second
        yesterday = day - timedelta(days=1)
        late = wall + DAY - (1 if end_inclusive else 0)
        if any(opening <= late < closing for opening, closing in self.shifts(yesterday)):
            day, wall = yesterday, wall + DAY
        elif not self.shifts(day):
            day = self._next_working_day(day)
            wall = min(shift[0] for shift in self.shifts(day))
        for _ in range(count):
            day = self._next_working_day(day)
        closing = max(shift[1] for shift in self.shifts(day))
        return _instant(day, closing if at_closing else min(wall, closing), self.zone)

    def _next_working_day(self, day: date) -> date:
        for further in range(1, _FARTHEST_DAYS):
            if self.shifts(day + timedelta(days=further)):
                return day + timedelta(days=further)
        message = f"no working day in the three years after {day.isoformat()}"
        raise BeyondCalendarError(message)


def repeated_hours(zone: ZoneInfo, first: date, last: date) -> Iterator[Span]:
    """Find what the zone's clock shows for the second time, between two midnights."""
    for day in days_between(first, last):
        low, high = _instant(day, 0, zone), _instant(day, DAY, zone)
        before, after = _offset(low, zone), _offset(high, zone)
        if before <= after:
            continue
        while high - low > 1:  # the second at which the clock went back
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
        yield high, high + before - after


def _offset(at: int, zone: ZoneInfo) -> int:
    offset = utc_instant(at).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def instants_of(day: date, wall: Span, zone: ZoneInfo) -> Span:
    """Return from when to when, in UTC seconds, a zone's clock shows a span of a day.

    Args:
        day: the day on which it begins.
        wall: in seconds after that day's midnight as the clock shows them; an end of more than a day
            is on a day after it.
        zone: of the clock.

    Returns:
        A span that ends where it begins when the clock skips the hour in which it would have ended,
        as on the day on which summer time begins.
    """
    start, end = (_instant(day, seconds, zone) for seconds in wall)
    return start, max(start, end)


def _instant(day: date, wall_seconds: int, zone: ZoneInfo) -> int:
    """Return the instant at which the zone's clock shows a time of a day."""
    days, seconds = divmod(wall_seconds, DAY)
    midnight = datetime(day.year, day.month, day.day) + timedelta(days=days)  # noqa: DTZ001  wall clock; the zone comes next
    return utc_seconds((midnight + timedelta(seconds=seconds)).replace(tzinfo=zone))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sort spans, join those that touch or overlap, and drop the empty ones."""
    joined: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def without(spans: Iterable[Span], holes: Iterable[Span]) -> Iterator[Span]:
    """Cut holes out of spans; both merged."""
    cuts = tuple(holes)
    for start, end in spans:
        at = start
        for hole_start, hole_end in cuts:
            if hole_end > at and hole_start < end:
                if hole_start > at:
                    yield at, hole_start
                at = hole_end
        if at < end:
            yield at, end


class Tile(NamedTuple):
    """A stretch of one UTC hour in which business time is a straight line.

    The tiles of a calendar cover every second once, so that an equality join on the hour and a
    comparison inside it read the clock: ``cum_s + rate * (at - seg_start)``.
    """

    utc_hour: int
    seg_start: int
    seg_end: int
    cum_s: int
    rate: int


class BusinessHour(NamedTuple):
    """A stretch of one hour of business time that was worked without a break.

    Reads a calendar backwards: business second ``s`` is the instant ``utc_s + (s - from_s)``.
    """

    business_hour: int
    from_s: int
    to_s: int
    utc_s: int


@dataclass(frozen=True)
class BusinessTime:
    """The open spans of a stretch of days, sorted, apart from each other, in UTC seconds."""

    spans: tuple[Span, ...]
    _opens: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_opens", [start for start, _ in self.spans])

    @cached_property
    def _worked_before(self) -> list[int]:
        """Business seconds before each span."""
        totals, total = [], 0
        for start, end in self.spans:
            totals.append(total)
            total += end - start
        return totals

    def without(self, holes: Iterable[Span]) -> "BusinessTime":
        """Leave out spans in which the clock stands still: breaks of a day, pauses of a case."""
        return BusinessTime(tuple(without(self.spans, merged(holes))))

    def reading(self, at: int) -> int:
        """Business seconds from the beginning of the calendar to an instant."""
        index = bisect_right(self._opens, at) - 1
        if index < 0:
            return 0
        start, end = self.spans[index]
        return self._worked_before[index] + min(at, end) - start

    def elapsed(self, start: int, stop: int, conventions: Conventions = DEFAULT_CONVENTIONS) -> int:
        """Business seconds between two instants."""
        if stop < start and conventions.on_reversed == "zero":
            return 0
        return self.reading(stop) - self.reading(start)

    def deadline(
        self, start: int, seconds: int, conventions: Conventions = DEFAULT_CONVENTIONS
    ) -> int:
        """Return the instant at which so many business seconds from a start are used up.

        Raises:
            BeyondCalendarError: the calendar was not laid out that far.
        """
        if seconds == 0:
            return start if conventions.on_zero == "identity" else self.next_open(start)
        target = self.reading(start) + seconds
        return self._last(target) if conventions.on_close == "stay" else self._next(target)

    def start_for(
        self, end: int, seconds: int, conventions: Conventions = DEFAULT_CONVENTIONS
    ) -> int:
        """Return the instant from which so many business seconds lead to an end.

        Raises:
            BeyondCalendarError: the calendar was not laid out that far back.
        """
        if seconds == 0:
            return end if conventions.on_zero == "identity" else self.previous_close(end)
        target = self.reading(end) - seconds
        return self._next(target) if conventions.on_open == "stay" else self._last(target)

    def _next(self, reading: int) -> int:
        """Return the instant at which the next business second after a reading begins."""
        index = bisect_right(self._worked_before, reading) - 1
        if index >= 0:
            start, end = self.spans[index]
            at = start + reading - self._worked_before[index]
            if at < end:
                return at
        message = f"no business second {reading} in this calendar"
        raise BeyondCalendarError(message)

    def _last(self, reading: int) -> int:
        """Return the instant at which the last business second up to a reading ended."""
        return self._next(reading - 1) + 1

    def is_open(self, at: int, conventions: Conventions = DEFAULT_CONVENTIONS) -> bool:
        """Tell whether the site works at an instant."""
        index = bisect_right(self._opens, at) - 1
        if index < 0:
            return False
        end = self.spans[index][1]
        return at < end or (conventions.end_inclusive and at == end)

    def next_open(self, at: int) -> int:
        """Return the instant itself while open, else the next opening.

        Raises:
            BeyondCalendarError: the calendar was not laid out that far.
        """
        if self.is_open(at):
            return at
        return self._next(self.reading(at))

    def previous_close(self, at: int) -> int:
        """Return the instant itself while open, else the closing time before it.

        Raises:
            BeyondCalendarError: the calendar was not laid out that far back.
        """
        if self.is_open(at):
            return at
        return self._last(self.reading(at))

    def tiles(self, first: int, last: int) -> Iterator[Tile]:
        """Cover every instant from first to last with tiles of whole hours."""
        hours = range(first - first % HOUR, last + HOUR, HOUR)
        edges = {edge for span in self.spans for edge in span if hours[0] < edge < hours[-1]}
        edges.update(hours)
        ordered = sorted(edges)
        for start, end in pairwise(ordered):
            rate = 1 if self.is_open(start) else 0
            yield Tile(start - start % HOUR, start, end, self.reading(start), rate)

    def business_hours(self) -> Iterator[BusinessHour]:
        """Cover every business second once, for reading the calendar backwards."""
        for (start, end), before in zip(self.spans, self._worked_before, strict=True):
            at, stop = before, before + end - start
            while at < stop:
                upto = min(stop, at - at % HOUR + HOUR)
                yield BusinessHour(at - at % HOUR, at, upto, start + at - before)
                at = upto
