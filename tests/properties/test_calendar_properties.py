"""Business time as arithmetic: what must hold for every calendar, every instant, every target."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.operations import EngineSettings
from breakwater.core.calendar import DAY, HOUR, BusinessTime, Conventions, Schedule, Span
from breakwater.engine.open import open_engine
from breakwater.measure.sla.verify.engine_path import Question, ask

ENOUGH = settings(max_examples=60, deadline=None)
FIRST, LAST = date(2026, 3, 20), date(2026, 4, 10)
"""Clocks change in most of these zones on 29 March 2026, and in Sydney on 5 April."""
CHANGES = (date(2026, 3, 29), date(2026, 4, 5))
MIDNIGHT = int(datetime(2026, 3, 22, tzinfo=UTC).timestamp())
ZONES = st.sampled_from(
    ["UTC", "Asia/Manila", "Europe/Riga", "Australia/Sydney", "Asia/Kathmandu", "America/St_Johns"]
)


@st.composite
def shifts(draw: st.DrawFn) -> tuple[Span, ...]:
    """Draw up to three shifts of a day, overlapping, touching, over midnight or none."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, 95)) * 900
        found.append((start, start + draw(st.integers(1, 60)) * 900))
    return tuple(found)


@st.composite
def schedules(draw: st.DrawFn, around: date = FIRST + timedelta(days=9)) -> Schedule:
    """Draw a calendar with special days, yearly ones and breaks in the days around one."""
    days = st.dates(around - timedelta(days=2), around + timedelta(days=3))
    return Schedule(
        ZoneInfo(draw(ZONES)),
        tuple(draw(shifts()) for _ in range(7)),
        tuple(sorted(draw(st.dictionaries(days, shifts(), max_size=3)).items())),
        frozenset((day.month, day.day) for day in draw(st.lists(days, max_size=2))),
        tuple(sorted(draw(st.dictionaries(days, shifts(), max_size=2)).items())),
    )


TIMES = schedules().map(lambda schedule: schedule.lay_out(FIRST, LAST))
INSTANTS = st.integers(0, 16 * DAY).map(lambda after: MIDNIGHT + after)
REVERSED = Conventions(on_reversed="negative")


@ENOUGH
@given(TIMES, st.tuples(INSTANTS, INSTANTS, INSTANTS))
def test_elapsed_time_is_additive_over_adjacent_intervals(
    time: BusinessTime, instants: tuple[int, int, int]
) -> None:
    """In order, and in any order where a reversed interval is negative."""
    first, middle, last = sorted(instants)
    assert time.elapsed(first, last) == time.elapsed(first, middle) + time.elapsed(middle, last)
    one, two, three = instants
    parts = time.elapsed(one, two, REVERSED) + time.elapsed(two, three, REVERSED)
    assert time.elapsed(one, three, REVERSED) == parts


@ENOUGH
@given(TIMES, INSTANTS, INSTANTS, st.integers(0, DAY))
def test_elapsed_time_is_monotone_and_never_faster_than_the_wall(
    time: BusinessTime, start: int, stop: int, more: int
) -> None:
    """Waiting longer never uses up less; a second uses up a second at most."""
    assume(start <= stop)
    used, later = time.elapsed(start, stop), time.elapsed(start, stop + more)
    assert 0 <= used <= stop - start
    assert used <= later <= used + more
    assert time.elapsed(start - more, stop) >= used


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(CHANGES), st.integers(-96, 96), st.integers(1, 96))
def test_elapsed_time_agrees_with_counting_minutes(
    data: st.DataObject, change: date, after: int, quarters: int
) -> None:
    """Minute by minute, against bounds found by searching the wall clock; they lie on quarters."""
    schedule = data.draw(schedules(change))
    start = (
        int(datetime(change.year, change.month, change.day, tzinfo=UTC).timestamp()) + after * 900
    )
    stop = start + quarters * 900
    on, off = _bounds(schedule, start)
    minutes = sum(
        any(begin <= at < end for begin, end in on)
        and not any(begin <= at < end for begin, end in off)
        for at in range(start, stop, 60)
    )
    assert schedule.lay_out(FIRST, LAST).elapsed(start, stop) == minutes * 60


def _bounds(schedule: Schedule, start: int) -> tuple[list[Span], list[Span]]:
    """Return shifts and breaks of the days around an instant."""
    special, breaks = dict(schedule.special), dict(schedule.breaks)
    on, off = [], []
    for n in range(-3, 4):
        day = datetime.fromtimestamp(start, UTC).date() + timedelta(days=n)
        yearly = (day.month, day.day) in schedule.yearly
        planned = special.get(day, () if yearly else schedule.weekly[day.weekday()])
        on += [_shown(schedule.zone, day, span) for span in planned]
        off += [_shown(schedule.zone, day, span) for span in breaks.get(day, ())]
    return on, off


def _shown(zone: ZoneInfo, day: date, span: Span) -> Span:
    return _first_shown(zone, day, span[0]), _first_shown(zone, day, span[1])


def _first_shown(zone: ZoneInfo, day: date, wall: int) -> int:
    """Find by search when a zone's clock first shows a time of a day, or has gone past it."""
    wanted = datetime(day.year, day.month, day.day) + timedelta(seconds=wall)  # noqa: DTZ001  wall clock
    guess = int(wanted.replace(tzinfo=UTC).timestamp())
    return next(
        at
        for at in range(guess - 15 * HOUR, guess + 15 * HOUR, 900)
        if datetime.fromtimestamp(at, UTC).astimezone(zone).replace(tzinfo=None) >= wanted
    )


@ENOUGH
@given(TIMES, INSTANTS, st.integers(1, 3 * DAY))
def test_a_deadline_inverts_elapsed_time(time: BusinessTime, start: int, target: int) -> None:
    """The time to the deadline is the target, to the second before it one less; either convention."""
    assume(time.reading(10**11) - time.reading(start) > target)
    due = time.deadline(start, target)
    assert time.elapsed(start, due) == target
    assert time.elapsed(start, due - 1) == target - 1
    rolled = time.deadline(start, target, Conventions(on_close="roll_forward"))
    assert rolled >= due
    assert time.elapsed(due, rolled) == 0
    assert time.is_open(rolled)


@ENOUGH
@given(TIMES, INSTANTS, st.integers(1, 2 * DAY), st.integers(0, DAY))
def test_a_later_start_is_never_due_earlier(
    time: BusinessTime, start: int, target: int, more: int
) -> None:
    """Nor is a longer target."""
    assume(time.reading(10**11) - time.reading(start + more) > target + more)
    assert time.deadline(start, target) <= time.deadline(start + more, target)
    assert time.deadline(start, target) <= time.deadline(start, target + more)


@ENOUGH
@given(
    schedules(), INSTANTS, INSTANTS, st.sampled_from(["Asia/Manila", "Asia/Tokyo", "Africa/Lagos"])
)
def test_shifting_the_zone_shifts_the_result(
    schedule: Schedule, start: int, stop: int, zone: str
) -> None:
    """A site eight hours east does the same eight hours earlier, where no clock is ever changed."""
    assume(start <= stop)
    plain = Schedule(
        ZoneInfo("UTC"), schedule.weekly, schedule.special, schedule.yearly, schedule.breaks
    )
    moved = Schedule(
        ZoneInfo(zone), schedule.weekly, schedule.special, schedule.yearly, schedule.breaks
    )
    offset = datetime(2026, 3, 22, tzinfo=ZoneInfo(zone)).utcoffset()
    assert offset
    shift = int(offset.total_seconds())
    here, there = plain.lay_out(FIRST, LAST), moved.lay_out(FIRST, LAST)
    assert [(begin - shift, end - shift) for begin, end in here.spans] == list(there.spans)
    assert here.elapsed(start, stop) == there.elapsed(start - shift, stop - shift)


ASKED = st.lists(
    st.tuples(INSTANTS, st.integers(0, 4 * DAY), st.integers(1, DAY)), min_size=1, max_size=12
)


@given(st.lists(shifts(), min_size=7, max_size=7), ZONES, ASKED)
@settings(max_examples=8, deadline=None)
def test_the_models_say_what_the_arithmetic_says(
    weekly: list[tuple[Span, ...]], zone: str, asked: list[tuple[int, int, int]]
) -> None:
    """Elapsed seconds and deadlines of the SQL, for calendars of every shape."""
    assume(any(weekly))
    stated = {
        day: [_told(span) for span in spans]
        for day, spans in zip(
            ("mon", "tue", "wed", "thu", "fri", "sat", "sun"), weekly, strict=True
        )
    }
    calendar = Calendar.model_validate({"zone": zone, "weekly": stated})
    time = calendar.schedule().lay_out(FIRST, date(2026, 12, 31))
    questions = [
        Question(f"{n}", calendar, start, start + lasts, target, on_close)
        for n, (start, lasts, target) in enumerate(asked)
        for on_close in (("stay", "roll_forward")[n % 2],)
    ]
    answers = ask(partial(open_engine, EngineSettings(), ""), questions)
    for question in questions:
        assert question.stop
        assert question.target
        answer = answers[question.name]
        assert answer.elapsed == time.elapsed(question.start, question.stop)
        edges = Conventions(on_close=question.on_close)
        assert answer.due_at == time.deadline(question.start, question.target, edges)


def _told(span: Span) -> str:
    return "-".join(f"{wall // HOUR:02}:{wall % HOUR // 60:02}" for wall in span)
