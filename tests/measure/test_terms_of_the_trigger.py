"""A clock keeps the terms on which it was triggered, whatever replaced them since."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from case_book import CALENDARS, DAY, Bench, Case, Event, utc, vendor_day
from clock_reference import Reference
from landed import NOW, land, measured_workspace

from breakwater.contracts.calendar import Calendar, CalendarRule
from breakwater.contracts.clocks import Clock
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.vendor import VendorContract
from breakwater.measure.explain import explain_case
from breakwater.measure.measure import measure_day
from breakwater.measure.measure import vendor_day as day_of
from breakwater.measure.models import VendorDay
from breakwater.measure.recompute import unmeasured_changes
from breakwater.warehouse.workspace import Workspace

WORKWEEK = ("mon", "tue", "wed", "thu", "fri")
MORNINGS = Calendar.model_validate(
    {"zone": "Asia/Manila", "weekly": dict.fromkeys(WORKWEEK, ("09:00-13:00",))}
)
EVENINGS = MORNINGS.model_copy(update={"weekly": dict.fromkeys(WORKWEEK, ("13:00-21:00",))})
CHANGE = date(2026, 3, 3)
SIX_HOURS = Clock.model_validate(
    {
        "clock": "six_hours",
        "kind": "contract",
        "title": "Six hours",
        "calendar": "site",
        "pauses": True,
        "within": {"hours": 6},
    }
)


def contracts(configuration: Configuration) -> tuple[VendorContract, VendorContract]:
    """Return a contract with mornings and the one that replaced it, with evenings."""
    shipped = configuration.vendor("pearlline")
    before = {"calendars": {"default": MORNINGS}, "effective_to": CHANGE - timedelta(days=1)}
    after = {"calendars": {"default": EVENINGS}, "effective_from": CHANGE}
    return shipped.model_copy(update=before), shipped.model_copy(update=after)


def about(configuration: Configuration, day: date = CHANGE) -> VendorDay:
    """Return a vendor-day after the contract was replaced."""
    before, after = contracts(configuration)
    shipped = vendor_day(configuration, day)
    return replace(shipped, contract=after, replaced=(before,), clocks=(SIX_HOURS,))


def book() -> list[Event]:
    """Tell of a case of the last morning, one of the first evening, and one of long before."""
    return [
        *Case("before").events(("received", "2026-03-02 01:00")),
        *Case("after").events(("received", "2026-03-02 16:00")),
        *Case("long_before").events(
            ("received", "2026-02-27 04:00"), ("decided", "2026-03-02 05:00:01")
        ),
    ]


def test_a_calendar_of_a_replaced_contract_counts_to_the_end_of_its_clocks(
    bench: Bench, configuration: Configuration
) -> None:
    """Monday from 09:00 in Manila: four hours, and two on Tuesday morning, though evenings count now.

    What is triggered on Tuesday has the six hours of that evening; Friday's last hour and Monday's
    four leave one of six, so it is due on Tuesday at 10:00 by the calendar that was.
    """
    found = {
        row["case_id_vendor"]: row
        for row in bench.run(about(configuration), book()).rows("clock_run")
    }
    assert {case: row["due_at"] for case, row in found.items()} == {
        "before": utc("2026-03-03 03:00"),
        "after": utc("2026-03-03 11:00"),
        "long_before": utc("2026-03-03 02:00"),
    }
    assert found["long_before"]["elapsed_seconds"] == 5 * 3600


def test_a_walk_through_the_events_says_the_same(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Every hour of three weeks around the change, on two contracts; rules choose by queue, too."""
    before, after = contracts(configuration)
    late = {"calendars": {"default": MORNINGS, "late": EVENINGS}}
    rule = {"calendar_rules": (CalendarRule(calendar="late", queues=("spam",)),)}
    day = date(2026, 3, 10)
    what = replace(
        about(configuration, day), contract=after, replaced=(before.model_copy(update=late | rule),)
    )
    events = [
        event
        for n in range(21 * 24)
        for event in Case(f"C{n}", queue=("hate", "spam")[n % 2]).events(
            ("received", utc("2026-02-18 00:00") + n * 3600)
        )
    ]
    rows = duckdb_bench.run(what, events).rows("clock_run")
    cases = {row["case_id_vendor"]: row for row in duckdb_bench.rows("case_slice")}
    assert len(rows) > 400
    for row in rows:
        own = [event for event in events if event["case_id_vendor"] == row["case_id_vendor"]]
        (expected,) = Reference(what).runs(cases[row["case_id_vendor"]], own)
        assert {name: row[name] for name in expected} == expected


def test_a_contract_that_ended_before_the_first_case_is_not_laid_out(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """A vendor of many years has many contracts; the day reads those that its cases need."""
    events = Case("after").events(("received", "2026-03-02 16:00"))
    duckdb_bench.run(about(configuration), events)
    assert {row["calendar_id"] for row in duckdb_bench.rows("clock_target")} == {
        "pearlline/default"
    }


def test_the_files_of_a_vendor_are_one_history(workspace: Workspace, tmp_path: Path) -> None:
    """Measured, explained and fingerprinted by the calendar of then; a change of it is one."""
    opened = measured_workspace(workspace)
    before, after = contracts(opened.configuration)
    configuration = replace(
        opened.configuration,
        vendors=opened.configuration.vendors | {"pearlline": after},
        earlier_versions={"pearlline": (before,)},
        clocks=(SIX_HOURS,),
    )
    installation = replace(opened, configuration=configuration)
    events = [event | {"operational_day": CHANGE} for event in book()]
    land(installation, tmp_path, events, [], day=CHANGE)
    measure_day(installation, "pearlline", CHANGE, NOW)
    (told,) = explain_case(installation, "pearlline", CHANGE, "before")
    assert told.run["due_at"] == utc("2026-03-03 03:00")
    # Two mornings by the day's end, and no evening.
    assert told.stretches[-1].elapsed_seconds == told.run["elapsed_seconds"] == 8 * 3600
    what = day_of(installation, "pearlline", CHANGE)
    assert what.replaced == (before,)
    assert day_of(installation, "pearlline", DAY).replaced == ()
    other = before.model_copy(update={"calendars": CALENDARS})
    assert replace(what, replaced=(other,)).rules != what.rules


def test_which_calendar_serves_a_case_is_measured_and_not_landed(
    configuration: Configuration,
) -> None:
    """A rule that chooses another calendar counts as soon as the day is measured again."""
    contract = configuration.vendor("pearlline")
    rule = CalendarRule(calendar="default", queues=("spam",))
    changed = contract.model_copy(update={"calendar_rules": (rule,)})
    other = replace(configuration, vendors=configuration.vendors | {"pearlline": changed})
    assert unmeasured_changes(configuration, other) == []
    days = [replace(vendor_day(configuration), contract=each) for each in (contract, changed)]
    assert days[0].rules != days[1].rules
