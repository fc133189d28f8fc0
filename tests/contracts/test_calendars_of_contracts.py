"""Calendars in configuration: shifts, holidays of every kind, breaks, versions, rules."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from breakwater.contracts.calendar import Calendar, CalendarRule
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.vendor import VendorContract
from breakwater.core.calendar import HOUR

WEEK: dict[str, Any] = {"zone": "Asia/Manila", "weekly": {"mon": ["09:00-17:00"]}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weekly": {"mon": ["17:00-09:00"]}}, "a start before 24:00 and an end after it"),
        ({"weekly": {"mon": ["24:00-30:00"]}}, "a start before 24:00"),
        ({"weekly": {"mon": ["22:00-49:00"]}}, "at most 48:00"),
        ({"weekly": {"mon": ["9:00-17:00"]}}, "match pattern"),
        ({"weekly": {"mon": []}}, "at least one shift"),
        ({"weekly": {}, "overrides": {"2026-01-01": []}}, "at least one shift"),
        ({"yearly": ["13-01"]}, "a month and a day"),
        ({"yearly": ["02-30"]}, "a month and a day"),
        ({"effective_from": "2026-01-02", "effective_to": "2026-01-01"}, "must not be before"),
        ({"additions": ["2026-01-01"], "exceptions": ["2026-01-01"]}, "found 2026-01-01 twice"),
        ({"additions": ["2026-01-01"], "overrides": {"2026-01-01": []}}, "found 2026-01-01 twice"),
    ],
)
def test_a_calendar_that_cannot_be_laid_out_is_refused(change: dict[str, Any], said: str) -> None:
    """Each with what was expected."""
    with pytest.raises(ValidationError, match=said):
        Calendar.model_validate(WEEK | change)


def test_holidays_additions_exceptions_and_overrides_each_have_their_day() -> None:
    """Of two public holidays one is worked; a further day is closed; one day has half a shift."""
    calendar = Calendar.model_validate(
        WEEK
        | {
            "exceptions": ["2026-01-05"],
            "additions": ["2026-01-19"],
            "overrides": {"2026-01-26": ["09:00-12:00"], "2026-01-24": ["10:00-11:00"]},
        }
    )
    public = [date(2026, 1, 5), date(2026, 1, 12)]
    spans = calendar.schedule(public).lay_out(date(2026, 1, 5), date(2026, 1, 31)).spans
    # Mondays: the 5th worked, 12th public, 19th added, 26th half; Saturday the 24th only by override.
    assert [(end - start) // 3600 for start, end in spans] == [8, 1, 3]


def _hours(calendar: dict[str, Any], first: str, last: str) -> list[float]:
    laid_out = Calendar.model_validate(calendar).schedule()
    spans = laid_out.lay_out(date.fromisoformat(first), date.fromisoformat(last)).spans
    return [(end - start) / HOUR for start, end in spans]


def test_a_yearly_holiday_returns_unless_a_date_is_excepted() -> None:
    """Every 7 December but the one of 2026, which is an ordinary Monday, and no 29 February twice."""
    calendar = WEEK | {"yearly": ["12-07", "02-29"], "exceptions": ["2026-12-07"]}
    assert _hours(calendar, "2026-12-07", "2026-12-07") == [8]
    assert _hours(calendar, "2020-12-07", "2020-12-07") == []
    assert _hours(calendar, "2027-03-01", "2027-03-01") == [8]


def test_a_break_is_cut_out_of_the_shifts_of_its_date() -> None:
    """From 12:00 to 13:30:30 on one Monday; the next is whole."""
    calendar = WEEK | {"breaks": {"2026-01-05": ["12:00-13:30:30"]}}
    cut = _hours(calendar, "2026-01-05", "2026-01-12")
    assert cut == [3, 3 + (29 * 60 + 30) / 3600, 8]


@pytest.mark.parametrize(("convention", "hours"), [("counts_twice", 25), ("counts_once", 24)])
def test_the_repeated_hour_counts_as_the_calendar_says(convention: str, hours: int) -> None:
    """A whole Sunday in Riga in October; in March both have 23 hours, the real ones."""
    calendar = {"zone": "Europe/Riga", "weekly": {"sun": ["00:00-24:00"]}}
    told = calendar | {"repeated_hour": convention}
    assert sum(_hours(told, "2026-10-25", "2026-10-25")) == hours
    assert sum(_hours(told, "2026-03-29", "2026-03-29")) == 23


def _contract(configuration: Configuration, **change: object) -> VendorContract:
    contract = configuration.vendor("pearlline").model_dump(exclude_defaults=True)
    return VendorContract.model_validate(contract | change)


OLD, NEW = {"effective_to": "2026-03-31"}, {"effective_from": "2026-04-01"}
PLACE = {"site": "cebu", "queue": "hate", "policy": None, "language": "en"}
PLACE |= {"priority": "p1", "market": None}


@pytest.mark.parametrize(
    "versions",
    [
        {"default": WEEK | OLD},
        {"default@1": WEEK | OLD, "default": WEEK},
        {"default@1": WEEK | OLD, "default": WEEK | {"effective_from": "2026-04-02"}},
        {"default@1": WEEK | OLD, "default": WEEK | {"effective_from": "2026-03-31"}},
    ],
    ids=["an end", "open overlap", "gap", "overlap"],
)
def test_versions_of_a_calendar_have_every_day_once(
    configuration: Configuration, versions: dict[str, Any]
) -> None:
    """A clock that starts on any day finds its calendar, and only one."""
    with pytest.raises(ValidationError, match="versions of default that have every day once"):
        _contract(configuration, calendars=versions)


def test_the_version_in_force_on_the_day_serves_it(configuration: Configuration) -> None:
    """The id carries the version."""
    calendars = {"default": WEEK | NEW, "default@before": WEEK | OLD | {"zone": "Asia/Tokyo"}}
    contract = _contract(configuration, calendars=calendars)
    ids = [name for name, _ in contract.calendar_versions(PLACE)]
    assert ids == ["pearlline/default@before", "pearlline/default"]
    zones = [contract.calendar_on(PLACE, date(2026, month, 1)).zone for month in (3, 4)]
    assert zones == ["Asia/Tokyo", "Asia/Manila"]


def test_the_first_rule_that_fits_chooses_the_calendar(configuration: Configuration) -> None:
    """By queue before site; a case that no rule names has its site's, then the default."""
    rules = [
        {"calendar": "urgent", "queues": ["legal_requests"]},
        {"calendar": "urgent", "markets": ["JP"]},
        {"calendar": "cebu", "priorities": ["p1"], "sites": ["manila"]},
    ]
    calendars = {"default": WEEK, "cebu": WEEK, "urgent": WEEK}
    contract = _contract(configuration, calendars=calendars, calendar_rules=rules)

    def chosen(**change: str) -> str:
        ((name, _),) = contract.calendar_versions(PLACE | change)
        return name.removeprefix("pearlline/")

    assert chosen(queue="legal_requests") == "urgent"
    assert chosen(queue="legal_requests", site="manila") == "urgent"
    assert chosen(site="manila") == "cebu"
    assert chosen(site="manila", priority="p2") == "default"
    assert chosen() == "cebu"
    assert chosen(market="JP") == "urgent"
    assert chosen(market="none") == "cebu"
    assert CalendarRule(calendar="x").covers(PLACE)
    with pytest.raises(ValidationError, match="one named `nowhere`"):
        _contract(configuration, calendar_rules=[{"calendar": "nowhere"}])
