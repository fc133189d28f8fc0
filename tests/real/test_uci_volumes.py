"""Incidents opened and solved a day at a Brazilian company: public holidays are the known answers.

No label says what was odd, but the calendar does: on 25 March, 21 April and 26 May 2016 the country
was off, and two Fridays were taken off beside them. The log ends its share of new incidents with
May. The data are no part of this repository; without them beside it these tests skip.
"""

import csv
import gzip
from collections import Counter
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from installation import CONFIGURATIONS, SHARED, show

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.loading import load_configuration
from breakwater.detect.detection import Settings, Verdict
from breakwater.detect.holiday import holiday_flags
from breakwater.detect.panel import COUNT, Flags, Floats, Panel
from breakwater.detect.panel.detector import detect_panel

DATA = SHARED / "uci_incident_log" / "incident_event_log.csv.gz"
DAYS = [date(2016, 2, 29) + timedelta(days=n) for n in range(99)]
"""A Monday to the Monday after the last incidents were opened."""
GROUPS = 8

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not beside the repository")


@pytest.fixture(scope="module")
def volumes() -> dict[str, Floats]:
    """Count incidents opened and solved on each day, all of them and those of the largest groups."""
    with gzip.open(DATA, "rt", encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        place = {name: at for at, name in enumerate(next(rows))}
        last = {row[place["number"]]: row for row in rows}
    groups = Counter(row[place["assignment_group"]] for row in last.values())
    largest = [group for group, _ in groups.most_common(GROUPS + 1) if group != "?"]
    counts = {
        f"{word} {group}": np.zeros(len(DAYS))
        for word in ("opened", "solved")
        for group in ("all", *largest)
    }
    for row in last.values():
        for word, column in (("opened", "opened_at"), ("solved", "resolved_at")):
            at = row[place[column]].split(" ")[0]
            day = None if at == "?" else datetime.strptime(at, "%d/%m/%Y").date()  # noqa: DTZ007  a day
            for group in ("all", row[place["assignment_group"]]):
                if day in DAYS and f"{word} {group}" in counts:
                    counts[f"{word} {group}"][(day - DAYS[0]).days] += 1
    return counts


def told(volumes: dict[str, Floats], off: Flags) -> dict[str, list[str]]:
    """Judge every series from two weeks on; return what is told of whom, by day."""
    y = np.array(list(volumes.values()))
    panel = Panel(
        y=y,
        den=np.full(y.shape, np.nan),
        kind=np.array([COUNT] * len(y)),
        region=np.zeros(len(y), dtype=np.int64),
        hol=off[None, :],
        dow=np.array([day.weekday() for day in DAYS]),
        hist=14,
    )
    found = detect_panel(panel, Settings(minimum_volume=30, minimum_effect=0.15))
    days: dict[str, list[str]] = {}
    for row, t in np.argwhere(found.verdict == Verdict.ONSET):
        days.setdefault(f"{DAYS[t]:%m-%d}", []).append(list(volumes)[row])
    return days


def of_all(days: dict[str, list[str]], word: str) -> set[str]:
    """Return the days on which something is told of all incidents."""
    return {day for day, series in days.items() if f"{word} all" in series}


def test_days_off_are_found_where_no_calendar_knows_them(
    volumes: dict[str, Floats], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each on its day, and of all incidents nothing else but the end of the log."""
    found = told(volumes, np.zeros(len(DAYS), dtype=np.bool_))
    show(capsys, f"UCI, told without a calendar: { {d: len(s) for d, s in sorted(found.items())} }")
    assert of_all(found, "opened") == {"03-25", "04-21", "05-26", "06-01"}
    assert of_all(found, "solved") - {"06-03"} == {"03-25", "04-21", "05-26"}


def test_with_the_country_s_calendar_only_the_end_of_the_log_is_told(
    volumes: dict[str, Floats], capsys: pytest.CaptureFixture[str]
) -> None:
    """Public holidays by country; Corpus Christi and the Fridays taken off as the desk's own days."""
    calendar = Calendar.model_validate(
        {
            "zone": "America/Sao_Paulo",
            "weekly": {"mon": ["09:00-17:00"]},
            "holidays": {"country": "BR"},
            "additions": ["2016-04-22", "2016-05-26", "2016-05-27"],
        }
    )
    desk = load_configuration(CONFIGURATIONS / "uci_incident_log").vendor("desk")
    off = holiday_flags(desk.model_copy(update={"calendars": {"default": calendar}}), DAYS)
    found = told(volumes, off)
    show(capsys, f"UCI, told with a calendar: { {d: len(s) for d, s in sorted(found.items())} }")
    assert of_all(found, "opened") == {"06-01"}
    assert of_all(found, "solved") <= {"06-01", "06-02", "06-03"}
