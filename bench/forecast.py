"""How good breach forecasts are: hits and misses, beside two naive peers, on three sets of cases.

Every clock is judged once, at the last full hour that lies four hours or more before its due instant,
if it is open then. Flagged: said to be missed. Of the cases flagged, how many were missed
(precision); of the cases missed, how many had not been flagged (misses). The forecast of an hour sees
what happened up to it and nothing else; clocks that were paused after it are left out, because their
due instant moved.

Peers, in the same run over the same hours:
    age       more than 80 % of the time from start to due is used up
    constant  older open cases of the queue, at the queue's mean pace over all days, day and night

Sets: the simulator; Boston's service requests of 2011 with the due times that the city gave; the UCI
incident log with resolution targets of our own (24 h, 48 h, 5 and 10 days by priority). Real sets are
looked for beside the repository and left out where they are not.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from breakwater.contracts.clocks import AppliesTo, Clock
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.loading import load_configuration
from breakwater.core.days import days_between
from breakwater.core.errors import BreakwaterError
from breakwater.core.vocabulary import EventType, Priority
from breakwater.demo.simulator.simulate import simulate
from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.measure.forecast.book import Book
from breakwater.measure.forecast.forecast import Forecaster, Settings
from breakwater.measure.forecast.forecast_day import settings_of
from breakwater.measure.forecast.line import HOUR, Flags
from breakwater.measure.forecast.open_time import NEVER, Floats, Ints
from breakwater.measure.forecast.read import read_book, read_versions
from breakwater.warehouse.database import Database
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.lake import Lake, Written, current_versions_between
from breakwater.warehouse.migrate import migrate
from breakwater.warehouse.workspace import Workspace

ENFORCEMENT_LOG = (
    "create table platform.enforcement_log (action_id text primary key, vendor text, site text,"
    " queue text, policy text, language text, vendor_reference text, item_id text, decision text,"
    " decided_at timestamptz, enforced_at timestamptz, status text default 'executed',"
    " source text default 'review')"
)
"""Nothing is in it: these sets have one book."""

ROOT = Path(__file__).resolve().parents[1]
LEAD = 4 * HOUR
MOST_USED = 0.8
DAY = 24 * HOUR


@dataclass
class Judged:
    """Clocks judged so far: how they ended, and who had flagged them."""

    missed: list[Flags]
    flagged: dict[str, list[Flags]]
    likelihood: list[Floats]


def judge(book: Book, first: int, last: int, settings: Settings) -> Judged:
    """Look at every hour from first to last."""
    forecaster = Forecaster(book, settings)
    constant = _constant_pace(book)
    found = Judged([], {"breakwater": [], "age": [], "constant": []}, [])
    for at in range(first, last, HOUR):
        told = forecaster.at(at)
        runs, cases = book.runs, book.cases
        due = runs.due[told.run]
        case = runs.case[told.run]
        moved = (cases.resumed[case] > at) & (cases.paused[case] < due)
        now = (due - at >= LEAD) & (due - at < LEAD + HOUR) & ~moved
        run, case = told.run[now], case[now]
        found.missed.append(runs.stopped[run] > runs.due[run])
        found.likelihood.append(told.likelihood.mean[now])
        found.flagged["breakwater"].append(told.will_breach[now])
        used = (at - runs.started[run]) / (runs.due[run] - runs.started[run])
        found.flagged["age"].append(used > MOST_USED)
        found.flagged["constant"].append(constant(at, case, runs.due[run]))
    return found


def _constant_pace(book: Book) -> Callable[[int, Ints, Ints], Flags]:
    cases = book.cases
    served = np.bincount(cases.queue[cases.done < NEVER], minlength=len(book.queues))
    last = cases.done[cases.done < NEVER].max(initial=book.first + 1)
    pace = served / (last - book.first)

    def flags(at: int, case: Ints, due: Ints) -> Flags:
        is_open = np.flatnonzero((cases.entered <= at) & (cases.done > at))
        ahead = np.zeros(len(case))
        for queue in np.unique(cases.queue[case]):
            waiting = np.sort(cases.entered[is_open[cases.queue[is_open] == queue]])
            mine = cases.queue[case] == queue
            ahead[mine] = np.searchsorted(waiting, cases.entered[case[mine]])
        return (ahead + 1) / np.maximum(pace[cases.queue[case]], 1e-12) > due - at

    return flags


def show(title: str, judged: list[Judged]) -> None:
    """Print one table."""
    missed = np.concatenate([each for one in judged for each in one.missed])
    share = np.concatenate([each for one in judged for each in one.likelihood])
    print(f"\n{title}: {len(missed):,} clocks judged 4 h ahead, {missed.sum():,} were missed")
    print(f"  {'':<12}{'flagged':>9}{'precision':>11}{'misses':>9}{'F1':>7}")
    for name in judged[0].flagged:
        flagged = np.concatenate([each for one in judged for each in one.flagged[name]])
        hit = int((flagged & missed).sum())
        precision = hit / max(int(flagged.sum()), 1)
        recall = hit / max(int(missed.sum()), 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        print(f"  {name:<12}{int(flagged.sum()):>9,}{precision:>11.1%}{1 - recall:>9.1%}{f1:>7.2f}")
    base = missed.mean() if len(missed) else 0.0
    print(
        f"  Brier score {np.mean((share - missed) ** 2):.4f}; of the base rate alone"
        f" {base * (1 - base):.4f}"
    )


def simulator(days: int, cases_per_day: int, history: int) -> Iterator[tuple[str, Judged]]:
    """Simulate, land, and judge each vendor from the days after the history on."""
    first = date(2026, 10, 12)
    now = datetime(2026, 11, 30, tzinfo=UTC)
    with (
        tempfile.TemporaryDirectory(prefix="breakwater-bench-") as folder,
        _installed(Path(folder), load_configuration()) as workspace,
    ):
        simulate(
            workspace.configuration,
            first_day=first,
            days=days,
            cases_per_day=cases_per_day,
            seed=7,
            out=workspace.exports,
            enforcement_log=workspace.enforcement_log,
            truth_file=Path(folder) / "truth.json",
        )
        whole = _with_history(workspace, days - 1)
        last = first + timedelta(days=days - 1)
        for vendor in workspace.configuration.active_vendors(last):
            for day in days_between(first, last):
                try:
                    fetch_export(workspace, vendor, day, now)
                    land_day(workspace, vendor, day, now)
                except BreakwaterError as problem:  # a planted fault: the day is missing
                    print(f"  {vendor} {day}: {problem}", file=sys.stderr)
            with workspace.warehouse.transaction() as connection:
                versions = read_versions(connection, whole, vendor, last)
            end = workspace.window(last).end
            book = read_book(whole, vendor, last, end, versions)
            start = workspace.window(first + timedelta(days=history)).start
            yield vendor, judge(book, start, end - LEAD - 2 * HOUR, settings_of(workspace))


def _with_history(workspace: Workspace, days: int) -> Workspace:
    """Return the installation as one that reads so many days back."""
    operations = workspace.configuration.operations
    told = operations.forecast.model_copy(update={"history_days": days})
    changed = operations.model_copy(update={"forecast": told})
    return replace(workspace, configuration=replace(workspace.configuration, operations=changed))


@contextmanager
def _installed(folder: Path, configuration: Configuration) -> Iterator[Workspace]:

    with EmbeddedPostgreSQL(folder / "postgresql", keeps_running=True) as server:
        database = Database(server.ensure_database("breakwater"))
        migrate(database)
        yield Workspace(
            configuration=configuration,
            warehouse=database,
            enforcement_log=database,
            lake=Lake((folder / "lake").as_uri()),
            exports=(folder / "exports").as_uri(),
            outbox_folder=folder / "outbox",
            pseudonym_key=b"a secret of the benchmark",
        )


def boston() -> Judged | None:
    """Land the whole set once; judge October and November 2011."""
    data = ROOT.parent / "shared/data/boston_311_2011/311_service_requests_2011.csv.gz"
    if not data.exists():
        return None
    extracted = date(2019, 11, 1)
    with _real("boston_311", "city", extracted, data.read_bytes(), "requests_{:%Y%m%d}.csv.gz") as (
        workspace,
        versions,
    ):
        first = datetime(2011, 10, 3, tzinfo=UTC)
        whole = _with_history(workspace, (extracted - date(2011, 7, 1)).days)
        end = workspace.window(extracted).end
        book = read_book(whole, "city", extracted, end, versions)
        start = int(first.timestamp())
        return judge(book, start, start + 56 * DAY, settings_of(workspace))


def uci() -> Judged | None:
    """Land the whole log as one delivery; judge April and May 2016."""
    data = ROOT.parent / "shared/data/uci_incident_log/incident_event_log.csv.gz"
    if not data.exists():
        return None

    extracted = date(2017, 2, 19)
    content = gzip.decompress(data.read_bytes())
    with _real("uci_incident_log", "desk", extracted, content, "incidents_{:%Y%m%d}.csv") as (
        workspace,
        versions,
    ):
        whole = _with_history(workspace, (extracted - date(2016, 2, 28)).days)
        whole = replace(whole, configuration=replace(whole.configuration, clocks=_uci_clocks()))
        end = workspace.window(extracted).end
        book = read_book(whole, "desk", extracted, end, versions)
        start = int(datetime(2016, 4, 1, tzinfo=UTC).timestamp())
        return judge(book, start, start + 56 * DAY, settings_of(workspace))


def _uci_clocks() -> tuple[Clock, ...]:
    targets = {Priority.P1: 24, Priority.P2: 48, Priority.P3: 120, Priority.P4: 240}
    return tuple(
        Clock(
            clock=f"resolved_{priority.value}",
            kind="internal",
            title="Resolved in time",
            applies=AppliesTo(priorities=(priority,)),
            start=EventType.RECEIVED,
            stop=EventType.DECIDED,
            target_seconds=hours * HOUR,
        )
        for priority, hours in targets.items()
    )


Landed = tuple[Workspace, Sequence[Written]]


@contextmanager
def _real(name: str, vendor: str, day: date, content: bytes, file: str) -> Iterator[Landed]:
    """Land one delivery of a real set, as its tests do; yield the installation and its rows."""
    configuration = load_configuration(ROOT / "tests/real" / name)
    contract = configuration.vendor(vendor)
    patient = contract.delivery.model_copy(update={"accept_late_days": 4000})
    vendors = {**configuration.vendors, vendor: contract.model_copy(update={"delivery": patient})}
    configuration = replace(configuration, vendors=vendors)
    with (
        tempfile.TemporaryDirectory(prefix="breakwater-bench-") as folder,
        _installed(Path(folder), configuration) as workspace,
    ):
        with workspace.warehouse.transaction() as connection:
            connection.execute("create schema platform")
            connection.execute(ENFORCEMENT_LOG)
        target = Path(folder) / "exports" / vendor / file.format(day)
        target.parent.mkdir(parents=True)
        target.write_bytes(content)
        if not file.endswith(".gz"):
            rows = content.count(b"\n") - 1
            Path(f"{target}.manifest.json").write_text(json.dumps({"rows": rows}))
        delivered = datetime(day.year, day.month, day.day, 8, tzinfo=UTC) + timedelta(days=1)
        for each in target.parent.iterdir():
            os.utime(each, (delivered.timestamp(), delivered.timestamp()))
        now = delivered + timedelta(days=1)
        fetch_export(workspace, vendor, day, now)
        land_day(workspace, vendor, day, now)
        with workspace.warehouse.transaction() as connection:
            yield (
                workspace,
                current_versions_between(
                    connection, "case_delivery", date(2000, 1, 1), day, vendor
                ),
            )


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--cases-per-day", type=int, default=6_000)
    parser.add_argument("--only", choices=["simulator", "boston", "uci"])
    options = parser.parse_args()
    started = time.process_time()
    if options.only in {None, "simulator"}:
        judged = list(simulator(options.days, options.cases_per_day, 5))
        for vendor, one in judged:
            show(f"Simulator, {vendor}", [one])
        show(f"Simulator, {options.days} days", [one for _, one in judged])
    for name, title, run in (
        ("boston", "Boston 311, 56 days of 2011", boston),
        ("uci", "UCI incident log, 56 days of 2016", uci),
    ):
        found = run() if options.only in {None, name} else None
        if found is not None:
            show(title, [found])
    print(f"\n{time.process_time() - started:.0f} s of this process")


if __name__ == "__main__":
    main()
