"""Calendars as tables reach as far as deadlines do, and know the holidays of each year."""

from dataclasses import replace
from datetime import date

import pytest
from case_book import CALENDARS, Bench, Case, utc, vendor_day

from breakwater.contracts.calendar import Calendar, PublicHolidays
from breakwater.contracts.configuration import Configuration
from breakwater.core.calendar import DAY
from breakwater.core.errors import ConfigurationError
from breakwater.measure.models import VendorDay
from breakwater.measure.sla.calendars import Stretch, calendar_tables, lay_out
from breakwater.measure.sla.holidays import public_holidays
from breakwater.measure.sla.vendor_calendars import VendorCalendars

STRETCH = Stretch(utc("2026-02-20 00:00"), utc("2026-03-02 16:00"), ahead=16 * 3600)
RARE = Calendar(zone="UTC", weekly={"sun": ("10:00-10:05",)})


def test_tables_cover_every_instant_and_every_deadline() -> None:
    """Readings from the first instant to the last, and the longest target beyond it."""
    tables = calendar_tables(CALENDARS, STRETCH)
    for name in CALENDARS:
        tiles = [row for row in tables.calendar.to_pylist() if row["calendar_id"] == name]
        assert tiles[0]["seg_start"] <= STRETCH.first
        assert tiles[-1]["seg_end"] > STRETCH.last
        last = next(t for t in tiles if t["seg_start"] <= STRETCH.last < t["seg_end"])
        hours = [row for row in tables.business_hour.to_pylist() if row["calendar_id"] == name]
        assert max(row["to_s"] for row in hours) >= last["cum_s"] + 3600 + STRETCH.ahead


def test_a_calendar_that_is_rarely_open_is_laid_out_further() -> None:
    """Five minutes a week: an hour of target needs twelve weeks."""
    stretch = Stretch(STRETCH.first, STRETCH.last, ahead=3600)
    tables = calendar_tables({"rare": RARE}, stretch)
    hours = tables.business_hour.to_pylist()
    assert hours[-1]["utc_s"] > STRETCH.last + 12 * 7 * DAY


def test_a_target_that_no_calendar_reaches_is_an_error_of_configuration() -> None:
    """Sixteen hours at five minutes a week are nearly four years: named, and not looped over."""
    with pytest.raises(ConfigurationError, match="calendar rare: expected 57600 open seconds"):
        calendar_tables({"rare": RARE}, STRETCH)


def test_equal_stretches_share_their_tables() -> None:
    """Days of one month are laid out once."""
    later = Stretch(STRETCH.first + DAY, STRETCH.last + DAY, STRETCH.ahead)
    one, other = (calendar_tables({"cebu": CALENDARS["cebu"]}, s) for s in (STRETCH, later))
    assert one.calendar.equals(other.calendar)


def test_public_holidays_of_both_years_close_a_site() -> None:
    """Christmas and New Year in Riga, on either side of the year."""
    calendar = Calendar(
        zone="Europe/Riga",
        weekly=dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ("09:00-17:00",)),
        holidays=PublicHolidays(country="LV"),
    )
    time = lay_out(calendar, date(2025, 12, 20), date(2026, 1, 5))
    assert not time.is_open(utc("2025-12-25 10:00"))
    assert not time.is_open(utc("2026-01-01 10:00"))
    assert time.is_open(utc("2025-12-23 10:00"))
    assert time.is_open(utc("2026-01-05 10:00"))


def test_a_state_has_holidays_of_its_own() -> None:
    """Bavaria keeps days that Germany as a whole does not."""
    country, state = (
        public_holidays(PublicHolidays(country="DE", subdivision=part), [2026])
        for part in (None, "BY")
    )
    assert country < state


def test_an_unknown_country_is_an_error_of_configuration() -> None:
    """Not a day without holidays."""
    with pytest.raises(ConfigurationError, match="expected a country"):
        public_holidays(PublicHolidays(country="XX"), [2026])


def test_a_site_without_a_calendar_of_its_own_has_the_default(
    configuration: Configuration,
) -> None:
    """Two sites, two calendars; both names are unique across vendors."""
    contract = vendor_day(configuration).contract
    place = {"queue": "hate", "policy": None, "language": "en", "priority": "p1"}
    found = [contract.calendar_versions({"site": site, **place}) for site in ("manila", "cebu")]
    assert found == [
        [("pearlline/default", CALENDARS["default"])],
        [("pearlline/cebu", CALENDARS["cebu"])],
    ]
    ids = ["pearlline/cebu", "24x7", "pearlline/cebu"]
    assert VendorCalendars(contract).by_id(ids) == {"pearlline/cebu": CALENDARS["cebu"]}


def test_a_holiday_moves_the_deadline_to_the_day_after(
    bench: Bench, configuration: Configuration
) -> None:
    """Cebu is closed on 4 March: 16 hours from Tuesday 14:00 local end on Thursday at 14:00.

    Eight hours on Tuesday until 22:00, none on Wednesday, eight on Thursday from 06:00.
    """
    what: VendorDay = vendor_day(configuration, date(2026, 3, 3))
    events = Case(site="cebu", priority="p3").events(("queued", "2026-03-03 06:00"))
    bench.run(what, events)
    (run,) = bench.rows("clock_run")
    assert run["due_at"] == utc("2026-03-05 06:00")


def test_the_calendar_in_force_at_the_start_counts_to_the_end(
    bench: Bench, configuration: Configuration
) -> None:
    """Cebu opens from noon on from 4 March; a clock of the 3rd keeps the calendar of the 3rd.

    Eight hours of 16 from Tuesday 14:00 local to 22:00, eight on Wednesday from 06:00 (the holiday
    of the old calendar is gone); what starts on Wednesday knows only the new hours.
    """
    plain = vendor_day(configuration, date(2026, 3, 4))
    old = CALENDARS["cebu"].model_copy(update={"additions": (), "effective_to": date(2026, 3, 3)})
    new = old.model_copy(
        update={
            "effective_from": date(2026, 3, 4),
            "effective_to": None,
            "weekly": dict.fromkeys(old.weekly, ("12:00-20:00",)),
        }
    )
    calendars = CALENDARS | {"cebu": new, "cebu@old": old}
    contract = plain.contract.model_copy(update={"calendars": calendars})
    what = replace(plain, contract=contract)
    events = Case("OLD", site="cebu", priority="p3").events(("queued", "2026-03-03 06:00"))
    events += Case("NEW", site="cebu", priority="p3").events(("queued", "2026-03-04 00:00"))
    bench.run(what, events)
    due = {row["case_id_vendor"]: row["due_at"] for row in bench.rows("clock_run")}
    assert due == {"OLD": utc("2026-03-04 06:00"), "NEW": utc("2026-03-05 12:00")}
