"""The stage: one vendor-day from landed books to outcomes, breaks, tie-out and findings."""

import io
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from landed_books import NOW, LandedBooks
from two_books import DAY, VENDOR, Row, action, at, vendor_event

from breakwater.contracts.operations import Tolerances
from breakwater.core.errors import NotLandedError, TieOutError
from breakwater.core.finding import Finding, Severity
from breakwater.core.vocabulary import Outcome
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.reconcile.findings import tolerated
from breakwater.reconcile.model_files import MODELS
from breakwater.warehouse.finding import findings_of_day
from breakwater.warehouse.workspace import Workspace

EVENTS = (
    vendor_event("v1", at("10:00:00"), record_key="C1"),
    vendor_event("v2", at("11:00:00"), record_key="C2", decision="warn"),
    vendor_event("v3", at("12:00:00"), record_key="C3", queue="adult"),
)
LOG = (
    action("a1", at("10:00:00"), record_key="C1"),
    action("a2", at("11:00:00"), record_key="C2"),
    action("a4", at("13:00:00"), record_key="C4", queue="spam"),
)


@pytest.fixture
def books(workspace: Workspace, tmp_path: Path) -> LandedBooks:
    """Open an installation to land books in."""
    return LandedBooks(workspace, tmp_path)


def test_day_is_published_to_lake_and_warehouse(books: LandedBooks) -> None:
    """One matched pair, one mismatch, one record alone on each side."""
    books.land(DAY, EVENTS, LOG)
    result = books.reconcile(DAY)

    # vendor: v1 | v2, v3; internal: a1 | a2, a4
    totals = {"population": 3, "matched": 1, "breaks": 2, "borrowed": 0, "brought_in": 0}
    assert result.changed
    assert result.to_dict() == {
        "operational_day": "2026-03-02",
        "vendor": VENDOR,
        "stage": "reconcile",
        "changed": True,
        "tie_out": {"vendor": totals, "internal": totals},
        "outcomes": {
            "missing_internal": 1,
            "missing_vendor": 1,
            "decision_mismatch": 1,
            "matched": 1,
        },
        "reconciled_again": [],
    }
    assert books.tie_out(DAY, "vendor") == totals
    assert books.breaks(DAY) == {
        ("vendor", "v2"): "decision_mismatch",
        ("internal", "a2"): "decision_mismatch",
        ("vendor", "v3"): "missing_internal",
        ("internal", "a4"): "missing_vendor",
    }
    assert [row["record_id"] for row in _outcomes(books)] == ["a1", "a2", "a4", "v1", "v2", "v3"]


def test_break_carries_what_a_person_needs(books: LandedBooks) -> None:
    """The row of a break names slice, rule, both ids, both measures and its instant."""
    books.land(DAY, EVENTS, LOG)
    books.reconcile(DAY)
    (row,) = books.workspace.warehouse.rows(
        "select * from reconcile.recon_break where record_id = 'a2'"
    )
    assert int(row.pop("decided_at").timestamp()) == at("11:00:00")
    assert row == {
        "operational_day": DAY,
        "vendor": VENDOR,
        "side": "internal",
        "record_id": "a2",
        "outcome": "decision_mismatch",
        "site": "manila",
        "queue": "hate",
        "policy": "hate",
        "language": "en",
        "record_key": "C2",
        "item_id": "item-of-a2",
        "rule": "exact_key",
        "counterpart_id": "v2",
        "decision": "remove",
        "drift_seconds": 0,
        "enforcement_seconds": 60,
        "differences": "decision",
        "direction": "vendor_weaker",
        "alternatives": 0,
        "match_group": None,
    }


def test_running_twice_changes_nothing(books: LandedBooks) -> None:
    """The second run says so, and neither rows, bytes nor instants differ."""
    books.land(DAY, EVENTS, LOG)
    books.reconcile(DAY)
    before = (books.answers(), _stage_runs(books), _versions(books))
    result = books.reconcile(DAY, NOW + timedelta(days=1))
    assert not result.changed
    assert (books.answers(), _stage_runs(books), _versions(books)) == before


def test_restated_export_replaces_everything(books: LandedBooks) -> None:
    """Breaks, totals and findings of the earlier export are gone."""
    books.land(DAY, EVENTS, LOG)
    books.reconcile(DAY)
    agreed = [
        vendor_event(f"w{n}", a["decided_at"], record_key=a["record_key"], queue=a["queue"])
        for n, a in enumerate(LOG)
    ]
    books.land(DAY, agreed, LOG)
    assert books.reconcile(DAY).changed
    assert books.breaks(DAY) == {}
    assert books.tie_out(DAY, "vendor")["matched"] == 3
    assert _findings(books) == []


def test_empty_books_are_reconciled(books: LandedBooks) -> None:
    """A day on which nothing was decided ties out at zero."""
    books.land(DAY, [], [])
    result = books.reconcile(DAY)
    zero = {"population": 0, "matched": 0, "breaks": 0, "borrowed": 0, "brought_in": 0}
    assert result.summary["tie_out"] == {"vendor": zero, "internal": zero}
    assert result.summary["outcomes"] == {}


def test_day_that_is_not_landed_is_refused(books: LandedBooks) -> None:
    """The error names vendor, day, and what was found."""
    message = f"{VENDOR} 2026-03-02: .* expected both books landed; found neither"
    with pytest.raises(NotLandedError, match=message):
        books.reconcile(DAY)
    assert not any(books.answers())


def test_late_rows_join_their_day(books: LandedBooks) -> None:
    """A record that the next export brought pairs with its action."""
    books.land(DAY, EVENTS, LOG)
    books.reconcile(DAY)
    late = vendor_event("v4", at("13:00:00"), record_key="C4", queue="spam")
    books.land(DAY, [*EVENTS, late], LOG)
    books.reconcile(DAY)
    assert books.tie_out(DAY, "vendor") == {
        "population": 4,
        "matched": 2,
        "breaks": 2,
        "borrowed": 0,
        "brought_in": 0,
    }
    assert ("internal", "a4") not in books.breaks(DAY)


def test_lost_record_is_never_published(
    books: LandedBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that drops a record fails the tie-out; the day before it stays as it was."""
    books.land(DAY, EVENTS, LOG)
    books.reconcile(DAY)
    before = books.answers()
    _spoil(monkeypatch, "unpaired", "select * from ({}) spoiled where record_id <> 'v3'")
    message = "the vendor book does not tie out; expected 3 records .* found 1 matched and 1 breaks"
    with pytest.raises(TieOutError, match=message):
        books.reconcile(DAY)
    assert books.answers() == before


def test_record_with_two_outcomes_is_never_published(
    books: LandedBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that tells one record twice and another not at all ties out only in number."""
    books.land(DAY, [*EVENTS, vendor_event("v4", at("14:00:00"), record_key="C9")], LOG)
    twice = (
        "select * from ({0}) a where record_id <> 'v3' union all"
        " select side, 'v4' as record_id, rule, alternatives from ({0}) b where record_id = 'v3'"
    )
    _spoil(monkeypatch, "unpaired", twice)
    with pytest.raises(TieOutError, match="records with several outcomes; expected 0; found 1"):
        books.reconcile(DAY)
    assert not any(books.answers())


def test_classes_beyond_what_is_tolerated_are_told(books: LandedBooks) -> None:
    """0.5 % of 400 records are 2: three missing are told, two mismatches are not."""
    log = [action(f"a{n}", at("10:00:00") + n, record_key=f"C{n}") for n in range(400)]
    events = [
        vendor_event(
            f"v{n}",
            at("10:00:00") + n,
            record_key=f"C{n}",
            queue="spam" if n == 0 else "hate",
            decision="warn" if n > 397 else "remove",
        )
        for n in range(400)
    ]
    books.land(DAY, events, log[3:])
    books.reconcile(DAY)
    (finding,) = _findings(books)
    assert finding.scope == {"outcome": "missing_internal"}
    assert (finding.value, finding.threshold, finding.unit) == (3, 2, "cases")
    assert finding.severity is Severity.MAJOR
    assert finding.detail == {
        "records": 400,
        "by_side": {"vendor": 3, "internal": 0},
        "by_queue": {"hate": 2, "spam": 1},
        "examples": ["C2", "C1", "C0"],
    }


def test_pair_counts_once_and_a_flood_is_graver(books: LandedBooks) -> None:
    """All 300 decisions differ: 300 cases, not 600; more than 10 × 2 (0.5 % of 300, rounded up)."""
    log = [action(f"a{n}", at("10:00:00") + n, record_key=f"C{n}") for n in range(300)]
    events = [
        vendor_event(f"v{n}", at("10:00:00") + n, record_key=f"C{n}", decision="warn")
        for n in range(300)
    ]
    books.land(DAY, events, log)
    books.reconcile(DAY)
    (finding,) = _findings(books)
    assert (finding.value, finding.severity) == (300, Severity.CRITICAL)
    assert finding.detail["by_side"] == {"vendor": 300, "internal": 300}


@pytest.mark.parametrize(
    ("records", "outcome", "tolerated_records"),
    [
        (0, Outcome.TIME_DRIFT, 0),
        (120, Outcome.TIME_DRIFT, 1),  # 0.6
        (200, Outcome.TIME_DRIFT, 1),  # 1.0
        (201, Outcome.TIME_DRIFT, 2),  # 1.005
        (10_000, Outcome.ENFORCEMENT_FAILED, 0),
        (100, Outcome.UNKNOWN_CODE, 7),  # 7 %, which is 7.000000000000001 in floating point
    ],
)
def test_what_is_tolerated_grows_with_the_day(
    records: int, outcome: Outcome, tolerated_records: int
) -> None:
    """A share of the records, rounded up; a class that tolerates none does so on every day."""
    rates = {Outcome.ENFORCEMENT_FAILED: 0.0, Outcome.UNKNOWN_CODE: 0.07}
    found = tolerated(Tolerances(break_rates=rates), outcome, records)
    assert found == tolerated_records


def _outcomes(books: LandedBooks) -> list[Row]:
    lake, warehouse = books.workspace.lake, books.workspace.warehouse
    (version,) = warehouse.rows(
        "select path from lake.partition where table_name = 'recon_outcome'"
        " and superseded_at is null"
    )
    rows: list[Row] = pq.read_table(io.BytesIO(lake.read(version["path"]))).to_pylist()
    return rows


def _stage_runs(books: LandedBooks) -> list[Row]:
    return books.workspace.warehouse.rows("select * from operations.stage_run")


def _versions(books: LandedBooks) -> list[Row]:
    return books.workspace.warehouse.rows("select * from lake.partition order by partition_id")


def _findings(books: LandedBooks) -> list[Finding]:
    with books.workspace.warehouse.transaction() as connection:
        return findings_of_day(connection, DAY)


def _spoil(monkeypatch: pytest.MonkeyPatch, name: str, around: str) -> None:
    """Plant a fault into a model."""
    stage = DuckDBEngine.stage

    def spoiled(engine: DuckDBEngine, model: str, select: str) -> None:
        stage(engine, model, around.format(select) if model == name else select)

    assert (MODELS / f"{name}.sql").exists()
    monkeypatch.setattr(DuckDBEngine, "stage", spoiled)
