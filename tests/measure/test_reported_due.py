"""Clocks that are due when the vendor's own system says so, case by case."""

from dataclasses import replace

import pytest
from case_book import Bench, Case, Event, vendor_day
from case_book import utc as at

from breakwater.contracts.clocks import Clock
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.shape import CaseShape
from breakwater.core.vocabulary import EventType
from breakwater.measure.models import VendorDay

PROMISED = Clock(
    clock="promised",
    kind="contract",
    title="Closed by the instant that the desk promised",
    start=EventType.RECEIVED,
    stop=EventType.DECIDED,
    due="reported",
)


@pytest.fixture
def desk(configuration: Configuration) -> VendorDay:
    """Return the vendor-day of a vendor whose export has a column for the due instant."""
    about = vendor_day(configuration)
    shape = about.contract.shape
    assert isinstance(shape, CaseShape)
    told = shape.model_copy(update={"instants": shape.instants | {EventType.DUE: ("due",)}})
    return replace(
        about, contract=about.contract.model_copy(update={"shape": told}), clocks=(PROMISED,)
    )


def runs(bench: Bench) -> dict[str, Event]:
    """Return each case's run of the clock."""
    return {row["case_id_vendor"]: row for row in bench.rows("clock_run")}


def test_each_case_has_its_own_target(bench: Bench, desk: VendorDay) -> None:
    """Decided at the due instant is met, a second later is not; the due instant may lie ahead."""
    received, decided = ("received", "2026-03-02 01:00"), "2026-03-02 03:00:00"
    events = [
        *Case("met").events(received, ("due", decided), ("decided", decided)),
        *Case("missed").events(received, ("due", "2026-03-02 02:59:59"), ("decided", decided)),
        *Case("open").events(received, ("due", "2059-01-01 00:00")),
        *Case("overdue").events(received, ("due", "2026-03-02 05:00")),
    ]
    found = runs(bench.run(desk, events))
    assert {case: run["state"] for case, run in found.items()} == {
        "met": "met",
        "missed": "missed",
        "open": "open",
        "overdue": "overdue",
    }
    assert found["met"]["target_seconds"] == 2 * 3600
    assert found["open"]["due_at"] == at("2059-01-01 00:00")
    assert [case for case, run in found.items() if run["is_due"]] != ["open"]


def test_a_case_nears_its_due_instant_after_the_clocks_share_of_its_own_target(
    bench: Bench, desk: VendorDay
) -> None:
    """The day ends at 16:00: 80 % of the time to 17:00 is used up, of that to 23:00 is not."""
    received = ("received", "2026-03-02 06:00")
    events = [
        *Case("near").events(received, ("due", "2026-03-02 17:00")),
        *Case("far").events(received, ("due", "2026-03-02 23:00")),
    ]
    found = runs(bench.run(desk, events))
    assert {case: run["state"] for case, run in found.items()} == {"near": "at_risk", "far": "open"}


def test_a_case_without_a_due_instant_has_no_such_clock(bench: Bench, desk: VendorDay) -> None:
    """Nothing was promised, so nothing is counted."""
    events = Case("free").events(("received", "2026-03-02 01:00"), ("decided", "2026-03-02 03:00"))
    assert runs(bench.run(desk, events)) == {}


def test_a_vendor_whose_export_has_no_due_column_has_no_such_clock(
    bench: Bench, configuration: Configuration
) -> None:
    """A clock whose events a vendor does not report does not run there."""
    about = replace(vendor_day(configuration), clocks=(PROMISED,))
    events = Case("C").events(("received", "2026-03-02 01:00"), ("due", "2026-03-02 03:00"))
    assert runs(bench.run(about, events)) == {}


@pytest.mark.parametrize(
    "change",
    [
        {"target_seconds": 60},
        {"calendar": "site"},
        {"pauses": True},
        {
            "kind": "statutory",
            "law": {"provision": "Art. 1", "source": "law", "confidence": "statute"},
        },
    ],
    ids=["and a target", "on business hours", "with pauses", "of a law"],
)
def test_such_a_clock_has_nothing_else_to_say_about_time(change: dict[str, object]) -> None:
    """The promise is an instant: no target, calendar or pause can move it."""
    with pytest.raises(ValueError, match="due"):
        Clock.model_validate(PROMISED.model_dump() | change)
