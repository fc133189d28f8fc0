"""Clocks in SQL against the same clocks reckoned case by case from open spans."""

from collections import defaultdict
from dataclasses import replace

import pytest
from case_book import Bench, Event, vendor_day
from clock_reference import Reference
from random_book import RandomBook

from breakwater.contracts.configuration import Configuration


@pytest.mark.parametrize("on_close", ["stay", "roll_forward"])
@pytest.mark.parametrize("seed", [11, 12, 13, 14])
def test_every_run_is_what_open_spans_minus_pauses_give(
    seed: int, on_close: str, configuration: Configuration, duckdb_bench: Bench
) -> None:
    """Start, stop, deadline, time used and state of every clock of a random book, both ways."""
    shipped = vendor_day(configuration)
    clocks = tuple(clock.model_copy(update={"on_close": on_close}) for clock in shipped.clocks)
    what = replace(shipped, clocks=clocks)
    book = RandomBook(seed, what.window, cases=500)
    by_case: dict[str, list[Event]] = defaultdict(list)
    for event in book.events:
        by_case[event["case_id_vendor"]].append(event)
    runs = duckdb_bench.run(what, book.events, book.outcomes).rows("clock_run")
    assert {run["state"] for run in runs} == {"met", "missed", "open", "at_risk", "overdue"}
    assert sum(run["paused_seconds"] > 0 for run in runs) > 5
    found = {(run["case_id_vendor"], run["clock"]): run for run in runs}
    assert len(found) == len(runs)
    for case in duckdb_bench.rows("case_slice"):
        case_id = case["case_id_vendor"]
        for expected in Reference(what).runs(case, by_case[case_id]):
            run = found.pop((case_id, expected["clock"]))
            assert {name: run[name] for name in expected} == expected, case
    assert not found
