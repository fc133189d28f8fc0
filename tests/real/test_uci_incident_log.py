"""A real audit log as a vendor's export, by configuration alone, against its truncated copy.

The log is the UCI "Incident management process enriched event log": 141,712 updates of a
ServiceNow instance. A copy that circulates widely was cut at row 119,998. Here the copy is what
the vendor sends, one file a day by the instant of the update, and the whole log is what the
platform knows. The data are no part of this repository; without them beside it these tests skip.
"""

import csv
import gzip
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from psycopg import sql

from breakwater.contracts.loading import load_configuration
from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION
from breakwater.core.days import Window
from breakwater.detect.detect import detect_day
from breakwater.engine.open import open_engine
from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.measure.close import close_day
from breakwater.measure.measure import measure_day
from breakwater.reconcile.books import VendorDay, load_rules, text_column
from breakwater.reconcile.matching import match_books, open_books
from breakwater.reconcile.reconcile import reconcile_day
from breakwater.warehouse.database import Database, KeptConnections
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.lake import Lake, current_versions
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.workspace import Workspace

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "uci_incident_log"
LOG, COPY = DATA / "incident_event_log.csv.gz", DATA / "variants" / "kaggle_truncated.csv.gz"
CONFIGURATION = Path(__file__).parent / "uci_incident_log"
VENDOR = "desk"
END = datetime(2017, 3, 1, tzinfo=UTC)
"""After the last update of the log."""

MEASURED_DAYS = 31
"""The first days of the log go through every stage; every day goes through reconciliation."""

JUDGED_DAYS = 10
"""The last of those are held against the days before them."""

pytestmark = pytest.mark.skipif(not LOG.exists(), reason=f"{DATA} is not beside the repository")


@dataclass(frozen=True, slots=True)
class Update:
    """One line of the log: which, when, and what the platform would hold of it."""

    line: str
    day: date
    key: str
    action: tuple[str, ...]


@dataclass(slots=True)
class Replay:
    """The run: every day's results by stage, and seconds by stage."""

    workspace: Workspace
    log: list[Update]
    copy: list[Update]
    results: dict[str, dict[date, StageResult]] = field(default_factory=dict)
    seconds: Counter[str] = field(default_factory=Counter)

    @property
    def days(self) -> list[date]:
        """Every day on which anything was updated, in order."""
        return sorted({update.day for update in self.log})

    def take(self, stage: str, day: date, result: StageResult, started: float) -> None:
        """Keep one result."""
        self.results.setdefault(stage, {})[day] = result
        self.seconds[stage] += time.perf_counter() - started

    def total(self, stage: str, name: str) -> int:
        """Add a count of a stage's summaries over the days."""
        return sum(result.summary[name] for result in self.results[stage].values())

    def outcomes(self) -> dict[str, Counter[str]]:
        """Count the records of both sides by outcome over the days, as written to the lake."""
        counts: dict[str, Counter[str]] = {"vendor": Counter(), "internal": Counter()}
        for row in self.workspace.warehouse.rows(
            "select side, sum(population)::bigint as population, sum(matched)::bigint as matched"
            " from reconcile.tie_out group by side"
        ):
            counts[row["side"]] |= {k: row[k] for k in ("population", "matched")}
        for row in self.workspace.warehouse.rows(
            "select side, outcome, count(*) as breaks from reconcile.recon_break group by 1, 2"
        ):
            counts[row["side"]][row["outcome"]] = row["breaks"]
        return counts


@lru_cache(maxsize=100_000)
def instant_of(text: str) -> datetime:
    """Read one of the log's local times, of which it has a third as many as rows."""
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)


def read_updates(file: Path) -> tuple[str, list[Update]]:
    """Return the header line and every update of a log; it holds no quotes."""
    codes = load_configuration(CONFIGURATION).vendor(VENDOR).codes
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        header = stream.readline()
        names = next(csv.reader([header]))
        place = {name: names.index(name) for name in names}
        updates = []
        for number, line in enumerate(stream, start=1):
            cells = line.rstrip("\r\n").split(",")
            assert len(cells) == len(names)
            cell = {name: cells[place[name]] for name in ("number", "sys_mod_count")}
            at = instant_of(cells[place["sys_updated_at"]])
            key = f"{cell['number']}|{cell['sys_mod_count']}"
            group = cells[place["assignment_group"]]
            action = (
                f"row-{number:06}",
                VENDOR,
                "main",
                "unassigned" if group == "?" else codes.queues[group],
                key,
                cell["number"],
                codes.decisions_on(at.date())[cells[place["incident_state"]]].value,
                at.isoformat(),
            )
            updates.append(Update(line, at.date(), key, action))
    return header, updates


def load_log(database: Database, updates: list[Update]) -> None:
    """Let the platform hold the whole log: one executed action an update."""
    columns = "action_id, vendor, site, queue, vendor_reference, item_id, decision, decided_at"
    with database.transaction() as connection:
        connection.execute("create schema platform")
        connection.execute(
            "create table platform.enforcement_log (action_id text primary key, vendor text,"
            " site text, queue text, policy text, language text, vendor_reference text,"
            " item_id text, decision text, decided_at timestamptz, enforced_at timestamptz,"
            " status text default 'executed', source text default 'review')"
        )
        statement = f"copy platform.enforcement_log ({columns}) from stdin"
        with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for update in updates:
                copy.write_row(update.action)
        connection.execute("update platform.enforcement_log set enforced_at = decided_at")
        connection.execute("create index on platform.enforcement_log (vendor, decided_at)")


def leave_drops(folder: Path, header: str, updates: list[Update], days: list[date]) -> None:
    """Write one file a day with its manifest, delivered at three in the morning after."""
    folder.mkdir(parents=True)
    lines: dict[date, list[str]] = {day: [] for day in days}
    for update in updates:
        lines[update.day].append(update.line)
    for day in days:
        file = folder / f"incidents_{day:%Y%m%d}.csv"
        file.write_text(header + "".join(lines[day]), encoding="utf-8", newline="")
        manifest = json.dumps({"rows": len(lines[day])})
        (folder / f"{file.name}.manifest.json").write_text(manifest)
        delivered = datetime(day.year, day.month, day.day, 3, tzinfo=UTC) + timedelta(days=1)
        os.utime(file, (delivered.timestamp(), delivered.timestamp()))


@pytest.fixture(scope="module")
def workspace(
    server: EmbeddedPostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    """Open an installation that serves this module alone."""
    name, folder = "uci_incident_log", tmp_path_factory.mktemp("uci_incident_log")
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        statement = sql.SQL("create database {} template template")
        connection.execute(statement.format(sql.Identifier(name)))
    # As when a range is closed: a process keeps its connection from day to day.
    kept = KeptConnections()
    database = Database(server.dsn(name))
    yield Workspace(
        configuration=load_configuration(CONFIGURATION),
        warehouse=replace(database, waits_for_disk=False, kept=kept),
        enforcement_log=database,
        lake=Lake((folder / "lake").as_uri()),
        exports=(folder / "exports").as_uri(),
        outbox_folder=folder / "outbox",
        pseudonym_key=b"a secret of the tests",
    )
    kept.close()
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def replay(workspace: Workspace) -> Replay:
    """Play every day of the log through the stages, once for all tests of this module."""
    header, log = read_updates(LOG)
    _, copy = read_updates(COPY)
    run = Replay(workspace, log, copy)
    load_log(workspace.enforcement_log, log)
    exports = Path(workspace.exports.removeprefix("file://"))
    leave_drops(exports / VENDOR, header, copy, run.days)
    for n, day in enumerate(run.days):
        stages: list[Any] = [fetch_export, land_day, reconcile_day]
        stages += [measure_day] * (n < MEASURED_DAYS)
        for stage in stages:
            started = time.perf_counter()
            run.take(stage.__name__, day, stage(workspace, VENDOR, day, END), started)
        if n < MEASURED_DAYS:
            started = time.perf_counter()
            run.take("close_day", day, close_day(workspace, day, END), started)
    for day in run.days[MEASURED_DAYS - JUDGED_DAYS : MEASURED_DAYS]:
        started = time.perf_counter()
        run.take("detect_day", day, detect_day(workspace, day, END), started)
    return run


def test_every_row_of_the_copy_lands_and_none_is_refused(replay: Replay) -> None:
    """Question marks for nothing, groups nobody set, states called -100: all by configuration."""
    assert len(replay.copy) == 119_998
    assert replay.total("land_day", "physical_rows") == 119_998
    assert replay.total("land_day", "landed_rows") == 119_998
    assert replay.total("land_day", "quarantined_rows") == 0
    assert replay.total("land_day", "events") == 119_998
    assert len(replay.days) == 350


def test_exactly_the_missing_rows_are_reported_missing_and_nothing_else(replay: Replay) -> None:
    """Day by day, 21,714 = 141,712 - 119,998 updates are missing, and each is named.

    One of the log's repeated keys repeats within one day: it is a duplicate in both books. Every
    other record of either book is matched.
    """
    expected = {update.action[0] for update in replay.log[len(replay.copy) :]}
    assert len(expected) == 21_714
    reported = replay.workspace.warehouse.rows(
        "select record_id from reconcile.recon_break where outcome = 'missing_vendor'"
    )
    assert {row["record_id"] for row in reported} == expected
    assert len(reported) == 21_714
    assert len({update.day for update in replay.log[len(replay.copy) :]}) == 261
    assert len(set(replay.days) - {update.day for update in replay.copy}) == 53
    assert replay.outcomes() == {
        "vendor": {"population": 119_998, "matched": 119_997, "duplicate_vendor": 1},
        "internal": {
            "population": 141_712,
            "matched": 119_997,
            "missing_vendor": 21_714,
            "duplicate_internal": 1,
        },
    }


def test_over_the_whole_log_its_five_repeated_keys_are_duplicates_in_both_books(
    replay: Replay,
) -> None:
    """Seen at once, all five are told on both sides, and the missing rows are the same.

    Four of them repeat on another day, where each finds its own counterpart.
    """
    repeated = [key for key, n in Counter(u.key for u in replay.log).items() if n > 1]
    assert len(repeated) == 5
    counts: Counter[tuple[str, str]] = Counter()
    keys: dict[str, set[str]] = {"duplicate_vendor": set(), "duplicate_internal": set()}
    for row in outcomes_of_the_whole(replay).to_pylist():
        counts[row["side"], row["outcome"]] += 1
        keys.get(row["outcome"], set()).add(row["record_key"])
    assert keys == {"duplicate_vendor": set(repeated), "duplicate_internal": set(repeated)}
    assert counts == {
        ("vendor", "matched"): 119_993,
        ("vendor", "duplicate_vendor"): 5,
        ("internal", "matched"): 119_993,
        ("internal", "duplicate_internal"): 5,
        ("internal", "missing_vendor"): 21_714,
    }


def outcomes_of_the_whole(replay: Replay) -> pa.Table:
    """Reconcile everything that has landed as one population, by the same models."""
    workspace, days = replay.workspace, replay.days
    operations = workspace.configuration.operations
    window = Window(workspace.window(days[0]).start, workspace.window(days[-1]).end)
    about = VendorDay(workspace.configuration.vendor(VENDOR), days[0], window, operations)
    with open_engine(operations.engine, workspace.warehouse.dsn) as engine:
        load_rules(engine, about)
        for table in (CASE_EVENT, ENFORCEMENT_ACTION):
            engine.load(table.name, _landed(replay, table.name, days))
        for name in ("borrowed", "lent"):
            engine.load(name, text_column("action_id", []))
        row_count = len(replay.log) + len(replay.copy)
        open_books(engine, row_count=row_count)
        match_books(engine, about, row_count=row_count)
        return engine.fetch("recon_outcome")


def _landed(replay: Replay, table_name: str, days: list[date]) -> pa.Table:
    """Read a table's own rows of all days, as if all of them were of the first."""
    parts = []
    with replay.workspace.warehouse.transaction() as connection:
        for day in days:
            for version in current_versions(connection, table_name, day, VENDOR):
                path = replay.workspace.lake.url(version.path).removeprefix("file://")
                rows = pq.read_table(path, partitioning=None)
                own = pa.compute.equal(rows.column("operational_day"), pa.scalar(day))
                parts.append(rows.filter(own))
    rows = pa.concat_tables(parts)
    place = rows.schema.get_field_index("operational_day")
    first = pa.repeat(pa.scalar(days[0], pa.date32()), rows.num_rows)
    return rows.set_column(place, rows.schema.field(place), first)


def test_a_second_run_of_any_day_changes_nothing(replay: Replay) -> None:
    """Neither results nor files; the day in the middle of the cut has missing rows, too."""
    for day in (replay.days[0], date(2016, 5, 18)):
        for stage in (fetch_export, land_day, reconcile_day):
            assert stage(replay.workspace, VENDOR, day, END + timedelta(days=1)).changed is False


def test_a_month_of_days_goes_through_every_stage(replay: Replay) -> None:
    """The first 31 days with updates are measured and closed, each with its one vendor."""
    closed = replay.results["close_day"]
    assert len(closed) == len(replay.results["measure_day"]) == MEASURED_DAYS
    rows = replay.workspace.warehouse.rows(
        "select operational_day, vendors_expected, vendors_reported from measure.day_close"
    )
    assert {row["operational_day"] for row in rows} == set(replay.days[:MEASURED_DAYS])
    assert all(row["vendors_expected"] == row["vendors_reported"] == [VENDOR] for row in rows)
    judged = replay.results["detect_day"]
    assert len(judged) == JUDGED_DAYS
    assert all(result.summary["series"] > 0 for result in judged.values())


def test_the_figures_of_the_run_are_printed(
    replay: Replay, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are those of docs/real-data.md."""
    outcomes = replay.outcomes()
    busy = sum(1 for n in Counter(u.day for u in replay.log).values() if n >= 100)
    lines = [
        f"days replayed          {len(replay.days)} ({busy} with 100 updates or more)",
        f"rows received          {replay.total('land_day', 'physical_rows')}",
        f"rows landed            {replay.total('land_day', 'landed_rows')}",
        f"rows quarantined       {replay.total('land_day', 'quarantined_rows')}",
        *(
            f"{side} {name}".ljust(32) + f"{count}"
            for side, counts in outcomes.items()
            for name, count in counts.items()
        ),
        *(f"{stage}".ljust(23) + f"{s:.1f} s" for stage, s in replay.seconds.items()),
    ]
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201  the run's figures are to be seen
    assert replay.results["fetch_export"].keys() == set(replay.days)
