"""Shares of people's time: each by its own definition, and none of a few."""

import pytest
from case_book import Bench, Event, shift, vendor_day

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.metrics import METRICS

HOUR = 3600


TOLD = ("scheduled", "handling", "available", "paid", "adherent", "logged_in")


def crew(*rows: Event) -> list[Event]:
    """Add five reviewers who tell everything and whose day was off: they move no share."""
    off = dict.fromkeys(TOLD, 0)
    return [*rows, *(shift(f"other-{n}", **off) for n in range(5))]


def told(bench: Bench, configuration: Configuration, shifts: list[Event]) -> dict[str, object]:
    """Measure shifts; return the metrics of shifts, as hours above and below."""
    bench.run(vendor_day(configuration), [], shifts=shifts)
    return {
        row["metric"]: (row["site"], row["numerator"] / HOUR, row["denominator"] / HOUR)
        for row in bench.rows("kpi_fact")
        if METRICS[row["metric"]].is_of_shifts
    }


def test_each_share_is_what_its_definition_says(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """8 h planned, 9 paid, 7.5 logged in: 5 working, 1.5 ready, 1 of breaks; 6 as planned."""
    one = shift("one", scheduled=8, paid=9, logged_in=7.5, handling=5, available=1.5, adherent=6)
    assert told(duckdb_bench, configuration, crew(one)) == {
        "occupancy": ("manila", 5, 6.5),
        "utilisation": ("manila", 6.5, 9),
        "shrinkage": ("manila", 1.5, 8),
        "schedule_adherence": ("manila", 6, 8),
        "schedule_conformance": ("manila", 7.5, 8),
    }


def test_overtime_of_one_makes_up_for_nobody_else(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Ten hours of one and four of another are four lost ones, not two."""
    long, short = shift("long", handling=9, available=1), shift("short", handling=4, available=0)
    found = told(duckdb_bench, configuration, crew(long, short))
    assert found["shrinkage"] == ("manila", 4, 16)


def test_what_a_row_does_not_tell_counts_on_neither_side(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Working time without waiting time is no occupancy, nor is unpaid time unused."""
    whole = shift("whole", handling=6, available=2, paid=None)
    half = shift("half", handling=6, available=None, paid=8)
    found = told(duckdb_bench, configuration, crew(whole, half))
    assert found["occupancy"] == ("manila", 6, 8)
    assert "utilisation" not in found, "nobody is both paid and known to be working"


def test_it_is_those_who_tell_a_share_who_are_counted(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Of five reviewers four tell their schedule alone: the share would be that of the fifth."""
    silent = dict.fromkeys(name for name in TOLD if name != "scheduled")
    others = [shift(f"other-{n}", **silent) for n in range(4)]
    assert told(duckdb_bench, configuration, [shift("one"), *others]) == {}


@pytest.mark.parametrize(("people", "is_told"), [(4, False), (5, True)])
def test_a_few_reviewers_are_not_told_of(
    people: int, is_told: bool, duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Rows of one reviewer count once: it is people who are protected."""
    rows = [shift(f"agent-{n}", handling=5, available=2) for n in range(people)]
    found = told(duckdb_bench, configuration, [*rows, rows[0]])
    assert ("occupancy" in found) is is_told
