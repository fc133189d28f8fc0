"""The forecast stage: from what has landed to the table, for any instant of the day."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from case_book import DAY, Bench, Case, Event, vendor_day
from landed import NOW, land, measured_workspace
from random_book import RandomBook

from breakwater.contracts.calendar import CalendarRule
from breakwater.contracts.configuration import Configuration
from breakwater.core.errors import NotLandedError
from breakwater.measure.forecast.forecast_day import forecast_day
from breakwater.measure.forecast.live import forecast_if_live
from breakwater.measure.forecast.read import line_models
from breakwater.warehouse.workspace import Workspace

SINGAPORE = ZoneInfo("Asia/Singapore")
QUARTER = 15 * 60


@pytest.fixture
def installation(workspace: Workspace, tmp_path: Path) -> Workspace:
    """Land three days of a queue in which a case comes in every 15 minutes and waits for 3 hours.

    Then, in the evening of the last day, nobody takes up any more.
    """
    opened = measured_workspace(workspace)
    first = opened.window(DAY - timedelta(days=2)).start
    last = opened.window(DAY)
    stop = last.end - 5 * 3600
    events: dict[date, list[Event]] = {DAY - timedelta(days=n): [] for n in (2, 1, 0)}
    for n in range(3 * 96):
        came = first + n * QUARTER
        taken = came + 3 * 3600
        told: list[tuple[str, int]] = [("received", came), ("queued", came)]
        if taken < stop:
            told += [("assigned", taken), ("decided", taken + 300)]
        for day, told_of_day in events.items():
            window = opened.window(day)
            known = [(what, at) for what, at in told if at < window.end]
            decided = taken + 300 < window.start and taken < stop
            if known and not decided:
                told_of_day.extend(Case(f"C{n:03}", priority="p1").events(*known))
    for day, rows in events.items():
        land(opened, tmp_path, rows, [], day=day)
    return opened


def stored(workspace: Workspace) -> list[Event]:
    """Return what is kept, in order of due."""
    return workspace.warehouse.rows(
        "select * from measure.breach_forecast order by as_of, due_at, clock, case_id_vendor"
    )


def test_a_queue_that_stood_still_loses_what_waits_longest(installation: Workspace) -> None:
    """At the day's end nothing was taken for five hours: the oldest are lost, and are named."""
    result = forecast_day(installation, "pearlline", DAY, NOW)
    rows = [row for row in stored(installation) if row["clock"] == "decision_p1"]
    assert result.summary["clocks"] == len(stored(installation))
    assert result.summary["will_breach"] == sum(row["will_breach"] for row in stored(installation))
    assert {row["as_of"] for row in rows} == {result_instant(installation)}
    assert rows[0]["will_breach"], "due within minutes, and not even taken up"
    assert all(row["due_at"] > row["as_of"] for row in rows), "what ran out is no forecast"
    assert {row["queue"] for row in rows} == {"hate"}


def result_instant(workspace: Workspace) -> datetime:
    """Return the end of the day."""
    return datetime.fromtimestamp(workspace.window(DAY).end, SINGAPORE)


def test_in_the_middle_of_a_day_only_what_had_happened_counts(installation: Workspace) -> None:
    """At noon the queue kept its pace: an hour is left when a turn comes, so nothing is lost."""
    noon = datetime(2026, 3, 2, 12, tzinfo=SINGAPORE)
    forecast_day(installation, "pearlline", DAY, NOW, noon)
    rows = [row for row in stored(installation) if row["clock"] == "decision_p1"]
    assert len(rows) == 12, "three hours' worth wait"
    assert not any(row["will_breach"] for row in rows)
    assert [row["cases_ahead"] for row in rows] == list(range(12))
    assert all(abs(row["pace_per_hour"] - 4) < 0.2 for row in rows)
    gaps = [
        abs((row["expected_at"] - row["started_at"]).total_seconds() - 3 * 3600) for row in rows
    ]
    assert max(gaps) < 1800


def test_calendars_chosen_by_market_are_no_obstacle(installation: Workspace) -> None:
    """A queue's pace is no market's: its calendar is the one that serves the queue at large."""
    forecast_day(installation, "pearlline", DAY, NOW)
    before = stored(installation)
    configuration = installation.configuration
    contract = configuration.vendor("pearlline").model_copy(
        update={"calendar_rules": (CalendarRule(calendar="cebu", markets=("DE",)),)}
    )
    vendors = configuration.vendors | {"pearlline": contract}
    by_market = replace(installation, configuration=replace(configuration, vendors=vendors))
    forecast_day(by_market, "pearlline", DAY, NOW)
    assert stored(installation) == before


def test_the_same_forecast_again_changes_nothing(installation: Workspace) -> None:
    """And another instant stands beside it."""
    assert forecast_day(installation, "pearlline", DAY, NOW).changed
    before = stored(installation)
    assert not forecast_day(installation, "pearlline", DAY, NOW + timedelta(hours=1)).changed
    assert stored(installation) == before
    noon = datetime(2026, 3, 2, 12, tzinfo=SINGAPORE)
    forecast_day(installation, "pearlline", DAY, NOW, noon)
    assert {row["as_of"] for row in stored(installation)} == {noon, result_instant(installation)}


def test_what_has_not_landed_is_not_forecast(installation: Workspace) -> None:
    """Neither a day without an export, nor an instant of another day."""
    with pytest.raises(NotLandedError, match="there is nothing to forecast from"):
        forecast_day(installation, "pearlline", DAY + timedelta(days=1), NOW)
    with pytest.raises(NotLandedError, match="an instant of the day"):
        forecast_day(installation, "pearlline", DAY, NOW, NOW + timedelta(days=9))


def test_the_command_names_cases_and_instants(
    installation: Workspace, monkeypatch: pytest.MonkeyPatch, typed: Callable[..., str]
) -> None:
    """Those that will be missed, or all; numbers and ids alone."""
    command = sys.modules["breakwater.cli.forecast"]
    monkeypatch.setattr(command, "open_workspace", lambda: installation)
    day = DAY.isoformat()
    said = typed("forecast", "pearlline", day)
    assert "missed with" in said
    assert said.splitlines()[-1].startswith("pearlline as of 2026-03-03 00:00: ")
    noon = typed("forecast", "pearlline", day, "--at", "2026-03-02T12:00", "--all")
    assert "cases ahead" in noon
    # Twelve decisions of which none is lost, and three pick-ups of an hour, lost in a line of three.
    assert noon.splitlines()[-1] == (
        "pearlline as of 2026-03-02 12:00: 3 of 15 open clocks will be missed"
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_the_line_of_a_random_book_is_the_one_of_its_events(
    seed: int, bench: Bench, configuration: Configuration
) -> None:
    """Entered, taken, decided and paused, on each engine, against reading the events one by one."""
    what = vendor_day(configuration)
    book = RandomBook(seed, what.window)
    bench.run(what, book.events, book.outcomes)
    line_models(bench.engine, what.contract)
    found = {row["case_id_vendor"]: row for row in bench.rows("line_case")}
    by_case: dict[str, list[Event]] = {}
    for row in bench.rows("event"):
        by_case.setdefault(row["case_id_vendor"], []).append(row)
    assert set(found) == set(by_case)
    for case_id, rows in by_case.items():
        at = {
            kind: sorted(r["event_at"] for r in rows if r["event_type"] == kind)
            for kind in ("received", "queued", "assigned", "decided", "closed", "reopened")
        }
        ended = sorted([*at["decided"], *at["closed"]])
        again = bool(at["reopened"]) and (not ended or at["reopened"][-1] > ended[-1])
        entered = at["reopened"][-1] if again else next(iter(at["queued"]), None)
        done = ended[-1] if ended and not again else None
        left = [
            t for t in sorted([*at["assigned"], *ended]) if entered is not None and t >= entered
        ]
        row = found[case_id]
        assert (row["entered_at"], row["done_at"]) == (entered, done), case_id
        assert row["taken_at"] == (left[0] if left else None), case_id


def test_a_recent_day_is_forecast_behind_its_measuring_and_an_old_one_is_not(
    installation: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    """Three days back still concern people; what cannot be forecast stops nothing and is logged."""
    assert forecast_if_live(installation, "pearlline", DAY, NOW + timedelta(days=4)) is None
    assert stored(installation) == []
    made = forecast_if_live(installation, "pearlline", DAY, NOW + timedelta(days=2))
    assert made is not None
    assert made.summary["clocks"] == len(stored(installation)) > 0
    assert forecast_if_live(installation, "pearlline", DAY + timedelta(days=1), NOW) is None
    assert "no forecast for pearlline 2026-03-03" in caplog.text
