"""Excused clocks leave both sides of attainment, are listed, and every total still ties out."""

import random
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from case_book import DAY, EXCUSALS, Bench, Case, Event, utc, vendor_day
from landed import NOW, land, measured_workspace
from random_book import RandomBook

from breakwater.contracts.clocks import Clock
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.excusals import Excusal
from breakwater.core.errors import TieOutError
from breakwater.measure.close import close_day
from breakwater.measure.measure import measure_day
from breakwater.measure.recompute import recompute_days
from breakwater.warehouse.workspace import Workspace

P1 = Case(priority="p1")
"""Its clock: 4 hours from queued to decided, round the clock. The outage: 02:00 to 06:00 UTC."""


def excusal(**changes: Any) -> Excusal:  # noqa: ANN401  fields of an entry
    """Return the outage with some fields changed."""
    return Excusal.model_validate(EXCUSALS[0].model_dump() | changes)


def runs(
    bench: Bench, configuration: Configuration, events: list[Event], *excusals: Excusal
) -> dict[str, tuple[bool, bool, str | None]]:
    """Run the models; return what decision_p1 says of each case: due, excused, by what."""
    what = replace(vendor_day(configuration), excusals=excusals or EXCUSALS)
    return {
        row["case_id_vendor"]: (row["is_due"], row["is_excused"], row["excusal"])
        for row in bench.run(what, events).rows("clock_settled")
        if row["clock"] == "decision_p1"
    }


def decided(case_id: str, queued: str, at: str | None) -> list[Event]:
    """Return a case that was queued, and decided or not."""
    told = [("queued", f"2026-03-02 {queued}")]
    return P1.named(case_id).events(*told, *([("decided", f"2026-03-02 {at}")] if at else []))


def test_a_missed_clock_that_ran_through_the_outage_counts_nowhere(
    bench: Bench, configuration: Configuration
) -> None:
    """Met counts as met, missed and open ones are excused; attainment is of the rest."""
    events = [
        *decided("met", "01:00", "04:59"),
        *decided("missed", "01:00", "07:00"),
        *decided("open", "05:59:59", None),
        *decided("after", "06:00", "11:00"),
        *P1.named("before").events(("queued", "2026-03-01 22:00"), ("decided", "2026-03-02 07:00")),
    ]
    assert runs(bench, configuration, events) == {
        "met": (True, False, None),
        "missed": (False, True, "tool_down"),
        "open": (False, True, "tool_down"),
        # Queued as the outage ended, and due as it began: half-open on both sides.
        "after": (True, False, None),
        "before": (True, False, None),
    }
    attained = [row for row in bench.rows("attainment") if row["clock"] == "decision_p1"]
    assert attained == [{"clock": "decision_p1", "queue": "hate", "due_count": 3, "met_count": 1}]
    assert bench.facts("sla_attainment") == {("hate",): (1.0, 3.0)}
    listed = {
        row["case_id_vendor"]: row["is_excused"]
        for row in bench.rows("clock_exception")
        if row["clock"] == "decision_p1"
    }
    assert listed == {"missed": True, "open": True, "after": False, "before": False}


@pytest.mark.parametrize(
    ("scope", "is_excused"),
    [
        ({"vendors": ("pearlline",)}, True),
        ({"vendors": ("pearlline",), "sites": ("manila",)}, True),
        ({"vendors": ("pearlline",), "sites": ("cebu",)}, False),
        ({"vendors": ("pearlline",), "queues": ("spam",)}, False),
        ({"vendors": ("pearlline",), "queues": ("spam", "hate")}, True),
        ({"vendors": ("pearlline",), "clocks": ("decision_p3",)}, False),
        ({"vendors": ("pearlline",), "clocks": ("decision_p1",), "sites": ("manila",)}, True),
    ],
    ids=["vendor", "site", "other_site", "other_queue", "queues", "other_clock", "all_of_it"],
)
def test_an_excusal_covers_its_scope_and_nothing_else(
    scope: dict[str, Any], is_excused: bool, configuration: Configuration, duckdb_bench: Bench
) -> None:
    """A case of hate in Manila."""
    found = runs(duckdb_bench, configuration, decided("C1", "01:00", "07:00"), excusal(scope=scope))
    assert found["C1"][1] is is_excused


def test_a_law_is_never_excused(configuration: Configuration, duckdb_bench: Bench) -> None:
    """The removal order ran out in the outage, and is a breach all the same."""
    order = Case(queue="legal_requests", policy="illegal_content")
    events = order.events(("received", "2026-03-02 02:30"), ("decided", "2026-03-02 07:00"))
    everything = excusal(scope={"vendors": ("pearlline",)})
    what = replace(vendor_day(configuration), excusals=(everything,))
    (run,) = (
        row
        for row in duckdb_bench.run(what, events).rows("clock_settled")
        if row["kind"] == "statutory"
    )
    assert (run["state"], run["is_due"], run["excusal"]) == ("missed", True, None)


def test_of_several_excusals_the_first_in_the_file_is_named(
    configuration: Configuration, duckdb_bench: Bench
) -> None:
    """Whatever their names."""
    both = excusal(excusal="z_first"), excusal(excusal="a_second")
    found = runs(duckdb_bench, configuration, decided("C1", "01:00", "07:00"), *both)
    assert found["C1"] == (False, True, "z_first")


def test_an_excused_clock_does_not_come_back_the_day_after(
    configuration: Configuration, duckdb_bench: Bench
) -> None:
    """Open since the outage: on the next day it is overdue, neither due nor excused once more."""
    what = replace(vendor_day(configuration, DAY + timedelta(days=1)), excusals=EXCUSALS)
    rows = duckdb_bench.run(what, decided("C1", "01:00", None)).rows("clock_settled")
    (run,) = (row for row in rows if row["clock"] == "decision_p1")
    assert (run["state"], run["is_due"], run["is_excused"]) == ("overdue", False, False)
    assert run["excusal"] == "tool_down", "it still says why nobody answers for it"


@pytest.mark.parametrize("seed", [61, 62, 63])
def test_a_random_book_is_excused_as_the_rule_says(
    seed: int, configuration: Configuration, duckdb_bench: Bench
) -> None:
    """Clock by clock against the rule in plain words; without excusals nothing is different."""
    draw = random.Random(seed)  # noqa: S311  the same every time
    start = utc("2026-03-01 16:00") + draw.randrange(20) * 3600
    stretch = {"starts_at": start, "ends_at": start + draw.randrange(1, 9) * 3600}
    entries = (excusal(**stretch), excusal(excusal="other", scope={"vendors": ("pearlline",)}))
    what = replace(vendor_day(configuration), excusals=entries)
    book = RandomBook(seed, what.window)
    rows = duckdb_bench.run(what, book.events, book.outcomes).rows("clock_settled")
    plain = {
        (row["case_id_vendor"], row["clock"], row["started_at"]): row
        for row in duckdb_bench.rows("clock_run")
    }
    excused = 0
    for row in rows:
        run = plain[row["case_id_vendor"], row["clock"], row["started_at"]]
        fitting = [
            each.excusal
            for each in entries
            if run["kind"] != "statutory"
            and each.start < run["due_at"]
            and each.end > run["started_at"]
            and (not each.scope.queues or run["queue"] in each.scope.queues)
        ]
        ran_out = run["state"] in {"missed", "overdue"}
        expected = run["is_due"] and ran_out and bool(fitting)
        assert row["is_excused"] == expected
        assert row["is_due"] == (run["is_due"] and not expected)
        assert row["excusal"] == (fitting[0] if fitting and ran_out else None)
        excused += expected
    assert excused > 3
    assert len(rows) == len(plain)


@pytest.fixture
def installation(workspace: Workspace, tmp_path: Path) -> Workspace:
    """Open an installation with a landed day of five clocks: two met, two excused, one missed."""
    opened = measured_workspace(workspace)
    configuration = replace(opened.configuration, excusals=EXCUSALS)
    events = [
        *decided("met_1", "01:00", "02:00"),
        *decided("met_2", "07:00", "08:00"),
        *decided("late", "07:00", "12:00"),
        *decided("excused_1", "02:00", "07:00"),
        *decided("excused_2", "03:00", None),
    ]
    land(opened, tmp_path, events, [])
    return replace(opened, configuration=configuration)


def test_what_is_excused_is_listed_and_everything_ties_out(installation: Workspace) -> None:
    """Figures name the excusal; attainment is two of three; the close finds no difference."""
    measured = measure_day(installation, "pearlline", DAY, NOW)
    assert measured.summary["excused"] == 4, "two decisions, and the two pick-ups nobody noted"
    closed = close_day(installation, DAY, NOW)
    own = closed.summary["total"]
    assert own["excused"] == {"tool_down": 4}
    assert own["attainment"]["decision_p1"] == {"due": 3, "met": 2}
    with installation.warehouse.transaction() as connection:
        connection.execute(
            "update measure.clock_exception set is_excused = false where case_id_vendor = 'excused_2'"
        )
    with pytest.raises(TieOutError, match="clocks settled"):
        close_day(installation, DAY, NOW)


def test_a_day_measured_by_an_older_version_still_closes(installation: Workspace) -> None:
    """Its summary says nothing of settled clocks: then attainment alone is known, and stands."""
    without = replace(installation, configuration=replace(installation.configuration, excusals=()))
    measure_day(without, "pearlline", DAY, NOW)
    with without.warehouse.transaction() as connection:
        connection.execute(
            "update operations.stage_run set summary = summary - 'clocks_settled' - 'excused'"
        )
    assert close_day(without, DAY, NOW).summary["coverage"]["reported"] == ["pearlline"]


def test_an_excusal_that_comes_later_restates_the_day(installation: Workspace) -> None:
    """First without: missed. What it would move is told beforehand; measuring again publishes it."""
    without = replace(installation, configuration=replace(installation.configuration, excusals=()))
    measure_day(without, "pearlline", DAY, NOW)
    (told,) = recompute_days(without, installation.configuration, [DAY])
    moved = {m.figure: (m.before, m.after) for m in told.moved if m.name == "decision_p1"}
    assert moved == {"due": (5, 3), "excused": (0, 2)}
    assert measure_day(installation, "pearlline", DAY, NOW).changed
    (row,) = installation.warehouse.rows(
        "select due_count, met_count from measure.attainment where clock = 'decision_p1'"
    )
    assert (row["due_count"], row["met_count"]) == (3, 2)


def test_the_command_lists_clocks_with_evidence_and_approver(
    installation: Workspace, monkeypatch: pytest.MonkeyPatch, typed: Callable[..., str]
) -> None:
    """Also an entry that is no longer in the file, and nothing at all."""
    command = sys.modules["breakwater.cli.excusals"]
    monkeypatch.setattr(command, "open_workspace", lambda: installation)
    measure_day(installation, "pearlline", DAY, NOW)
    said = typed("excusals", DAY.isoformat())
    assert "tool_down: The review tool was down. (platform_outage)" in said
    assert "approved by vendor-operations on 2026-03-03; https://status.harbour.example/211" in said
    assert "pearlline  decision_p1  hate  excused_1  due 2026-03-02 14:00  missed" in said
    assert said.endswith("4 clocks excused by 1 excusals\n")
    assert typed("excusals", DAY.isoformat(), "--vendor", "dekkan").endswith(
        "0 clocks excused by 0 excusals\n"
    )
    gone = replace(installation, configuration=replace(installation.configuration, excusals=()))
    monkeypatch.setattr(command, "open_workspace", lambda: gone)
    assert "no longer in excusals.yaml" in typed("excusals", DAY.isoformat())


def test_two_entries_of_one_clock_on_a_case_are_each_excused_once(
    bench: Bench, configuration: Configuration
) -> None:
    """Until the day waiting for the pick-up counted, from then on waiting for the decision does.

    A case over the change has both, each the first cycle of its entry: the outage, which was over
    when the second began, excuses the first.
    """
    entries = [
        Clock.model_validate(
            {
                "clock": "response",
                "kind": "contract",
                "title": "Response",
                "within": {"hours": hours},
            }
            | said
        )
        for hours, said in (
            (8, {"start": "received", "effective_to": "2026-03-01"}),
            (2, {"start": "queued", "effective_from": "2026-03-02"}),
        )
    ]
    events = P1.events(("received", "2026-03-01 15:00"), ("queued", "2026-03-01 23:00"))
    everything = excusal(
        scope={"vendors": ("pearlline",)},
        starts_at="2026-03-01T22:00:00+00:00",
        ends_at="2026-03-01T23:00:00+00:00",
    )
    what = replace(vendor_day(configuration), clocks=tuple(entries), excusals=(everything,))
    rows = bench.run(what, events).rows("clock_settled")
    found = sorted((row["triggered_at"], row["cycle"], row["is_excused"]) for row in rows)
    assert found == [
        (utc("2026-03-01 15:00"), 1, True),
        (utc("2026-03-01 23:00"), 1, False),
    ]
    assert [row["due_count"] for row in bench.rows("attainment")] == [1]
