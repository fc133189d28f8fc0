"""Past days under another configuration: what would move, and nothing touched."""

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from case_book import CALENDARS, CLOCKS, DAY, vendor_day
from landed import NOW, land, measured_workspace
from psycopg import sql
from random_book import RandomBook

from breakwater.contracts.configuration import Configuration
from breakwater.measure.changed_outcomes import ChangedOutcome, changed_outcomes, outcomes_in
from breakwater.measure.close import close_day
from breakwater.measure.measure import measure_day
from breakwater.measure.recompute import Moved, recompute_days, unmeasured_changes
from breakwater.warehouse.workspace import Workspace

NEXT = DAY + timedelta(days=1)
Figures = dict[tuple[str, str], tuple[float, float]]


@pytest.fixture
def installation(workspace: Workspace, tmp_path: Path) -> Workspace:
    """Open an installation with two measured days of one vendor, and one of another."""
    opened = measured_workspace(workspace)
    for vendor, day in (("pearlline", DAY), ("pearlline", NEXT), ("dekkan", DAY)):
        book = RandomBook(71, vendor_day(opened.configuration, day).window)
        land(opened, tmp_path, book.events, book.outcomes, vendor=vendor, day=day)
        measure_day(opened, vendor, day, NOW)
    close_day(opened, DAY, NOW)
    return opened


def checksums(workspace: Workspace) -> dict[str, str]:
    """Hash every table of the warehouse and every file of the lake."""
    with workspace.warehouse.transaction() as connection:
        tables = connection.execute(
            "select format('%I.%I', table_schema, table_name) as name"
            " from information_schema.tables where table_type = 'BASE TABLE'"
            " and table_schema not in ('pg_catalog', 'information_schema') order by 1"
        ).fetchall()
        found = {}
        for table in tables:
            query = sql.SQL(
                "select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as h from {} t"
            )
            name = sql.Identifier(*table["name"].split("."))
            (row,) = connection.execute(query.format(name)).fetchall()
            found[table["name"]] = row["h"]
    lake = Path(workspace.lake.uri.removeprefix("file://"))
    for file in sorted(lake.rglob("*.parquet")):
        found[str(file)] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def with_target(configuration: Configuration, clock: str, seconds: int) -> Configuration:
    """Return the configuration with another target of one clock."""
    clocks = tuple(
        each.model_copy(update={"target_seconds": seconds}) if each.clock == clock else each
        for each in configuration.clocks
    )
    assert clocks != configuration.clocks
    return replace(configuration, clocks=clocks)


def by_figure(moved: tuple[Moved, ...], about: str, name: str) -> dict[str, tuple[float, float]]:
    """Return what moved of one clock or metric."""
    return {m.figure: (m.before, m.after) for m in moved if (m.about, m.name) == (about, name)}


def test_the_same_configuration_moves_nothing(installation: Workspace) -> None:
    """Three vendor-days measured, no figure differs, whatever order sums were added in."""
    found = list(recompute_days(installation, installation.configuration, [DAY, NEXT]))
    assert [(each.day, each.vendor) for each in found] == [
        (DAY, "dekkan"),
        (DAY, "pearlline"),
        (NEXT, "pearlline"),
    ]
    assert all(each.is_current and not each.moved and not each.outcomes for each in found)


def test_a_shorter_target_moves_its_clock_and_attainment_and_nothing_else(
    installation: Workspace,
) -> None:
    """Half of the target; what is told beforehand is what measuring then publishes."""
    changed = with_target(installation.configuration, "decision_p1", 2 * 3600)
    (found,) = recompute_days(installation, changed, [DAY], ["pearlline"])
    names = {(moved.about, moved.name) for moved in found.moved}
    assert names == {("clock", "decision_p1"), ("metric", "sla_attainment")}
    told = by_figure(found.moved, "clock", "decision_p1")
    assert told["met"][1] < told["met"][0]
    measure_day(replace(installation, configuration=changed), "pearlline", DAY, NOW)
    (row,) = installation.warehouse.rows(
        "select sum(due_count)::bigint as due, sum(met_count)::bigint as met from measure.attainment"
        " where vendor = 'pearlline' and operational_day = %s and clock = 'decision_p1'",
        [DAY],
    )
    assert row["met"] == told["met"][1]
    # The cases are named: as many left the kept ones as the figure fell, all of that clock.
    assert {outcome.clock for outcome in found.outcomes} == {"decision_p1"}
    lost = [each for each in found.outcomes if each.before == "met"]
    assert {each.after for each in lost} == {"missed"}
    assert len(lost) >= told["met"][0] - told["met"][1] > 0
    assert found.outcomes == tuple(sorted(found.outcomes))
    assert row["due"] == told.get("due", (0, row["due"]))[1]


def test_a_calendar_with_another_holiday_moves_the_clock_that_reads_it(
    installation: Workspace,
) -> None:
    """Cebu closed on the Monday: its business clocks stand still, round-the-clock ones do not."""
    cebu = CALENDARS["cebu"].model_copy(update={"additions": (DAY,)})
    contract = installation.configuration.vendor("pearlline")
    changed = contract.model_copy(update={"calendars": CALENDARS | {"cebu": cebu}})
    vendors = installation.configuration.vendors | {"pearlline": changed}
    other = replace(installation.configuration, vendors=vendors)
    found = list(recompute_days(installation, other, [DAY]))
    moved = {each.vendor: {m.name for m in each.moved if m.about == "clock"} for each in found}
    assert moved == {"dekkan": set(), "pearlline": {"decision_p3"}}


def test_nothing_is_published(installation: Workspace) -> None:
    """Every table and every file has the bytes that it had."""
    before = checksums(installation)
    changed = with_target(installation.configuration, "decision_p1", 60)
    found = list(recompute_days(installation, changed, [DAY, NEXT]))
    assert sum(bool(each.moved) for each in found) == 3
    assert checksums(installation) == before


def test_rows_that_changed_since_are_named_as_such(installation: Workspace, tmp_path: Path) -> None:
    """Then not only the configuration moves figures."""
    book = RandomBook(72, vendor_day(installation.configuration).window)
    land(installation, tmp_path, book.events, book.outcomes)
    found = list(recompute_days(installation, installation.configuration, [DAY]))
    assert {each.vendor: each.is_current for each in found} == {"dekkan": True, "pearlline": False}


def test_what_measuring_does_not_read_is_named(configuration: Configuration) -> None:
    """A crosswalk counts when the day is landed again; a target does at once."""
    contract = configuration.vendor("pearlline")
    codes = contract.codes.model_copy(update={"actors": {"bot": "automation"}})
    vendors = configuration.vendors | {"pearlline": contract.model_copy(update={"codes": codes})}
    operations = configuration.operations.model_copy(update={"live_days": 9})
    other = replace(configuration, vendors=vendors, operations=operations, clocks=CLOCKS)
    assert unmeasured_changes(configuration, configuration) == []
    found = unmeasured_changes(configuration, other)
    assert found == ["operations.live_days", "vendors/pearlline.codes"]


def test_the_command_prints_lines_or_json(
    installation: Workspace, monkeypatch: pytest.MonkeyPatch, typed: Callable[..., str]
) -> None:
    """Unchanged: one sentence. Changed: a line a figure, or the same as JSON."""
    # The package has the command under the name of its module.
    command = sys.modules["breakwater.cli.recompute"]
    monkeypatch.setattr(command, "open_workspace", lambda: installation)
    day = DAY.isoformat()
    said = typed("recompute", day, day)
    assert said == "2 vendor-days measured; 0 would differ; nothing was published\n"
    changed = with_target(installation.configuration, "decision_p1", 60)
    monkeypatch.setattr(command, "load_configuration", lambda _: changed)
    said = typed("recompute", day, day, "--config", "/tmp", "--vendor", "pearlline")  # noqa: S108  any folder
    assert f"{day} pearlline clock decision_p1: met " in said
    told = json.loads(typed("recompute", day, day, "--config", "/tmp", "--json"))  # noqa: S108  any folder
    assert told["counts_once_landed_again"] == []
    (line,) = (each for each in said.splitlines() if "clock decision_p1: met → missed: " in each)
    outcomes = told["vendor_days"][1]["outcomes"]
    missed = [each["case_id_vendor"] for each in outcomes if each["after"] == "missed"]
    count, named = line.partition(": met → missed: ")[2].split(": ")
    assert int(count) <= len(missed)
    assert set(named.partition(" and ")[0].split(", ")) <= set(missed)
    (_, own) = told["vendor_days"]
    met = own["difference"]["clock"]["decision_p1"]["met"]
    assert met["after"] - met["before"] == met["change"] < 0


def test_clock_runs_from_before_cycles_and_excusals_are_compared_too(tmp_path: Path) -> None:
    """One cycle a start, nothing excused; what ended the same is not listed."""
    rows = {"clock": ["a", "a", "b"], "case_id_vendor": ["C1", "C2", "C1"], "started_at": [5, 6, 7]}
    pq.write_table(pa.table(rows | {"state": ["met", "met", "open"]}), tmp_path / "old.parquet")
    now = rows | {"triggered_at": [5, 6, 8], "cycle": [1, 1, 1], "is_excused": [False, True, False]}
    pq.write_table(pa.table(now | {"state": ["met", "missed", "open"]}), tmp_path / "new.parquet")
    old, new = (outcomes_in(tmp_path / f"{name}.parquet") for name in ("old", "new"))
    assert changed_outcomes(old, new) == (
        ChangedOutcome("a", "C2", 1, "met", "excused"),
        ChangedOutcome("b", "C1", 1, "open", None),
        ChangedOutcome("b", "C1", 1, None, "open"),
    )
