"""What users of other engines complained about, each as a test of this one.

Every name says what went wrong there; every sum is in the test, so that it can be checked by eye.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from case_book import CALENDARS, Bench, Case, utc, vendor_day
from hypothesis import given, settings
from hypothesis import strategies as st

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.clocks import Clock
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.operations import EngineSettings
from breakwater.core.vocabulary import EventType
from breakwater.engine.open import open_engine
from breakwater.measure.models import VendorDay
from breakwater.measure.sla.calendars import lay_out
from breakwater.measure.sla.explain import explain_run
from breakwater.measure.sla.verify.engine_path import Answer, Question, ask

HOUR = 3600
WORKWEEK = ("mon", "tue", "wed", "thu", "fri")
OFFICE = Calendar(zone="Europe/Riga", weekly=dict.fromkeys(WORKWEEK, ("09:00-17:00",)))
BERLIN, BAVARIA = (
    Calendar.model_validate(
        {
            "zone": "Europe/Berlin",
            "weekly": dict.fromkeys(WORKWEEK, ("08:00-18:00",)),
            "holidays": {"country": "DE", "subdivision": land},
        }
    )
    for land in ("BE", "BY")
)


def at(text: str, zone: str = "Europe/Riga") -> int:
    """Return the instant at which a zone's clock shows a time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def answers(*questions: Question) -> list[Answer]:
    """Ask the models."""
    found = ask(partial(open_engine, EngineSettings(), ""), questions)
    return [found[question.name] for question in questions]


def test_first_reply_over_a_change_of_clocks() -> None:
    """dbt_zendesk 25 and its release 0.16: an hour was lost or won in the week of the change.

    Friday 16:00 to Monday 10:00: an hour on Friday and one on Monday, in March, in October, in June;
    and a site that never closes has an hour less, an hour more, or neither: 66 hours of wall clock.
    """
    weekends = (
        ("2026-03-27", "2026-03-30"),
        ("2026-10-23", "2026-10-26"),
        ("2026-06-05", "2026-06-08"),
    )
    always = Calendar(
        zone="Europe/Riga", weekly=dict.fromkeys(CALENDARS["default"].weekly, ("00:00-24:00",))
    )
    asked = [
        Question(
            f"{calendar is always}-{friday}", calendar, at(f"{friday}T16:00"), at(f"{monday}T10:00")
        )
        for calendar in (OFFICE, always)
        for friday, monday in weekends
    ]
    assert [answer.elapsed / HOUR for answer in answers(*asked)] == [2, 2, 2, 65, 67, 66]


def test_the_last_second_of_a_holiday_is_closed_and_the_first_after_it_is_not() -> None:
    """dbt_zendesk 114: the day on which a holiday ends counted, or the day after it did not."""
    closed = OFFICE.model_copy(update={"additions": (date(2026, 3, 4),)})
    around = [
        ("2026-03-04T00:00", "2026-03-05T00:00", 0),
        ("2026-03-03T16:59:59", "2026-03-05T09:00:01", 2),
        ("2026-03-04T23:59:59", "2026-03-05T17:00", 8 * HOUR),
    ]
    asked = [
        Question(f"{n}", closed, at(start), at(end)) for n, (start, end, _) in enumerate(around)
    ]
    assert [answer.elapsed for answer in answers(*asked)] == [used for *_, used in around]


def test_the_breach_is_the_first_instant_past_due_and_stays_it(
    bench: Bench, configuration: Configuration
) -> None:
    """dbt_zendesk 116 and 142: a maximum over events picked a later breach than the real one."""
    events = Case(priority="p1").events(
        ("queued", "2026-03-02 01:00"),
        ("reopened", "2026-03-02 09:00"),
        ("decided", "2026-03-02 08:00"),
        ("decided", "2026-03-02 12:00"),
    )
    bench.run(vendor_day(configuration), events)
    first = min(
        (row for row in bench.rows("clock_run") if row["clock"] == "decision_p1"),
        key=lambda row: row["started_at"],
    )
    assert (first["due_at"], first["stopped_at"]) == (
        utc("2026-03-02 05:00"),
        utc("2026-03-02 08:00"),
    )
    assert first["state"] == "missed"


def test_hold_time_moves_the_deadline_and_not_the_creation() -> None:
    """Frappe 2449: the hold was added to the instant of creation, and the target forgotten.

    Six hours from 09:00 with two on hold are due at 17:00.
    """
    hold = ((at("2026-03-02T10:00"), at("2026-03-02T12:00")),)
    (answer,) = answers(
        Question("held", OFFICE, at("2026-03-02T09:00"), None, 6 * HOUR, pauses=hold)
    )
    assert answer.due_at == at("2026-03-02T17:00")


def test_time_on_hold_survives_a_change_of_the_target(
    bench: Bench, configuration: Configuration
) -> None:
    """GLPI 6902: a new target forgot what had been pending before. Here P3 becomes P1 after a pause."""
    told = [
        ("queued", "2026-03-01 22:00"),
        ("paused", "2026-03-01 23:00"),
        ("resumed", "2026-03-02 01:00"),
    ]
    before = Case(priority="p3", record="r1").events(*told)
    after = Case(priority="p1", record="r2").events(("decided", "2026-03-02 03:30"))
    bench.run(vendor_day(configuration), [*before, *after])
    (run,) = (row for row in bench.rows("clock_run") if row["clock"] == "decision_p1")
    assert (run["paused_seconds"], run["elapsed_seconds"]) == (2 * HOUR, 3 * HOUR + 1800)
    assert (run["due_at"], run["state"]) == (utc("2026-03-02 04:00"), "met")


def test_a_weekend_on_hold_gives_back_its_open_hours_only() -> None:
    """GLPI 10594 and 14937: pending from Friday to Monday was credited with 66 hours.

    Friday 16:00 to Monday 10:00 are two open hours: due at Monday 16:00 and two more, Tuesday 10:00.
    """
    hold = ((at("2026-03-06T16:00"), at("2026-03-09T10:00")),)
    start, target = at("2026-03-06T15:00"), 9 * HOUR
    free, held = answers(
        Question("free", OFFICE, start, at("2026-03-10T12:00"), target),
        Question("held", OFFICE, start, at("2026-03-10T12:00"), target, pauses=hold),
    )
    assert free.due_at == at("2026-03-09T16:00")
    assert held.due_at == at("2026-03-10T10:00")
    assert held.due_at is not None
    assert free.elapsed - held.elapsed == 2 * HOUR


def test_a_week_without_monday_and_thursday() -> None:
    """OsTicket 6739: such a schedule was miscounted. Ten hours from Friday 15:00.

    Two on Friday, none on Monday, eight on Tuesday until 17:00.
    """
    week = OFFICE.model_copy(
        update={"weekly": dict.fromkeys(("tue", "wed", "fri"), ("09:00-17:00",))}
    )
    due, used = answers(
        Question("due", week, at("2026-03-06T15:00"), None, 10 * HOUR),
        Question("used", week, at("2026-03-02T00:00"), at("2026-03-09T00:00")),
    )
    assert due.due_at == at("2026-03-10T17:00")
    assert used.elapsed == 3 * 8 * HOUR


def test_one_clock_does_not_overrule_another(bench: Bench, configuration: Configuration) -> None:
    """Zammad 5177: meeting the update hid that the first response was missed."""
    events = Case(priority="p1").events(
        ("queued", "2026-03-02 01:00"),
        ("assigned", "2026-03-02 02:30"),
        ("decided", "2026-03-02 04:00"),
    )
    bench.run(vendor_day(configuration), events)
    states = {row["clock"]: row["state"] for row in bench.rows("clock_run")}
    assert states == {"pickup_p1": "missed", "decision_p1": "met"}


@settings(max_examples=6, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 14 * 24 * HOUR), st.integers(1, 60 * HOUR)),
        min_size=1,
        max_size=20,
    )
)
def test_nothing_is_due_at_midnight_or_on_a_weekend(asked: list[tuple[int, int]]) -> None:
    """Zammad 4432: reminders came outside service hours. A deadline is in them, or on the bell."""
    start = at("2026-03-20T00:00")  # clocks change on the 29th
    questions = [
        Question(f"{n}", OFFICE, start + after, None, target)
        for n, (after, target) in enumerate(asked)
    ]
    for answer in answers(*questions):
        assert answer.due_at
        local = datetime.fromtimestamp(answer.due_at, ZoneInfo("Europe/Riga"))
        assert local.weekday() < 5
        assert "09:00:00" < f"{local:%H:%M:%S}" <= "17:00:00"


def test_a_feast_that_the_site_does_not_keep_closes_nothing() -> None:
    """Zammad 390: a calendar feed brought feasts of other regions, and no hand count agreed.

    6 January is a feast in Bavaria and a Tuesday like any other in Berlin; an exception makes it one
    in Bavaria too; 11 November is none anywhere.
    """
    kept = BAVARIA.model_copy(update={"exceptions": (date(2026, 1, 6),)})
    asked = [
        Question(
            name, calendar, at(f"{day}T00:00", "Europe/Berlin"), at(f"{day}T23:00", "Europe/Berlin")
        )
        for name, calendar, day in (
            ("berlin", BERLIN, "2026-01-06"),
            ("bavaria", BAVARIA, "2026-01-06"),
            ("kept", kept, "2026-01-06"),
            ("november", BAVARIA, "2025-11-11"),
        )
    ]
    assert [answer.elapsed / HOUR for answer in answers(*asked)] == [10, 0, 10, 10]


def test_a_hand_count_can_be_held_against_the_explanation(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Zammad 390 again: nobody could tell how a number came about. Here every stretch is told."""
    what = vendor_day(configuration, date(2026, 3, 5))
    told = [("queued", "2026-03-03 06:00"), ("decided", "2026-03-05 01:00")]
    duckdb_bench.run(what, Case(site="cebu", priority="p3").events(*told))
    (run,) = duckdb_bench.rows("clock_run")
    (clock,) = (each for each in what.clocks if each.clock == "decision_p3")
    events = [{"event_type": event, "event_at": utc(when)} for event, when in told]
    stretches = explain_run(
        run, clock, CALENDARS["cebu"], events, window_end=what.window.end
    ).stretches
    # Tuesday from 14:00 to 22:00; the 4th is closed; Thursday from 06:00 to 09:00.
    assert [((each.end - each.start) / HOUR, each.reason) for each in stretches] == [
        (8, "counts"),
        (32, "closed"),
        (3, "counts"),
    ]
    assert run["elapsed_seconds"] == 11 * HOUR


def test_a_late_case_is_missed_whether_or_not_anything_looked_while_it_was_open(
    bench: Bench, configuration: Configuration
) -> None:
    """Chatwoot: a conversation resolved late was a hit if no evaluation ran in between.

    Due on 1 March at 20:00 and decided on the 3rd at 02:00: closing the 3rd alone says what closing
    each day in turn says.
    """
    events = Case(priority="p1").events(
        ("queued", "2026-03-01 20:00"), ("decided", "2026-03-03 02:00")
    )
    bench.run(vendor_day(configuration, date(2026, 3, 3)), events)
    (run,) = (row for row in bench.rows("clock_run") if row["clock"] == "decision_p1")
    assert run["state"] == "missed"
    assert run["due_at"] == utc("2026-03-02 00:00")


def _known_to(events: list[dict[str, object]], what: VendorDay) -> Iterator[dict[str, object]]:
    yield from (event for event in events if int(str(event["event_at"])) < what.window.end)


@pytest.mark.parametrize("days_later", [0, 1, 30])
def test_the_outcome_does_not_depend_on_when_it_is_measured(
    days_later: int, duckdb_bench: Bench, configuration: Configuration
) -> None:
    """The same case a day later and a month later has the same due instant and the same state."""
    what = vendor_day(configuration, date(2026, 3, 3))
    later = vendor_day(configuration, date.fromordinal(what.day.toordinal() + days_later))
    events = Case(priority="p1").events(
        ("queued", "2026-03-01 20:00"), ("decided", "2026-03-03 02:00")
    )
    duckdb_bench.run(later, list(_known_to(events, later)))
    (run,) = (row for row in duckdb_bench.rows("clock_run") if row["clock"] == "decision_p1")
    assert (run["state"], run["elapsed_seconds"]) == ("missed", 30 * HOUR)
    assert run["is_due"] is False


def test_one_day_is_24_hours_where_it_says_seconds() -> None:
    """ServiceNow: "1 day" on an eight-hour schedule is three days; here the seconds are spelled out."""
    (answer,) = answers(Question("day", OFFICE, at("2026-03-02T09:00"), None, 24 * HOUR))
    assert answer.due_at == at("2026-03-04T17:00")
    office = OFFICE.schedule()
    assert office.after_working_days(at("2026-03-02T10:00"), 1) == at("2026-03-03T10:00")
    assert lay_out(OFFICE, date(2026, 3, 1), date(2026, 3, 9)).deadline(
        at("2026-03-02T09:00"), 24 * HOUR
    ) == at("2026-03-04T17:00")


def test_a_clock_that_starts_twice_in_a_second_starts_once(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Listed twice by an export, a start is one start, and its time is not counted twice."""
    what = vendor_day(configuration)
    clock = Clock(
        clock="decided_in_an_hour",
        kind="internal",
        title="Decided within an hour",
        start=EventType.QUEUED,
        target_seconds=HOUR,
    )
    one = Case(priority="p2").events(
        ("queued", "2026-03-02 01:00"), ("decided", "2026-03-02 01:30")
    )
    two = Case(priority="p2", record="r2").events(("queued", "2026-03-02 01:00"))
    duckdb_bench.run(replace(what, clocks=(clock,)), [*one, *two])
    (run,) = duckdb_bench.rows("clock_run")
    assert (run["elapsed_seconds"], run["state"]) == (1800, "met")


def test_the_hour_of_a_removal_order_starts_when_clarification_has_come(
    bench: Bench, configuration: Configuration
) -> None:
    """Regulation (EU) 2021/784, Art. 3(8), by the clock that ships: due an hour after 05:00.

    A pause for another reason defers nothing, and a statutory clock never pauses.
    """
    (order,) = (clock for clock in configuration.clocks if clock.clock == "eu_tco_removal")
    asked = Case("ASKED", queue="legal_requests", policy="violent_extremism")
    events = [
        event
        for case, reason in ((asked, "clarification"), (asked.named("LUNCH"), "lunch"))
        for event in case.events(
            ("received", "2026-03-02 01:00"),
            ("paused", "2026-03-02 01:10", {"reason": reason}),
            ("resumed", "2026-03-02 05:00"),
        )
    ]
    bench.run(replace(vendor_day(configuration), clocks=(order,)), events)
    due = {row["case_id_vendor"]: row["due_at"] for row in bench.rows("clock_run")}
    assert due == {"ASKED": utc("2026-03-02 06:00"), "LUNCH": utc("2026-03-02 02:00")}
