"""Explanations: every second of a clock accounted for, and adding up to what the models say."""

from collections import defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from case_book import DAY, Bench, Case, Event, vendor_day
from landed import NOW, land, measured_workspace
from random_book import RandomBook
from rich_clocks import RICH_CLOCKS, reporting_all

from breakwater.contracts.configuration import Configuration
from breakwater.core.errors import NotLandedError
from breakwater.measure.explain import calendar_of, entry_of, explain_case
from breakwater.measure.measure import measure_day
from breakwater.measure.sla.explain import explain_run
from breakwater.warehouse.workspace import Workspace

MANILA = ZoneInfo("Asia/Manila")


def test_a_case_is_explained_line_by_line(workspace: Workspace, tmp_path: Path) -> None:
    """Saturday evening to Monday: one hour, a night, a closed Sunday, a pause, and the rest."""
    installation = measured_workspace(workspace)
    events = Case(site="cebu", priority="p3").events(
        ("received", "2026-02-28 12:00"),
        ("queued", "2026-02-28 13:00"),
        ("paused", "2026-03-02 00:00"),
        ("resumed", "2026-03-02 01:30"),
        ("decided", "2026-03-02 04:00"),
    )
    land(installation, tmp_path, events, [])
    measure_day(installation, "pearlline", DAY, NOW)
    (explanation,) = explain_case(installation, "pearlline", DAY, "C1")
    assert list(explanation.lines(MANILA)) == [
        "P3 decided within 16 business hours (decision_p3): met",
        # 16 h less 1 h on Saturday, less 2 h before the pause, are 13 h from 09:30 on: past closing
        # time at 22:00 by half an hour, so half an hour into Tuesday.
        "  started Sat 2026-02-28 21:00:00, due Tue 2026-03-03 06:30:00",
        "  Sat 2026-02-28 21:00:00 to Sat 2026-02-28 22:00:00  counts     1:00:00  used    1:00:00",
        "  Sat 2026-02-28 22:00:00 to Mon 2026-03-02 06:00:00  closed    32:00:00  used    1:00:00",
        "  Mon 2026-03-02 06:00:00 to Mon 2026-03-02 08:00:00  counts     2:00:00  used    3:00:00",
        "  Mon 2026-03-02 08:00:00 to Mon 2026-03-02 09:30:00  paused     1:30:00  used    3:00:00",
        "  Mon 2026-03-02 09:30:00 to Mon 2026-03-02 12:00:00  counts     2:30:00  used    5:30:00",
        "  stopped: used 5:30:00 of 16:00:00",
    ]


def test_an_unknown_case_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    """Neither a day that is not measured nor a case that nobody exported has an explanation."""
    installation = measured_workspace(workspace)
    with pytest.raises(NotLandedError, match="a day that is not measured"):
        explain_case(installation, "pearlline", DAY, "C1")
    land(installation, tmp_path, Case().events(("received", "2026-03-02 01:00")), [])
    measure_day(installation, "pearlline", DAY, NOW)
    with pytest.raises(NotLandedError, match="no such case"):
        explain_case(installation, "pearlline", DAY, "C2")


@pytest.mark.parametrize("is_rich", [False, True], ids=["plain clocks", "every condition"])
def test_explanations_add_up_to_the_models(
    is_rich: bool, configuration: Configuration, duckdb_bench: Bench
) -> None:
    """For every clock of a random book: no second missing or told twice, same time used and paused."""
    what = vendor_day(configuration)
    if is_rich:
        what = reporting_all(what, RICH_CLOCKS)
    book = RandomBook(61, what.window, cases=300)
    happened: dict[str, list[Event]] = defaultdict(list)
    for event in book.events:
        if event["event_at"] < what.window.end:
            happened[event["case_id_vendor"]].append(event)
    runs = duckdb_bench.run(what, book.events, book.outcomes).rows("clock_run")
    assert runs
    deferred = 0
    for run in runs:
        entry = entry_of(what.clocks, run, what.operations.zone_info)
        assert entry is not None
        explanation = explain_run(
            run,
            entry,
            calendar_of(what, entry, run),
            happened[run["case_id_vendor"]],
            window_end=what.window.end,
        )
        stretches = explanation.stretches
        begin = min(run["started_at"], run["triggered_at"])
        end = run["stopped_at"] or what.window.end
        assert sum(each.end - each.start for each in stretches) == end - begin
        used = {"counts": 0, "closed": 0, "paused": 0, "deferred": 0}
        for each in stretches:
            used[each.reason] += each.end - each.start
        assert (
            used["counts"]
            == run["elapsed_seconds"]
            == (stretches[-1].elapsed_seconds if stretches else 0)
        )
        assert used["paused"] == run["paused_seconds"]
        assert used["deferred"] == max(run["started_at"] - run["triggered_at"], 0)
        deferred += used["deferred"] > 0
    assert (deferred > 0) == is_rich
