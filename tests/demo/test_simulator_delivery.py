"""Deliveries: names, instants, manifests, and the four ways in which an export goes wrong."""

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path

import fsspec
import pytest
from simulated import DAYS, FIRST_DAY, Simulated
from vendor_files import exports_of, read_export

from breakwater.contracts.configuration import Configuration
from breakwater.core.days import Window
from breakwater.core.vocabulary import Outcome
from breakwater.demo.simulator.delivery import deadline_of
from breakwater.demo.simulator.faults import FaultPlan
from breakwater.demo.simulator.simulate import simulate
from breakwater.demo.simulator.truth import PlantedExport, load_truth
from breakwater.warehouse.database import Database

LAST_WEEK = [FIRST_DAY + timedelta(days=DAYS - 7 + n) for n in range(7)]


def faulty(simulated: Simulated, kind: str) -> PlantedExport:
    """Return the one export with a kind of fault."""
    (export,) = [export for export in simulated.truth.exports if export.kind == kind]
    return export


def manifest_of(path: Path) -> dict[str, object]:
    """Read the manifest beside an export."""
    content: dict[str, object] = json.loads(
        path.with_name(f"{path.name}.manifest.json").read_text()
    )
    return content


def test_ordinary_exports_are_complete_and_on_time(
    simulated: Simulated, configuration: Configuration
) -> None:
    """One file a vendor-day, after the day's end and before its deadline, as its manifest says."""
    faults = {(export.vendor, export.day) for export in simulated.truth.exports}
    for vendor, contract in configuration.vendors.items():
        for day in (FIRST_DAY + timedelta(days=n) for n in range(DAYS)):
            if (vendor, day) in faults:
                continue
            (path,) = exports_of(contract, simulated.exports, day)
            end = Window.for_operational_day(day, configuration.operations.zone_info).end
            assert end <= path.stat().st_mtime < deadline_of(contract, day)
            rows = len(read_export(contract, path)[1])
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            stated = manifest_of(path)
            # Dekkan states how many cases came in, too.
            assert ("totals" in stated) == (vendor == "dekkan")
            stated.pop("totals", None)
            assert stated == {"rows": rows, "sha256": digest}


def test_a_missing_export_leaves_no_file(
    simulated: Simulated, configuration: Configuration
) -> None:
    """In the last week one vendor sends nothing."""
    export = faulty(simulated, "missing")
    assert export.day in LAST_WEEK
    assert exports_of(configuration.vendor(export.vendor), simulated.exports, export.day) == []


def test_a_late_export_arrives_after_its_deadline(
    simulated: Simulated, configuration: Configuration
) -> None:
    """In the last week another vendor's export is hours late, and complete."""
    export = faulty(simulated, "late")
    contract = configuration.vendor(export.vendor)
    (path,) = exports_of(contract, simulated.exports, export.day)
    assert export.day in LAST_WEEK
    assert export.vendor != faulty(simulated, "missing").vendor
    assert path.stat().st_mtime > deadline_of(contract, export.day)
    assert manifest_of(path)["rows"] == len(read_export(contract, path)[1])


def test_a_truncated_export_declares_more_rows_than_it_has(
    simulated: Simulated, configuration: Configuration
) -> None:
    """The manifest gives it away, and the truth knows both numbers."""
    export = faulty(simulated, "truncated")
    contract = configuration.vendor(export.vendor)
    (path,) = exports_of(contract, simulated.exports, export.day)
    rows, declared = len(read_export(contract, path)[1]), manifest_of(path)["rows"]
    assert export.day not in LAST_WEEK
    assert (rows, declared) == (export.files[0].rows, export.files[0].declared_rows)
    assert rows < 0.7 * export.files[0].declared_rows


def test_a_sent_again_export_corrects_the_first_one(
    simulated: Simulated, configuration: Configuration
) -> None:
    """Both files match the pattern; the later one has the same cases and other decisions."""
    export = faulty(simulated, "restated")
    contract = configuration.vendor(export.vendor)
    first, second = exports_of(contract, simulated.exports, export.day)
    assert [first.name, second.name] == [file.name for file in export.files]
    assert second.stem == f"{first.stem}_v2"
    before, after = read_export(contract, first)[1], read_export(contract, second)[1]
    case, decision = contract.columns.case_id, contract.columns.decision
    assert [row[case] for row in before] == [row[case] for row in after]
    changed = sum(a[decision] != b[decision] for a, b in zip(before, after, strict=True))
    assert 0 < changed < 0.1 * len(before)


def small(
    configuration: Configuration,
    log: Database,
    folder: Path,
    seed: int,
    first_day: date = FIRST_DAY,
) -> Path:
    """Simulate three small days into a folder."""
    simulate(
        configuration,
        first_day=first_day,
        days=3,
        cases_per_day=300,
        seed=seed,
        out=folder.as_uri(),
        enforcement_log=log,
        truth_file=folder / "truth.json",
    )
    return folder


def everything_in(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return the bytes and the delivery instant of every export and manifest."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), int(path.stat().st_mtime))
        for path in sorted(folder.glob("*/*"))
    }


def rows_in(log: Database) -> list[dict[str, object]]:
    """Return the whole log."""
    return log.rows("select * from platform.enforcement_log order by action_id")


def test_the_same_seed_gives_the_same_bytes(
    configuration: Configuration, warehouse: Database, tmp_path: Path
) -> None:
    """Files of every format, their instants, the log and the truth are reproduced."""
    first = small(configuration, warehouse, tmp_path / "first", seed=3)
    before = rows_in(warehouse)
    second = small(configuration, warehouse, tmp_path / "second", seed=3)
    assert len(everything_in(first)) == 2 * 5 * 3 + 3, "manifests, and the shifts of one vendor"
    assert everything_in(first) == everything_in(second)
    assert before == rows_in(warehouse)
    assert (first / "truth.json").read_bytes() == (second / "truth.json").read_bytes()


def test_another_seed_replaces_everything_of_the_days_it_covers(
    configuration: Configuration, warehouse: Database, tmp_path: Path
) -> None:
    """No file and no row of the first run is left; the day before the stretch is."""
    both, day_before = tmp_path / "both", FIRST_DAY - timedelta(days=1)
    small(configuration, warehouse, both, seed=3, first_day=day_before)
    name = f"andeska/andeska_{day_before:%Y_%m_%d}.jsonl"
    kept = (both / name).read_bytes()
    before = {row["action_id"]: row for row in rows_in(warehouse)}
    small(configuration, warehouse, both, seed=4)
    after = everything_in(small(configuration, warehouse, tmp_path / "alone", seed=4))
    assert {name: everything_in(both)[name] for name in after} == after
    assert (both / name).read_bytes() == kept
    start = Window.for_operational_day(FIRST_DAY, configuration.operations.zone_info).start
    rows = {row["action_id"]: row for row in rows_in(warehouse)}
    old = {name for name, row in rows.items() if row["decided_at"].timestamp() < start}
    assert old
    assert all(rows[name] == before[name] for name in old)


def test_a_plan_of_nothing_gives_two_books_that_agree(
    configuration: Configuration, warehouse: Database, tmp_path: Path
) -> None:
    """Without faults no break is planted, and every row of the log has its reference."""
    summary = simulate(
        configuration,
        first_day=FIRST_DAY,
        days=2,
        cases_per_day=300,
        seed=3,
        out=tmp_path.as_uri(),
        enforcement_log=warehouse,
        truth_file=tmp_path / "truth.json",
        faults=FaultPlan.nothing(),
    )
    truth = load_truth(tmp_path / "truth.json")
    assert truth.breaks == ()
    assert summary.planted == {}
    assert all(total.decided_rows == total.internal_rows for total in truth.totals)
    assert all(row["vendor_reference"] for row in rows_in(warehouse))


def test_a_fault_plan_of_one_class_plants_that_class_alone(
    configuration: Configuration, warehouse: Database, tmp_path: Path
) -> None:
    """Rates are obeyed: a tenth of the decisions, as far from midnight as the rule asks."""
    summary = simulate(
        configuration,
        first_day=FIRST_DAY,
        days=2,
        cases_per_day=1_000,
        seed=3,
        out=tmp_path.as_uri(),
        enforcement_log=warehouse,
        truth_file=tmp_path / "truth.json",
        faults=FaultPlan(rates={Outcome.POLICY_MISMATCH: 0.1}, crossing_every_days=0),
    )
    assert set(summary.planted) == {Outcome.POLICY_MISMATCH}
    assert summary.planted[Outcome.POLICY_MISMATCH] == pytest.approx(
        0.1 * summary.log_rows, rel=0.35
    )


def test_only_planned_pairs_cross_midnight(
    configuration: Configuration, warehouse: Database, tmp_path: Path
) -> None:
    """Clocks that are an hour apart at half of all decisions push none into another day."""
    simulate(
        configuration,
        first_day=FIRST_DAY,
        days=3,
        cases_per_day=1_000,
        seed=3,
        out=tmp_path.as_uri(),
        enforcement_log=warehouse,
        truth_file=tmp_path / "truth.json",
        faults=FaultPlan(rates={Outcome.TIME_DRIFT: 0.5}, crossing_every_days=0),
    )
    truth = load_truth(tmp_path / "truth.json")
    assert len(truth.breaks) > 800
    assert all(r.decided_day == r.day for planted in truth.breaks for r in planted.records)


def test_exports_may_be_left_behind_any_uri(
    configuration: Configuration, warehouse: Database, tmp_path: Path
) -> None:
    """An object store gets the same bytes as a folder does; it keeps its own instants."""
    folder = small(configuration, warehouse, tmp_path, seed=3)
    store = fsspec.filesystem("memory")
    try:
        simulate(
            configuration,
            first_day=FIRST_DAY,
            days=3,
            cases_per_day=300,
            seed=3,
            out="memory://exports",
            enforcement_log=warehouse,
            truth_file=tmp_path / "again.json",
        )
        written = {
            str(path).removeprefix("/exports/"): store.cat_file(path)
            for path in store.find("/exports")
        }
    finally:
        store.rm("/exports", recursive=True)
    assert written == {name: content for name, (content, _) in everything_in(folder).items()}


def test_a_stretch_without_a_day_is_refused(
    configuration: Configuration, warehouse: Database, tmp_path: Path
) -> None:
    """The message says what was asked for; nothing is written."""
    with pytest.raises(ValueError, match="at least one day; found 0"):
        simulate(
            configuration,
            first_day=FIRST_DAY,
            days=0,
            cases_per_day=100,
            seed=3,
            out=tmp_path.as_uri(),
            enforcement_log=warehouse,
            truth_file=tmp_path / "truth.json",
        )
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_after_every_vendor_day(
    configuration: Configuration, warehouse: Database, tmp_path: Path
) -> None:
    """The callback counts up to vendors times days."""
    told: list[tuple[int, int]] = []
    simulate(
        configuration,
        first_day=FIRST_DAY,
        days=2,
        cases_per_day=100,
        seed=3,
        out=tmp_path.as_uri(),
        enforcement_log=warehouse,
        truth_file=tmp_path / "truth.json",
        progress=lambda done, of: told.append((done, of)),
    )
    assert told == [(n, 10) for n in range(1, 11)]
