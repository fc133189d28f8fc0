"""Matching rules of a whole day: whose list counts, what a group leaves behind, over midnight."""

import dataclasses
import io
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from landed_books import LandedBooks
from two_books import DAY, VENDOR, action, at, next_day, vendor_event

from breakwater.contracts.breaks import AutoClose, Breaks
from breakwater.contracts.matching import RuleList
from breakwater.contracts.operations import Matching
from breakwater.core.vocabulary import Outcome
from breakwater.reconcile.rules import sentence_of
from breakwater.warehouse.workspace import Workspace

EXACT, ITEM = {"kind": "exact_key"}, {"kind": "item"}
ZEROS = {"kind": "normalised_key", "strip_leading_zeros": True}
SEVERAL = {"kind": "group", "shape": "one_to_many", "by": "key", "rule": "several_actions"}


@pytest.fixture
def books(workspace: Workspace, tmp_path: Path) -> LandedBooks:
    """Open an installation to land books in."""
    return LandedBooks(workspace, tmp_path)


def with_rules(
    books: LandedBooks,
    operation: list[dict[str, Any]],
    vendor: list[dict[str, Any]] | None = None,
) -> LandedBooks:
    """Return the installation with the operation's list, and the vendor's if it has one."""
    configuration = books.workspace.configuration
    matching = Matching.model_validate({"rules": operation})
    own = None if vendor is None else RuleList.model_validate({"rules": vendor})
    contract = configuration.vendors[VENDOR].model_copy(update={"matching": own})
    changed = dataclasses.replace(
        configuration,
        operations=configuration.operations.model_copy(update={"matching": matching}),
        vendors=configuration.vendors | {VENDOR: contract},
    )
    workspace = dataclasses.replace(books.workspace, configuration=changed)
    return dataclasses.replace(books, workspace=workspace)


def test_the_vendors_own_list_replaces_the_operations(books: LandedBooks) -> None:
    """The one rewrites keys, the other does not; each run with another list is a change."""
    books.land(
        DAY,
        [vendor_event("v1", at("10:00:00"), record_key="007")],
        [action("a1", at("10:00:00"), record_key="7")],
    )
    assert books.reconcile(DAY).summary["outcomes"] == {"missing_internal": 1, "missing_vendor": 1}
    assert with_rules(books, [ZEROS, ITEM]).reconcile(DAY).summary["outcomes"] == {"matched": 1}
    again = with_rules(books, [EXACT, ITEM], [ZEROS, ITEM]).reconcile(DAY)
    assert (again.summary["outcomes"], again.changed) == ({"matched": 1}, False)
    back = with_rules(books, [ZEROS, ITEM], [EXACT, ITEM]).reconcile(DAY)
    assert back.summary["outcomes"] == {"missing_internal": 1, "missing_vendor": 1}


def test_a_failed_action_of_a_group_is_one_break_of_one_case(books: LandedBooks) -> None:
    """All records of the group say so, the totals hold, and running again changes nothing."""
    noon = at("12:00:00")
    events = [vendor_event("v1", noon, record_key="C1"), vendor_event("v2", noon, record_key="C2")]
    log = [
        action("a1", noon, record_key="C1"),
        action("a2", noon + 60, record_key="C1", status="failed", enforced_at=None),
        action("a3", noon, record_key="C2"),
    ]
    books.land(DAY, events, log)
    told = with_rules(books, [SEVERAL, EXACT, ITEM])
    result = told.reconcile(DAY)
    assert result.summary["outcomes"] == {"enforcement_failed": 1, "matched": 1}
    rows = books.workspace.warehouse.rows(
        "select record_id, outcome, rule, counterpart_id, match_group, alternatives"
        " from reconcile.recon_break order by record_id"
    )
    group = {"outcome": "enforcement_failed", "rule": "several_actions", "match_group": "v1"}
    assert rows == [
        {"record_id": "a1", "counterpart_id": "v1", "alternatives": 0} | group,
        {"record_id": "a2", "counterpart_id": "v1", "alternatives": 0} | group,
        {"record_id": "v1", "counterpart_id": "a1", "alternatives": 0} | group,
    ]
    assert books.tie_out(DAY, "internal") | {"population": 3} == {
        "population": 3,
        "matched": 1,
        "breaks": 2,
        "borrowed": 0,
        "brought_in": 0,
    }
    assert told.reconcile(DAY).changed is False
    assert books.reconcile(DAY).summary["outcomes"] == {"duplicate_internal": 1, "matched": 2}


def test_a_group_of_many_and_many_is_as_many_breaks_as_pairs(books: LandedBooks) -> None:
    """One of its pairs drifts and a rule closes that; the other, which failed, is not hidden by it."""
    operations = books.workspace.configuration.operations
    closing = AutoClose(
        rule="small_drift", outcomes=(Outcome.TIME_DRIFT,), maximum_drift_seconds=1000
    )
    changed = operations.model_copy(update={"breaks": Breaks(auto_close=(closing,))})
    configuration = dataclasses.replace(books.workspace.configuration, operations=changed)
    workspace = dataclasses.replace(books.workspace, configuration=configuration)
    batch = {"kind": "group", "shape": "many_to_many", "by": "item", "window_seconds": 3600}
    told = with_rules(dataclasses.replace(books, workspace=workspace), [EXACT, batch])
    events = [
        vendor_event("v1", at("10:00:00"), item_id="I1"),
        vendor_event("v2", at("10:20:00"), item_id="I1"),
    ]
    log = [
        action("a1", at("10:15:00"), item_id="I1"),
        action("a2", at("10:20:00"), item_id="I1", status="failed", enforced_at=None),
    ]
    told.land(DAY, events, log)
    told.reconcile(DAY)
    rows = books.workspace.warehouse.rows(
        "select vendor_record, internal_record, outcome, state, case_count"
        " from reconcile.break_life order by 1"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("v1", "a1", "time_drift", "auto_closed", 1),
        ("v2", "a2", "enforcement_failed", "open", 1),
    ]


def test_a_rewritten_key_borrows_over_midnight_too(books: LandedBooks) -> None:
    """The key rule's name tells it, whatever the rule is called."""
    zeros = {**ZEROS, "rule": "reference"}
    told = with_rules(books, [zeros, ITEM])
    events = [vendor_event("v1", at("23:59:58"), record_key="007")]
    log = [action("a1", at("00:00:05", next_day(DAY)), record_key="7")]
    for day in (DAY, next_day(DAY)):
        told.land(day, events, log)
        told.reconcile(day)
    assert books.breaks(DAY) == {}
    assert books.tie_out(next_day(DAY), "internal")["borrowed"] == 1
    assert _rules_of(books, DAY) == {"reference_over_midnight"}
    rules = told.workspace.configuration.operations.matching.rules
    assert sentence_of("reference_over_midnight", rules).startswith("Both keys are the same once")
    assert sentence_of("item_nearest", rules) == sentence_of("item_nearest", ())


def _rules_of(books: LandedBooks, day: date) -> set[str]:
    lake = books.workspace.lake
    (version,) = books.workspace.warehouse.rows(
        "select path from lake.partition where table_name = 'recon_outcome'"
        " and superseded_at is null and operational_day = %s",
        [day],
    )
    return set(pq.read_table(io.BytesIO(lake.read(version["path"])))["rule"].to_pylist())
