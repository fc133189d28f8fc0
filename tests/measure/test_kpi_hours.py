"""Facts by the hour: a day is the sum of its hours, and each hour is where its events were."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import pytest
from case_book import Bench, Case, Event, utc, vendor_day
from random_book import RandomBook

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.metrics import HOURLY
from breakwater.core.days import Window
from breakwater.measure.models import VendorDay

HOUR = 3600
SLICE = ("site", "queue", "policy", "language", "priority")
ADDED_UP = {
    "total_incoming",
    "manual_incoming",
    "total_solved",
    "manual_solved",
    "aht",
    "asa",
    "average_answer_speed",
    "sla_attainment",
}


def facts_of(rows: list[Event], metrics: set[str]) -> dict[tuple[str, ...], tuple[float, float]]:
    """Sum rows by metric and slice; slices in which nothing was counted are left out."""
    sums: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in rows:
        if row["metric"] in metrics:
            found = sums[(row["metric"], *(row[name] for name in SLICE))]
            found[0] += row["numerator"]
            found[1] += row["denominator"] or 0.0
    return {key: (above, below) for key, (above, below) in sums.items() if above or below}


@pytest.mark.parametrize("zone", ["Asia/Singapore", "Asia/Kolkata"])
@pytest.mark.parametrize("seed", [51, 52])
def test_a_day_is_the_sum_of_its_hours(
    seed: int, zone: str, duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Metric by metric and slice by slice, also where midnight lies in the middle of an hour."""
    what = in_zone(vendor_day(configuration), zone)
    book = RandomBook(seed, what.window, cases=250)
    duckdb_bench.run(what, book.events, book.outcomes)
    hours = duckdb_bench.rows("kpi_hour")
    day = facts_of(duckdb_bench.rows("kpi_fact"), ADDED_UP)
    assert {metric for metric, *_ in day} == ADDED_UP == set(HOURLY) - {"backlog"}
    assert {row["metric"] for row in hours} == set(HOURLY)
    assert facts_of(hours, ADDED_UP) == day
    first = what.window.start - what.window.start % HOUR
    assert {row["hour_at"] % HOUR for row in hours} == {0}
    assert all(first <= row["hour_at"] < what.window.end for row in hours)


@pytest.mark.parametrize("seed", [61, 62])
def test_the_backlog_of_an_hour_is_that_of_a_day_that_ends_with_it(
    seed: int, fresh_bench: Callable[[], Bench], configuration: Configuration
) -> None:
    """Re-opened cases included; and the last hour's is the day's, slice by slice."""
    what = vendor_day(configuration)
    book = RandomBook(seed, what.window, cases=120)
    whole = fresh_bench().run(what, book.events, book.outcomes)
    assert any(event["event_type"] == "reopened" for event in book.events)
    rows = whole.rows("kpi_hour")
    last = what.window.end - HOUR
    day = facts_of(whole.rows("kpi_fact"), {"backlog"})
    assert facts_of([row for row in rows if row["hour_at"] == last], {"backlog"}) == day
    for hour in (0, 9, 17):
        until = what.window.start + (hour + 1) * HOUR
        cut = replace(what, window=Window(what.window.start, until))
        expected = sum(n for n, _ in fresh_bench().run(cut, book.events).facts("backlog").values())
        in_hour = [row for row in rows if row["hour_at"] == until - HOUR]
        found = sum(row["numerator"] for row in in_hour if row["metric"] == "backlog")
        assert found == expected, f"after {hour + 1} hours"


def test_each_metric_is_in_the_hour_of_its_instant(
    bench: Bench, configuration: Configuration
) -> None:
    """A case that is received, picked up and decided in three hours, and one that a clock ran out on."""
    handled = {"actor_type": "human", "decision": "remove", "handle_seconds": 40}
    events = [
        *Case("A", priority="p1").events(
            ("received", "2026-03-02 03:59"),
            ("queued", "2026-03-02 03:59"),
            ("assigned", "2026-03-02 04:00"),
            ("decided", "2026-03-02 06:30", handled),
        ),
        *Case("B", priority="p1").events(
            ("received", "2026-03-02 01:10"), ("queued", "2026-03-02 01:10")
        ),
    ]
    bench.run(vendor_day(configuration), events)
    found = {
        (row["metric"], row["hour_at"]): (row["numerator"], row["denominator"])
        for row in bench.rows("kpi_hour")
    }

    def at(metric: str, hour: int) -> tuple[float, float | None] | None:
        return found.get((metric, utc(f"2026-03-02 {hour:02}:00")))

    assert (at("total_incoming", 1), at("total_incoming", 3)) == ((1, None), (1, None))
    assert (at("asa", 4), at("asa", 3)) == ((60, 1), None)
    assert at("average_answer_speed", 6) == (9060, 1)
    assert (at("manual_solved", 6), at("aht", 6)) == ((1, None), (40, 1))
    # Due four hours after 01:10, and never met.
    assert (at("sla_attainment", 5), at("sla_attainment", 6)) == ((0, 1), (1, 1))
    backlog = [at("backlog", hour) for hour in (0, 1, 3, 5, 6, 15)]
    assert backlog == [None, (1, None), (2, None), (2, None), (1, None), (1, None)]


def in_zone(what: VendorDay, zone: str) -> VendorDay:
    """Return the same day of an operation in another zone."""
    operations = what.operations.model_copy(update={"zone": zone})
    window = Window.for_operational_day(what.day, operations.zone_info)
    return replace(what, operations=operations, window=window)
