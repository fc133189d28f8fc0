"""Business time: days of 23 and 25 hours, night shifts, holidays, and the edges that engines argue about."""

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakwater.core.calendar import (
    DAY,
    HOUR,
    BeyondCalendarError,
    BusinessTime,
    Conventions,
    Schedule,
    Span,
    Tile,
    instants_of,
    merged,
    repeated_hours,
    without,
)

RIGA, MANILA = ZoneInfo("Europe/Riga"), ZoneInfo("Asia/Manila")
WHOLE_DAY: Span = (0, DAY)
NINE_TO_FIVE: Span = (9 * HOUR, 17 * HOUR)


def weekly(*shifts: Span, days: int = 7) -> tuple[tuple[Span, ...], ...]:
    """Return the same shifts for so many days from Monday on."""
    return tuple(shifts if day < days else () for day in range(7))


def at(text: str, zone: ZoneInfo) -> int:
    """Return the instant at which a zone's clock shows a time for the first time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def laid_out(schedule: Schedule, first: str, last: str) -> BusinessTime:
    """Lay a schedule out between two days."""
    return schedule.lay_out(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("day", "after", "hours"),
    [
        ("2026-03-29", "2026-03-30", 23),
        ("2026-10-25", "2026-10-26", 25),
        ("2026-06-01", "2026-06-02", 24),
    ],
)
def test_a_whole_day_has_the_seconds_it_has(day: str, after: str, hours: int) -> None:
    """Round the clock in Riga: 23 hours in March, 25 in October."""
    time = laid_out(Schedule(RIGA, weekly(WHOLE_DAY)), day, after)
    assert time.elapsed(at(f"{day}T00:00", RIGA), at(f"{after}T00:00", RIGA)) == hours * HOUR


def test_an_office_day_has_eight_hours_when_clocks_change_at_night() -> None:
    """09:00 to 17:00 is wall-clock time; the change at 03:00 does not touch it."""
    time = laid_out(Schedule(RIGA, weekly(NINE_TO_FIVE)), "2026-03-28", "2026-03-29")
    assert [end - start for start, end in time.spans[-2:]] == [8 * HOUR, 8 * HOUR]
    # The openings are 23 hours apart.
    assert time.spans[-1][0] - time.spans[-2][0] == 23 * HOUR


@pytest.mark.parametrize(
    ("saturday", "hours"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-06-06", 8)]
)
def test_a_night_shift_over_the_change_is_shorter_or_longer(saturday: str, hours: int) -> None:
    """22:00 to 30:00 ends at 06:00 on the wall: 7 hours of work in spring, 9 in autumn."""
    night = Schedule(RIGA, weekly((22 * HOUR, 30 * HOUR)))
    spans = laid_out(night, saturday, saturday).spans
    assert spans[-1][0] == at(f"{saturday}T22:00", RIGA)
    assert spans[-1][1] - spans[-1][0] == hours * HOUR


def test_the_night_shift_of_the_day_before_spills_into_the_first_day() -> None:
    """A calendar of one day knows who is still at work at its midnight."""
    night = Schedule(MANILA, weekly((22 * HOUR, 30 * HOUR)))
    time = laid_out(night, "2026-03-02", "2026-03-02")
    assert time.is_open(at("2026-03-02T05:59", MANILA))
    assert not time.is_open(at("2026-03-02T06:00", MANILA))


def test_a_holiday_closes_the_night_shift_that_starts_on_it() -> None:
    """Tuesday is a holiday: Monday's night is worked to its end, Tuesday's night is not begun."""
    night = Schedule(MANILA, weekly((22 * HOUR, 30 * HOUR)), ((date(2026, 3, 3), ()),))
    time = laid_out(night, "2026-03-02", "2026-03-04")
    assert time.is_open(at("2026-03-03T05:00", MANILA))
    assert not time.is_open(at("2026-03-03T23:00", MANILA))
    assert not time.is_open(at("2026-03-04T05:00", MANILA))
    assert time.is_open(at("2026-03-04T23:00", MANILA))


def test_a_shift_that_the_day_skips_is_no_shift() -> None:
    """02:30 to 03:15 does not exist in Riga's spring night before 04:00 shows."""
    time = laid_out(Schedule(RIGA, weekly((3 * HOUR + 1800, 4 * HOUR))), "2026-03-29", "2026-03-29")
    assert [span for span in time.spans if span[0] >= at("2026-03-29T00:00", RIGA)] == []


def test_a_time_that_is_shown_twice_means_the_first() -> None:
    """03:30 on the night of the change in October opens an hour before it is shown again."""
    time = laid_out(Schedule(RIGA, weekly((3 * HOUR + 1800, 5 * HOUR))), "2026-10-25", "2026-10-25")
    opening = int(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp())
    assert time.spans[-1] == (opening, opening + 5 * HOUR // 2)


MONDAY = laid_out(Schedule(MANILA, weekly(NINE_TO_FIVE, days=5)), "2026-03-02", "2026-03-13")
OPENING, CLOSING = at("2026-03-02T09:00", MANILA), at("2026-03-02T17:00", MANILA)
NEXT_OPENING = at("2026-03-03T09:00", MANILA)


def test_a_deadline_on_closing_time_stays_or_rolls_forward() -> None:
    """Two hours from 15:00: the closing bell, or the next opening."""
    start = CLOSING - 2 * HOUR
    assert MONDAY.deadline(start, 2 * HOUR) == CLOSING
    assert MONDAY.deadline(start, 2 * HOUR, Conventions(on_close="roll_forward")) == NEXT_OPENING
    assert MONDAY.deadline(start, 2 * HOUR + 1) == NEXT_OPENING + 1


def test_a_start_on_opening_time_stays_or_rolls_back() -> None:
    """An hour back from Tuesday 10:00: the opening, or Monday's closing."""
    end = NEXT_OPENING + HOUR
    assert MONDAY.start_for(end, HOUR) == NEXT_OPENING
    assert MONDAY.start_for(end, HOUR, Conventions(on_open="roll_back")) == CLOSING


def test_no_time_at_all_is_the_instant_or_the_nearest_open_one() -> None:
    """Zero seconds from 20:00."""
    evening = CLOSING + 3 * HOUR
    snap = Conventions(on_zero="snap")
    assert MONDAY.deadline(evening, 0) == MONDAY.start_for(evening, 0) == evening
    assert MONDAY.deadline(evening, 0, snap) == NEXT_OPENING
    assert MONDAY.start_for(evening, 0, snap) == CLOSING


def test_an_end_before_its_start_is_nothing_or_negative() -> None:
    """No work lies between them, or the fault is shown."""
    assert MONDAY.elapsed(CLOSING, OPENING) == 0
    assert MONDAY.elapsed(CLOSING, OPENING, Conventions(on_reversed="negative")) == -8 * HOUR


def test_the_instant_of_closing_is_closed_unless_it_is_said_to_be_open() -> None:
    """Spans are half-open."""
    assert not MONDAY.is_open(CLOSING)
    assert MONDAY.is_open(CLOSING, Conventions(end_inclusive=True))
    assert MONDAY.is_open(OPENING)


def test_a_deadline_beyond_the_calendar_is_an_error() -> None:
    """Never a guess: the calendar has to be laid out further."""
    with pytest.raises(BeyondCalendarError, match="no business second 3599999 in this calendar"):
        MONDAY.deadline(OPENING, 1000 * HOUR)
    with pytest.raises(BeyondCalendarError, match="no business second -"):
        MONDAY.start_for(OPENING, 1000 * HOUR)


def test_the_last_closing_time_is_the_last_answer_there_is() -> None:
    """All ten days used up end at closing time; what opens after it, this calendar does not say."""
    last_closing = at("2026-03-13T17:00", MANILA)
    assert MONDAY.deadline(OPENING, 80 * HOUR) == last_closing
    with pytest.raises(BeyondCalendarError):
        MONDAY.deadline(OPENING, 80 * HOUR, Conventions(on_close="roll_forward"))
    with pytest.raises(BeyondCalendarError):
        MONDAY.next_open(last_closing)


SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: (min(pair), max(pair))),
    max_size=6,
)


@given(SPANS, SPANS)
def test_spans_without_holes_are_the_seconds_in_one_and_not_in_the_other(
    spans: list[Span], holes: list[Span]
) -> None:
    """Merging and cutting, second by second."""

    def seconds(of: tuple[Span, ...] | list[Span]) -> set[int]:
        return {second for start, end in of for second in range(start, end)}

    assert seconds(merged(spans)) == seconds(spans)
    left = tuple(without(merged(spans), merged(holes)))
    assert seconds(left) == seconds(spans) - seconds(holes)
    assert all(one[1] < other[0] for one, other in pairwise(merged(spans)))


ANY_TIME = SPANS.map(lambda spans: BusinessTime(merged([(s * 977, e * 977) for s, e in spans])))


@given(ANY_TIME, st.integers(0, 40_000), st.integers(0, 40_000))
def test_tiles_read_the_clock_as_the_spans_do(time: BusinessTime, first: int, asked: int) -> None:
    """Every second is in one tile of its hour, and the straight line of that tile is the reading."""
    tiles = list(time.tiles(first, first + 3 * HOUR))
    assert all(one.seg_end == other.seg_start for one, other in pairwise(tiles))
    instant = first + asked % (3 * HOUR)
    (tile,) = (
        tile
        for tile in tiles
        if tile.utc_hour == instant - instant % HOUR and tile.seg_start <= instant < tile.seg_end
    )
    assert tile.cum_s + tile.rate * (instant - tile.seg_start) == time.reading(instant)


def test_a_tile_ends_where_its_hour_or_the_shift_does() -> None:
    """Open from 00:10 to 01:10: four tiles in two hours, two of them at work."""
    time = BusinessTime(((600, 4200),))
    assert list(time.tiles(0, 2 * HOUR)) == [
        Tile(0, 0, 600, 0, 0),
        Tile(0, 600, HOUR, 0, 1),
        Tile(HOUR, HOUR, 4200, 3000, 1),
        Tile(HOUR, 4200, 2 * HOUR, HOUR, 0),
    ]


@given(ANY_TIME)
def test_business_hours_read_the_clock_backwards(time: BusinessTime) -> None:
    """Every business second is in one stretch, and the instant found there reads that second."""
    total = time.reading(10**9)
    stretches = list(time.business_hours())
    assert [stretch.from_s for stretch in stretches] == [0, *(s.to_s for s in stretches)][
        : len(stretches)
    ]
    assert (stretches[-1].to_s if stretches else 0) == total
    for stretch in stretches:
        assert stretch.business_hour == stretch.from_s - stretch.from_s % HOUR
        assert stretch.to_s <= stretch.business_hour + HOUR
        for second in {stretch.from_s, stretch.to_s - 1}:
            instant = stretch.utc_s + second - stretch.from_s
            assert time.is_open(instant)
            assert time.reading(instant) == second


@given(ANY_TIME, st.integers(0, 40_000), st.integers(1, 40_000))
def test_a_deadline_uses_up_exactly_its_target(time: BusinessTime, start: int, target: int) -> None:
    """Not a second earlier; and going back by the target from there reads the start again."""
    if target > time.reading(10**9) - time.reading(start):
        with pytest.raises(BeyondCalendarError):
            time.deadline(start, target)
        return
    due = time.deadline(start, target)
    assert time.elapsed(start, due) == target
    assert time.elapsed(start, due - 1) == target - 1
    assert time.reading(time.start_for(due, target)) == time.reading(start)


@pytest.mark.parametrize(
    ("start", "count", "at_closing", "due"),
    [
        ("2026-10-23T15:00", 1, False, "2026-10-26T15:00"),
        ("2026-10-23T15:00", 2, True, "2026-10-27T17:00"),
        ("2026-10-23T18:00", 1, False, "2026-10-26T17:00"),
        ("2026-10-24T15:00", 0, False, "2026-10-26T09:00"),
        ("2026-10-24T15:00", 1, False, "2026-10-27T09:00"),
        ("2026-10-22T10:00", 1, False, "2026-10-23T10:00"),
        ("2026-10-22T10:07:31", 1, False, "2026-10-23T10:07:31"),
    ],
)
def test_working_days_keep_the_wall_clock(
    start: str, count: int, at_closing: bool, due: str
) -> None:
    """Over a weekend on which clocks change; never after closing; from a Saturday as from Monday."""
    office = Schedule(RIGA, weekly(NINE_TO_FIVE, days=5))
    found = office.after_working_days(at(start, RIGA), count, at_closing=at_closing)
    assert found == at(due, RIGA)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-10-22T23:00", "2026-10-23T23:00"),
        ("2026-10-22T02:00", "2026-10-23T02:00"),
        # On Saturday at two the shift of Friday still works; Monday's is the next one.
        ("2026-10-24T02:00", "2026-10-27T02:00"),
        # At six, and at seven, it has gone home: as from the opening of Monday's.
        ("2026-10-24T06:00", "2026-10-27T22:00"),
        ("2026-10-24T07:00", "2026-10-27T22:00"),
    ],
)
def test_what_starts_in_a_night_shift_is_of_the_day_on_which_that_began(
    start: str, due: str
) -> None:
    """A working day later, in a week of five night shifts from 22:00 to 06:00."""
    nights = Schedule(RIGA, weekly((22 * HOUR, 30 * HOUR), days=5))
    assert nights.after_working_days(at(start, RIGA), 1) == at(due, RIGA)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-10-24T06:00:00", "2026-10-27T06:00:00"),
        ("2026-10-24T06:00:01", "2026-10-27T22:00:00"),
    ],
)
def test_second_of_closing_may_belong_to_the_night_shift(start: str, due: str) -> None:
    """That second, and none after it: Friday's shift ends on Saturday at six."""
    nights = Schedule(RIGA, weekly((22 * HOUR, 30 * HOUR), days=5))
    found = nights.after_working_days(at(start, RIGA), 1, end_inclusive=True)
    assert found == at(due, RIGA)


def test_no_working_day_is_an_error_and_no_endless_search() -> None:
    """Three years are enough to look."""
    with pytest.raises(BeyondCalendarError, match="no working day"):
        Schedule(RIGA, ((),) * 7).after_working_days(0, 1)


@pytest.mark.parametrize(
    ("day", "after", "hours"),
    [
        ("2026-10-25", "2026-10-26", 24),
        ("2026-10-24", "2026-10-25", 24),
        ("2026-03-29", "2026-03-30", 23),
    ],
)
def test_an_hour_that_is_shown_twice_may_count_once(day: str, after: str, hours: int) -> None:
    """03:00 to 04:00 in Riga on the last Sunday of October: the second time it is not worked."""
    once = Schedule(RIGA, weekly(WHOLE_DAY), repeated_hour="counts_once")
    time = laid_out(once, day, after)
    assert time.elapsed(at(f"{day}T00:00", RIGA), at(f"{after}T00:00", RIGA)) == hours * HOUR


@pytest.mark.parametrize(
    ("zone", "shown_again", "lasts"),
    [
        ("Europe/Riga", "2026-10-25T01:00", HOUR),
        ("Europe/London", "2026-10-25T01:00", HOUR),
        ("America/New_York", "2026-11-01T06:00", HOUR),
        ("America/Havana", "2026-11-01T05:00", HOUR),
        ("Australia/Lord_Howe", "2026-04-04T15:00", HOUR // 2),
        ("Asia/Beirut", "2026-10-24T21:00", HOUR),
    ],
)
def test_an_hour_is_shown_twice_where_and_when_clocks_go_back(
    zone: str, shown_again: str, lasts: int
) -> None:
    """In a whole year once, to the second: at three, at two, at midnight, by half an hour.

    A clock that never changes repeats nothing, nor does one that goes forward.
    """
    year = date(2026, 1, 1), date(2026, 12, 31)
    again = int(datetime.fromisoformat(shown_again).replace(tzinfo=UTC).timestamp())
    assert list(repeated_hours(ZoneInfo(zone), *year)) == [(again, again + lasts)]
    assert list(repeated_hours(MANILA, *year)) == []


def test_a_break_and_an_hour_that_counts_once_are_both_left_out() -> None:
    """Riga's long day round the clock, with lunch: 25 hours less the repeated one less lunch."""
    lunch = ((date(2026, 10, 25), ((12 * HOUR, 13 * HOUR),)),)
    once = Schedule(RIGA, weekly(WHOLE_DAY), breaks=lunch, repeated_hour="counts_once")
    time = laid_out(once, "2026-10-25", "2026-10-25")
    assert time.elapsed(at("2026-10-25T00:00", RIGA), at("2026-10-26T00:00", RIGA)) == 23 * HOUR


def test_the_hour_that_counts_once_is_the_second_one() -> None:
    """The first showing of 03:30 is open, the second is not, and 04:00 is again."""
    once = Schedule(RIGA, weekly(WHOLE_DAY), repeated_hour="counts_once")
    time = laid_out(once, "2026-10-25", "2026-10-25")
    first = at("2026-10-25T03:00", RIGA)
    assert [time.elapsed(first, first + HOUR), time.elapsed(first, first + 2 * HOUR)] == [
        HOUR,
        HOUR,
    ]
    assert time.elapsed(first, first + 2 * HOUR + 1) == HOUR + 1


def test_a_break_halts_work_on_its_date_alone() -> None:
    """An hour at noon and one beyond closing; the days around it are whole."""
    gaps = ((12 * HOUR, 13 * HOUR), (16 * HOUR, 18 * HOUR))
    broken = Schedule(MANILA, weekly(NINE_TO_FIVE), breaks=((date(2026, 3, 3), gaps),))
    time = laid_out(broken, "2026-03-02", "2026-03-04")
    midnights = [at(f"2026-03-0{day}T00:00", MANILA) for day in (2, 3, 4, 5)]
    assert [time.elapsed(*day) // HOUR for day in pairwise(midnights)] == [8, 6, 8]
    assert time.elapsed(at("2026-03-03T12:00", MANILA), at("2026-03-03T13:00", MANILA)) == 0


def test_a_yearly_holiday_is_closed_unless_its_date_is_named() -> None:
    """1 May in two years, one of which is worked in the morning; and no other day."""
    special = ((date(2027, 5, 1), ((9 * HOUR, 12 * HOUR),)),)
    closed = Schedule(MANILA, weekly(NINE_TO_FIVE), special, yearly=frozenset({(5, 1)}))
    days = (
        date(2026, 5, 1),
        date(2027, 5, 1),
        date(2026, 5, 2),
        date(2026, 6, 1),
        date(2026, 1, 5),
    )
    assert [len(closed.shifts(day)) for day in days] == [0, 1, 1, 1, 1]
    assert closed.shifts(days[1]) == ((9 * HOUR, 12 * HOUR),)


def test_a_span_that_ends_where_it_begins_is_none() -> None:
    """Alone, inside of another and beside it."""
    assert merged([(5, 5)]) == ()
    assert merged([(5, 9), (2, 2), (9, 9), (7, 7)]) == ((5, 9),)


@pytest.mark.parametrize(
    ("holes", "left"),
    [
        ([(0, 3), (7, 10)], [(3, 7)]),
        ([(0, 10)], []),
        ([(10, 12)], [(0, 10)]),
        ([(4, 6)], [(0, 4), (6, 10)]),
    ],
    ids=["both_ends", "all", "beyond", "middle"],
)
def test_cutting_leaves_no_empty_span(holes: list[Span], left: list[Span]) -> None:
    """A hole that begins or ends with a span leaves nothing there, not a span of no length."""
    assert list(without([(0, 10)], holes)) == left


@pytest.mark.parametrize(
    ("day", "wall", "begins", "ends"),
    [
        ("2026-06-01", (22, 30), "2026-06-01T22:00", "2026-06-02T06:00"),
        ("2026-03-28", (22, 30), "2026-03-28T22:00", "2026-03-29T06:00"),  # seven hours
        ("2026-03-29", (3.5, 5), "2026-03-29T03:30", "2026-03-29T05:00"),  # 03:30 is 04:30
        ("2026-03-29", (3.5, 4), "2026-03-29T03:30", "2026-03-29T03:30"),  # nothing of it is left
    ],
)
def test_a_span_of_a_day_ends_no_sooner_than_it_begins(
    day: str, wall: tuple[float, float], begins: str, ends: str
) -> None:
    """Riga's clock goes from 03:00 to 04:00 on 29 March."""
    first, last = (int(hour * HOUR) for hour in wall)
    expected = (at(begins, RIGA), at(ends, RIGA))
    assert instants_of(date.fromisoformat(day), (first, last), RIGA) == expected
