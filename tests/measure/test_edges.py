"""The conventions on which engines differ, as settings of a calendar and of a clock."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from case_book import DAY, Bench, Case, Event, utc, vendor_day
from rich_clocks import clock

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.clocks import Clock
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.edges import Edges, edges_of
from breakwater.measure.models import VendorDay
from breakwater.measure.sla.explain import explain_run

Fresh = Callable[[], Bench]
WEEK = ("mon", "tue", "wed", "thu", "fri")


def office(*shifts: str, **said: Any) -> Calendar:  # noqa: ANN401  whatever a file may say
    """Return a calendar of the workweek in Manila, eight hours ahead of UTC."""
    weekly = dict.fromkeys(WEEK, shifts or ("09:00-17:00",))
    return Calendar.model_validate({"zone": "Asia/Manila", "weekly": weekly} | said)


def runs(
    fresh: Fresh, configuration: Configuration, calendar: Calendar, *clocks: Clock, n: int = 0
) -> Any:  # noqa: ANN401  a function of events
    """Return what runs clocks over events, n days after the Monday, by case and clock."""
    shipped = vendor_day(configuration, DAY + timedelta(days=n))
    contract = shipped.contract.model_copy(update={"calendars": {"default": calendar}})
    what: VendorDay = replace(shipped, contract=contract, clocks=clocks)

    def run(*events: Event) -> dict[tuple[str, str], Event]:
        rows = fresh().run(what, events).rows("clock_run")
        return {(row["case_id_vendor"], row["clock"]): row for row in rows}

    return run


def test_what_a_clock_says_counts_before_its_calendar_and_that_before_the_default() -> None:
    """Each of the four by itself."""
    calendar = office(on_close="roll_forward", on_zero="snap")
    own = clock("own", within={"hours": 1}, on_close="stay", end_inclusive=True)
    assert edges_of(own, calendar) == Edges("stay", "snap", "ignored", True)
    assert edges_of(own, None) == Edges(end_inclusive=True)
    assert edges_of() == Edges("stay", "identity", "ignored", False)


def test_a_deadline_on_closing_time_stays_or_rolls_by_the_calendar(
    fresh_bench: Fresh, configuration: Configuration
) -> None:
    """Eight hours from Monday 09:00 end at 17:00, or at 09:00 on Tuesday; the clock has the last word."""
    received = Case().events(("received", "2026-03-02 01:00"))
    usual = clock("usual", calendar="site", within={"hours": 8})
    stays = clock("stays", calendar="site", within={"hours": 8}, on_close="stay")
    found = runs(fresh_bench, configuration, office(on_close="roll_forward"), usual, stays)(
        *received
    )
    assert found["C1", "usual"]["due_at"] == utc("2026-03-03 01:00")
    assert found["C1", "stays"]["due_at"] == utc("2026-03-02 09:00")
    found = runs(fresh_bench, configuration, office(), usual)(*received)
    assert found["C1", "usual"]["due_at"] == utc("2026-03-02 09:00")


def test_days_in_which_nobody_works_end_with_them_or_at_the_next_opening(
    fresh_bench: Fresh, configuration: Configuration
) -> None:
    """A day from Saturday noon is Sunday noon, or Monday 09:00; one from Sunday 10:00 has an hour."""
    case = Case()
    events = [
        *case.named("saturday").events(("received", "2026-02-28 04:00")),
        *case.named("sunday").events(("received", "2026-03-01 02:00")),
    ]
    usual = clock("usual", calendar="site", within={"calendar_days": 1})
    snaps = clock("snaps", calendar="site", within={"calendar_days": 1}, on_zero="snap")
    for calendar, of_usual in (
        (office(), "2026-03-01 04:00"),
        (office(on_zero="snap"), "2026-03-02 01:00"),
    ):
        found = runs(fresh_bench, configuration, calendar, usual, snaps)(*events)
        assert found["saturday", "usual"]["due_at"] == utc(of_usual)
        assert found["saturday", "snaps"]["due_at"] == utc("2026-03-02 01:00")
        assert found["saturday", "snaps"]["target_seconds"] == 0
        for name in ("usual", "snaps"):
            assert found["sunday", name]["due_at"] == utc("2026-03-02 02:00")
            assert found["sunday", name]["target_seconds"] == 3600


def test_the_second_of_closing_is_of_the_night_shift_or_of_the_next_one(
    fresh_bench: Fresh, configuration: Configuration
) -> None:
    """Tuesday's night ends at 06:00 on Wednesday, when the early shift is an hour old.

    What comes in that second has a working day: of Wednesday it is due on Thursday at 06:00; of
    Tuesday, if closing belongs to it, when Wednesday closes. A second before it is Tuesday's anyway.
    """
    shifts = {"tue": ["22:00-30:00"], "wed": ["05:00-13:00"], "thu": ["05:00-13:00"]}
    calendar = Calendar.model_validate({"zone": "Asia/Manila", "weekly": shifts})
    case = Case()
    events = [
        *case.named("closing").events(("received", "2026-03-03 22:00:00")),
        *case.named("before").events(("received", "2026-03-03 21:59:59")),
    ]
    one_day = clock("one_day", calendar="site", within={"working_days": 1})
    inclusive = clock("inclusive", calendar="site", within={"working_days": 1}, end_inclusive=True)
    found = runs(fresh_bench, configuration, calendar, one_day, inclusive, n=3)(*events)
    assert {about: row["due_at"] for about, row in found.items()} == {
        ("closing", "one_day"): utc("2026-03-04 22:00"),
        ("closing", "inclusive"): utc("2026-03-04 05:00"),
        ("before", "one_day"): utc("2026-03-04 05:00"),
        ("before", "inclusive"): utc("2026-03-04 05:00"),
    }


def test_a_stop_before_the_start_stops_nothing_or_keeps_the_promise(
    fresh_bench: Fresh, configuration: Configuration
) -> None:
    """Decided at 16:30, queued at 18:00, an hour after closing: half an hour of work, backwards."""
    events = Case().events(
        ("received", "2026-03-01 23:00"),
        ("decided", "2026-03-02 08:30"),
        ("paused", "2026-03-02 08:00"),
        ("resumed", "2026-03-02 11:00"),
        ("queued", "2026-03-02 10:00"),
    )
    said = {"start": "queued", "calendar": "site", "pauses": True, "within": {"hours": 1}}
    clocks = (
        clock("usual", **said),
        clock("negative", **said, on_reversed="negative"),
        clock("ignored", **said, on_reversed="ignored"),
    )
    calendar = office(on_reversed="zero")
    monday = runs(fresh_bench, configuration, calendar, *clocks)(*events)
    wednesday = runs(fresh_bench, configuration, calendar, *clocks, n=2)(*events)
    for by_day, of_ignored in ((monday, "open"), (wednesday, "overdue")):
        found = {name: row for (_, name), row in by_day.items()}
        states = {name: (row["state"], row["ended_by"]) for name, row in found.items()}
        kept = ("met", "stop")
        assert states == {"usual": kept, "negative": kept, "ignored": (of_ignored, None)}
        assert found["usual"]["stopped_at"] == utc("2026-03-02 08:30")
        used = [found[name]["elapsed_seconds"] for name in ("usual", "negative")]
        assert used == [0, -1800]
    assert [monday["C1", name]["is_due"] for name in ("usual", "negative")] == [True, True]
    assert [wednesday["C1", name]["is_due"] for name in ("usual", "negative")] == [False, False]
    end = utc("2026-03-02 16:00")
    told = explain_run(monday["C1", "negative"], clocks[1], calendar, events, window_end=end)
    assert told.stretches == ()
    assert list(told.lines(calendar.zone_info))[-1] == "  stopped: used -0:30:00 of 1:00:00"


def test_a_case_counts_once_whichever_side_of_midnight_its_reversed_stop_is(
    fresh_bench: Fresh, configuration: Configuration
) -> None:
    """Decided before midnight, queued after it: it counts on the day of the start, as met.

    What is decided again later is no other end: the day would have said something else before.
    """
    told = [
        ("received", "2026-03-02 10:00"),
        ("decided", "2026-03-02 15:00"),
        ("queued", "2026-03-02 17:00"),
    ]
    events = [
        *Case("once").events(*told),
        *Case("in_time").events(*told, ("decided", "2026-03-02 17:30")),
        *Case("late").events(*told, ("decided", "2026-03-03 16:30")),
    ]
    reversible = clock("queue", start="queued", within={"hours": 1}, on_reversed="zero")
    counted = []
    for n in (3, 1, 0, 2):
        found = runs(fresh_bench, configuration, office(), reversible, n=n)(*events)
        assert {row["state"] for row in found.values()} <= {"met"}
        counted += [(case, n) for (case, _), row in found.items() if row["is_due"]]
    assert sorted(counted) == [("in_time", 1), ("late", 1), ("once", 1)]


def test_a_clock_with_many_cycles_looks_for_its_stop_from_each_start_on(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """What was decided before a case was re-opened is the end of the cycle before."""
    events = Case().events(
        ("received", "2026-03-02 01:00"),
        ("decided", "2026-03-02 02:00"),
        ("reopened", "2026-03-02 03:00"),
    )
    again = clock(
        "again", start=["reopened"], cycles="every", within={"hours": 20}, on_reversed="zero"
    )
    found = runs(lambda: duckdb_bench, configuration, office(), again)(*events)
    assert found["C1", "again"]["stopped_at"] is None
