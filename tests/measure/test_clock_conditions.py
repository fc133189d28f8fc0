"""What single conditions of a clock come to, told as cases with their arithmetic."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from case_book import CALENDARS, Bench, Case, Event, utc, vendor_day
from pydantic import ValidationError
from rich_clocks import clock, reporting_all

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.clocks import Clock, contradictions, steps_of
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.durations import Duration
from breakwater.measure.sla.clocks import Dated
from breakwater.measure.sla.dated import due_tiles

HOUR = 3600
ORDER = clock(
    "order",
    kind="statutory",
    within={"hours": 1},
    defer={"begin": {"event": "paused", "reasons": ["impossible"]}},
    provision="Art. 3",
    source="the gazette",
    confidence="statute",
)


def due_after(within: Duration, start: int, calendar: Calendar | None, zone: ZoneInfo) -> int:
    """Look up when a start is due, as the models do."""
    tiles = due_tiles(Dated("a calendar", within), calendar, zone, start, start)
    (tile,) = (each for each in tiles if each.seg_start <= start < each.seg_end)
    return tile.due_s + tile.rate * (start - tile.seg_start)


def runs(
    bench: Bench, configuration: Configuration, clocks: tuple[Clock, ...], events: list[Event]
) -> list[Event]:
    """Run clocks over events; return the runs by clock and cycle."""
    what = reporting_all(vendor_day(configuration), clocks)
    rows = bench.run(what, events).rows("clock_run")
    return sorted(rows, key=lambda row: (row["clock"], row["cycle"]))


def test_an_order_that_cannot_be_met_starts_when_it_can(
    bench: Bench, configuration: Configuration
) -> None:
    """Prevented at 02:30 until 05:00: the hour runs from 05:00 in full, so 05:59 is in time."""
    case = Case()
    prevented = ("paused", "2026-03-02 02:30", {"reason": "impossible"})
    (run,) = runs(
        bench,
        configuration,
        (ORDER,),
        case.events(
            ("received", "2026-03-02 02:00"),
            prevented,
            ("resumed", "2026-03-02 05:00"),
            ("decided", "2026-03-02 05:59"),
        ),
    )
    assert (run["triggered_at"], run["started_at"], run["due_at"]) == tuple(
        utc(f"2026-03-02 {at}") for at in ("02:00", "05:00", "06:00")
    )
    assert (run["state"], run["elapsed_seconds"]) == ("met", 59 * 60)


def test_a_reason_that_comes_too_late_defers_nothing(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """The hour ran out at 03:00; what prevents the order from 03:01 on changes nothing."""
    late = ("paused", "2026-03-02 03:01", {"reason": "impossible"})
    events = Case().events(("received", "2026-03-02 02:00"), late, ("resumed", "2026-03-02 04:00"))
    (run,) = runs(duckdb_bench, configuration, (ORDER,), events)
    assert (run["state"], run["due_at"]) == ("overdue", utc("2026-03-02 03:00"))


def test_every_reason_that_comes_in_time_defers_again(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Prevented twice, the second time at the very instant at which the hour would be over."""
    reason = {"reason": "impossible"}
    events = Case().events(
        ("received", "2026-03-02 02:00"),
        ("paused", "2026-03-02 02:10", reason),
        ("resumed", "2026-03-02 03:00"),
        ("paused", "2026-03-02 04:00", reason),
        ("resumed", "2026-03-02 06:00"),
    )
    (run,) = runs(duckdb_bench, configuration, (ORDER,), events)
    assert (run["started_at"], run["due_at"]) == (utc("2026-03-02 06:00"), utc("2026-03-02 07:00"))


def test_a_cancelled_clock_has_no_end_to_follow_and_the_law_comes_first(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Closed within the hour: nothing follows. Of two clocks due at once the law presses more."""
    law = {"provision": "Art. 3", "source": "the gazette", "confidence": "statute"}
    clocks = (
        clock("asked", cancel="closed", within={"hours": 1}),
        clock("then", after={"clock": "asked", "on": "due"}, within={"hours": 1}),
        clock("a_contract", kind="contract", stop="appealed", within={"hours": 40}),
        clock("b_law", kind="statutory", stop="appealed", within={"hours": 40}, **law),
    )
    events = Case().events(("received", "2026-03-02 02:00"), ("closed", "2026-03-02 02:30"))
    found = {run["clock"]: run for run in runs(duckdb_bench, configuration, clocks, events)}
    assert sorted(found) == ["a_contract", "asked", "b_law"]
    assert found["asked"]["state"] == "cancelled"
    assert [name for name, run in found.items() if run["is_tightest"]] == ["b_law"]


def test_what_resets_and_stops_in_one_instant_stops(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """One cycle, and no second one of no length."""
    begun_anew = clock("begun_anew", reset="escalated", within={"hours": 3})
    events = Case().events(
        ("received", "2026-03-02 02:00"),
        ("escalated", "2026-03-02 04:00"),
        ("decided", "2026-03-02 04:00"),
    )
    (run,) = runs(duckdb_bench, configuration, (begun_anew,), events)
    assert (run["cycle"], run["state"], run["ended_by"]) == (1, "met", "stop")


def test_an_order_that_still_waits_is_open(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Nothing of the hour is used up at the day's end, however long ago the order came."""
    waits = ("paused", "2026-03-02 02:01", {"reason": "impossible"})
    events = Case().events(("received", "2026-03-02 02:00"), waits)
    (run,) = runs(duckdb_bench, configuration, (ORDER,), events)
    assert (run["state"], run["elapsed_seconds"], run["is_due"]) == ("open", 0, False)


def test_a_second_clock_follows_the_first_ones_end(
    bench: Bench, configuration: Configuration
) -> None:
    """48 hours run out on 2 March at 01:00; then 24 hours run, to the same time on the 3rd."""
    clocks = (
        clock("notice", within={"hours": 48}),
        clock("then_act", after={"clock": "notice", "on": "missed"}, within={"hours": 24}),
    )
    events = Case().events(("received", "2026-02-28 01:00"))
    notice, act = runs(bench, configuration, clocks, events)
    assert (notice["state"], notice["due_at"]) == ("overdue", utc("2026-03-02 01:00"))
    assert (act["started_at"], act["due_at"]) == (notice["due_at"], utc("2026-03-03 01:00"))
    # What is lost already is not what presses most.
    assert [run["is_tightest"] for run in (notice, act)] == [False, True]


def test_every_answer_ends_one_wait_and_every_question_begins_one(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Two questions before an answer are one wait; the next question is the next cycle."""
    waits = clock(
        "next_response",
        start="requester_message",
        stop="reviewer_message",
        cycles="every",
        within={"hours": 1},
    )
    events = Case().events(
        ("received", "2026-03-02 00:00"),
        ("requester_message", "2026-03-02 01:00"),
        ("requester_message", "2026-03-02 01:30"),
        ("reviewer_message", "2026-03-02 02:00"),
        ("requester_message", "2026-03-02 03:00"),
        ("reviewer_message", "2026-03-02 04:01"),
    )
    found = runs(duckdb_bench, configuration, (waits,), events)
    assert [(run["cycle"], run["elapsed_seconds"], run["state"]) for run in found] == [
        (1, HOUR, "met"),
        (2, HOUR + 60, "missed"),
    ]


def test_a_cancelled_clock_counts_nowhere_and_a_lost_one_stays_lost(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Withdrawn within the two hours, and a minute after them."""
    promised = clock("promised", cancel="closed", within={"hours": 2})
    events = [
        *Case("in_time").events(("received", "2026-03-02 01:00"), ("closed", "2026-03-02 03:00")),
        *Case("late").events(("received", "2026-03-02 01:00"), ("closed", "2026-03-02 03:01")),
    ]
    found = {
        run["case_id_vendor"]: (run["state"], run["is_due"])
        for run in runs(duckdb_bench, configuration, (promised,), events)
    }
    assert found == {"in_time": ("cancelled", False), "late": ("missed", True)}
    assert duckdb_bench.rows("attainment") == [
        {"clock": "promised", "queue": "hate", "due_count": 1, "met_count": 0}
    ]


def test_a_start_in_retrospect_counts_the_pauses_since_and_is_due_when_known(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Escalated today, counted from yesterday's receipt less two hours of pause: lost at once.

    Six hours from 20:00 on and a pause of two are over at 04:00 on 1 March, a day before anybody
    knew of the clock; it counts on the day of the escalation.
    """
    retro = clock(
        "retro", start="escalated", counts_from="received", pauses=True, within={"hours": 6}
    )
    events = Case().events(
        ("received", "2026-02-28 20:00"),
        ("paused", "2026-02-28 21:00"),
        ("resumed", "2026-02-28 23:00"),
        ("escalated", "2026-03-02 01:00"),
    )
    (run,) = runs(duckdb_bench, configuration, (retro,), events)
    assert (run["started_at"], run["due_at"]) == (utc("2026-02-28 20:00"), utc("2026-03-01 04:00"))
    assert (run["state"], run["is_due"], run["paused_seconds"]) == ("overdue", True, 2 * HOUR)


def test_the_target_in_force_at_the_trigger_counts(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """First match wins, by market and day; a case that no target is about has no such clock."""
    promised = clock(
        "promised",
        targets=[
            {"when": {"markets": ["DE"]}, "within": {"hours": 1}, "effective_from": "2026-03-02"},
            {"when": {"markets": ["DE"]}, "within": {"hours": 2}},
            {"when": {"priorities": ["p1"]}, "within": {"hours": 3}},
        ],
    )
    german: Event = {"market": "DE"}
    events = [
        *Case("old").events(("received", "2026-03-01 15:59", german)),
        *Case("new").events(("received", "2026-03-01 16:00", german)),
        *Case("p1", priority="p1").events(("received", "2026-03-02 02:00")),
        *Case("none").events(("received", "2026-03-02 02:00")),
    ]
    found = runs(duckdb_bench, configuration, (promised,), events)
    hours = {run["case_id_vendor"]: run["target_seconds"] // HOUR for run in found}
    assert hours == {"old": 2, "new": 1, "p1": 3}


def test_days_in_which_nobody_works_end_when_they_end(
    bench: Bench, configuration: Configuration
) -> None:
    """A calendar day from a closed Sunday noon is due on Monday noon, not on Friday evening before."""
    office = Calendar(zone="UTC", weekly={"fri": ("09:00-17:00",), "tue": ("09:00-17:00",)})
    clocks = (
        clock("one_day", calendar="site", within={"calendar_days": 1}),
        clock("rolled", calendar="site", within={"calendar_days": 1}, on_close="roll_forward"),
    )
    what = reporting_all(vendor_day(configuration), clocks)
    contract = what.contract.model_copy(update={"calendars": {"default": office}})
    events = Case().events(("received", "2026-03-01 12:00"))
    rows = bench.run(replace(what, contract=contract), events).rows("clock_run")
    found = {run["clock"]: (run["due_at"], run["state"], run["is_due"]) for run in rows}
    assert found == {
        "one_day": (utc("2026-03-02 12:00"), "overdue", True),
        "rolled": (utc("2026-03-03 09:00"), "at_risk", False),
    }


def test_a_clock_may_begin_to_follow_another_from_some_day_on(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Cases from before that day run on the entry that events start."""
    clocks = (
        clock("first", within={"hours": 1}),
        clock("then", start="queued", within={"hours": 3}, effective_to="2026-03-01"),
        clock(
            "then",
            after={"clock": "first", "on": "missed"},
            within={"hours": 2},
            effective_from="2026-03-02",
        ),
    )
    events = [
        *Case("old").events(("received", "2026-03-01 11:00"), ("queued", "2026-03-01 12:00")),
        *Case("new").events(("received", "2026-03-02 01:00"), ("queued", "2026-03-02 02:30")),
    ]
    found = runs(duckdb_bench, configuration, clocks, events)
    due = {run["case_id_vendor"]: run["due_at"] for run in found if run["clock"] == "then"}
    assert due == {"old": utc("2026-03-01 15:00"), "new": utc("2026-03-02 04:00")}


@pytest.mark.parametrize("end", ["missed", "due"])
def test_what_follows_a_clock_that_had_run_out_in_retrospect_counts_once(
    end: str, bench: Bench, configuration: Configuration
) -> None:
    """The first is known of from its trigger on, so the second cannot have run out before."""
    clocks = (
        clock("first", start="escalated", counts_from="received", within={"hours": 1}),
        clock("then", after={"clock": "first", "on": end}, within={"hours": 2}),
    )
    events = Case().events(("received", "2026-02-28 01:00"), ("escalated", "2026-03-02 01:00"))
    first, then = runs(bench, configuration, clocks, events)
    assert (first["due_at"], first["is_due"]) == (utc("2026-02-28 02:00"), True)
    assert then["triggered_at"] == utc("2026-03-02 01:00")
    assert (then["due_at"], then["is_due"]) == (utc("2026-03-02 03:00"), True)


@pytest.mark.parametrize(
    ("within", "due"),
    [
        ({"hours": 24}, "2026-03-31 01:30"),
        ({"calendar_days": 1}, "2026-03-31 01:30"),
        # The clocks of Riga go forward on the 29th: a day of 23 hours.
        ({"calendar_days": 7}, "2026-04-06 01:30"),
        ({"months": 1}, "2026-04-30 01:30"),
        ({"years": 2}, "2028-03-30 01:30"),
    ],
    ids=str,
)
def test_days_and_months_end_at_the_same_time_of_day(within: dict[str, int], due: str) -> None:
    """From half past one in UTC on 30 March 2026, in Riga."""
    duration = Duration(**within)
    start = utc("2026-03-30 01:30")
    found = (
        start + duration.length
        if duration.length
        else due_after(duration, start, None, ZoneInfo("Europe/Riga"))
    )
    assert datetime.fromtimestamp(found, UTC).strftime("%Y-%m-%d %H:%M") == due


def test_a_month_that_has_no_such_day_ends_on_its_last() -> None:
    """A month from 31 January is 28 February."""
    due = due_after(Duration(months=1), utc("2026-01-31 12:00"), None, ZoneInfo("UTC"))
    assert due == utc("2026-02-28 12:00")


def test_a_working_day_leaves_out_the_days_on_which_nobody_works() -> None:
    """From Saturday evening in Cebu over a closed Sunday, and over the closed 4th of March."""
    cebu: Calendar = CALENDARS["cebu"]
    day = Duration(working_days=1)
    for start, due in (
        ("2026-02-28 13:00", "2026-03-02 13:00"),
        ("2026-03-03 13:00", "2026-03-05 13:00"),
        ("2026-03-01 05:00", "2026-03-02 22:00"),  # on Sunday: as from Monday 06:00, 22:00 in UTC
    ):
        assert due_after(day, utc(start), cebu, ZoneInfo("UTC")) == utc(due), start


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"within": "1 day"}, r"{hours: 24} .* or {working_days: 1}"),
        ({"within": 86400}, "which could be either"),
        ({"within": {"days": 1}}, "which could be either"),
        ({"within": {"hours": 8, "working_days": 1}}, "or one of working_days"),
        ({"within": {"hours": 0}}, "longer than nothing"),
        ({"within": {"working_days": 1}}, "calendar must be site"),
        ({"within": {"hours": 1}, "target_seconds": 60}, "has a target_seconds, within or targets"),
        ({}, "has a target_seconds, within or targets"),
        ({"within": {"hours": 1}, "start": ["decided"], "stop": "decided"}, "must differ"),
        (
            {"within": {"hours": 1}, "start": "queued", "after": {"clock": "a", "on": "met"}},
            "both start and after",
        ),
        ({"within": {"hours": 1}, "pauses": False, "pause": "paused"}, "must not be false"),
        ({"within": {"hours": 1}, "pause": "paused", "resume": "paused"}, "must not end it"),
        ({"within": {"hours": 1}, "warning_share": [0.8, 0.5]}, "must rise"),
        ({"within": {"hours": 1}, "warning_share": [0.5, 1.5]}, "less than 1"),
        ({"within": {"hours": 1}, "stop": {"event": "decided", "mood": "good"}}, "mood"),
    ],
    ids=str,
)
def test_what_a_clock_cannot_mean_is_refused(said: dict[str, Any], why: str) -> None:
    """Each with what was expected."""
    with pytest.raises(ValidationError, match=why):
        clock("any", **said)


def test_a_chain_has_a_beginning() -> None:
    """Clocks that wait for each other never start; a name that nobody has is told."""
    first = clock("first", after={"clock": "second", "on": "met"}, within={"hours": 1})
    second = clock("second", after={"clock": "first", "on": "met"}, within={"hours": 1})
    third = clock("third", after={"clock": "nobody", "on": "met"}, within={"hours": 1})
    said = list(contradictions([first, second, third]))
    assert [line.split(": ")[1] for line in said] == ["third.after", "first.after", "second.after"]
    chain = (
        replace_after(third, "second"),
        replace_after(second, "base"),
        clock("base", within={"hours": 1}),
    )
    assert steps_of(chain) == {"base": 1, "second": 2, "third": 3}


def replace_after(one: Clock, other: str) -> Clock:
    """Return a clock that follows another one."""
    assert one.after is not None
    return one.model_copy(update={"after": one.after.model_copy(update={"clock": other})})
