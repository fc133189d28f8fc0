"""Landing a vendor-day: what lands, what is refused, and that nothing is lost or half visible."""

import dataclasses
import gzip
import json
import logging
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from published import rows
from vendor_exports import (
    DAY,
    LATER,
    ON_TIME,
    VendorFolder,
    as_csv,
    contract,
    log_action,
    rows_of,
    with_vendor,
)

from breakwater.contracts.vendor import VendorContract
from breakwater.core.errors import ContractError, ControlTotalError, ExportMissingError
from breakwater.feeds.fetch import fetch_export
from breakwater.landing import land
from breakwater.landing.land import land_day
from breakwater.warehouse.lake import Lake
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.stale import stale_days
from breakwater.warehouse.workspace import Workspace

YESTERDAY = DAY - timedelta(days=1)
LATE_CASE = {"received": "01.11.2026 09:00:00", "queued": "", "assigned": ""} | {
    "decided": "02.11.2026 09:00:00"
}
"""Decided on the day before the tests' day."""


def run(workspace: Workspace, now: datetime = LATER) -> StageResult:
    """Fetch and land the tests' day."""
    fetch_export(workspace, "acme", DAY, now)
    return land_day(workspace, "acme", DAY, now)


def cases(workspace: Workspace, day: date = DAY) -> list[str]:
    """Return the cases of one vendor-day, each once."""
    return sorted({row["case_id_vendor"] for row in rows(workspace, day=day)})


def state(workspace: Workspace) -> dict[str, list[dict[str, Any]]]:
    """Return everything that landing publishes, as readers see it."""
    return {
        table: workspace.warehouse.rows(query)
        for table, query in (
            ("partition", "select * from lake.partition order by partition_id"),
            ("total", "select * from landing.control_total order by book"),
            ("quarantine", "select * from landing.quarantine_record order by source_row"),
            ("stage", "select * from operations.stage_run where stage = 'land'"),
            ("finding", "select * from operations.finding order by finding_id"),
        )
    }


def test_good_rows_land_bad_rows_are_quarantined_and_the_totals_agree(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Four physical rows: two land, two are refused, one of those cannot be parsed at all."""
    good_and_bad = as_csv(rows_of({}, {"queue": "?", "seconds": "-1"}, {}))
    folder.drop(good_and_bad + b"torn line\n")
    result = run(acme)
    assert result.summary == {
        "files": 1,
        "physical_rows": 4,
        "landed_rows": 2,
        "quarantined_rows": 2,
        "rejected_rows": 0,
        "released_rows": 0,
        "derived_records": 0,
        "reasons": {"field_count_wrong": 1, "handle_seconds_negative": 1, "queue_unknown": 1},
        "events": 8,  # two cases, each received, queued, assigned, decided
        "restated_days": [],
        "actions": 0,
        "actions_quarantined": 0,
    }
    published = state(acme)
    assert [
        (t["book"], t["physical_rows"], t["landed_rows"], t["quarantined_rows"])
        for t in published["total"]
    ] == [("internal", 0, 0, 0), ("vendor", 4, 2, 2)]
    assert [(q["source_row"], q["reasons"]) for q in published["quarantine"]] == [
        (2, ["handle_seconds_negative", "queue_unknown"]),
        (4, ["field_count_wrong"]),
    ]
    assert cases(acme) == ["C-1", "C-3"]


def test_many_refused_records_are_a_finding_and_few_are_not(
    acme: Workspace, folder: VendorFolder
) -> None:
    """One in a hundred is tolerated; one more is told, without a word of the vendor's."""
    changes: list[dict[str, str]] = [{}] * 198
    folder.drop(as_csv(rows_of(*changes, {"queue": "?"}, {"queue": "?"})))
    run(acme)
    assert state(acme)["finding"] == []
    folder.drop(as_csv(rows_of(*changes, *[{"queue": "<b>"}] * 3)), at=ON_TIME + timedelta(hours=1))
    run(acme)
    [finding] = [f for f in state(acme)["finding"] if f["rule"] == "QuarantineHigh"]
    assert finding["value"] == pytest.approx(3 / 201)
    assert finding["detail"] == {"rows": 3, "reasons": {"queue_unknown": 3}}


def test_an_unchanged_landing_changes_nothing(acme: Workspace, folder: VendorFolder) -> None:
    """Same bytes, same pointers, same instants, and it says so."""
    folder.drop(as_csv(rows_of({}, {"queue": "?"}, LATE_CASE)))
    log_action(acme.enforcement_log, "a1", "2026-11-03 12:00+00")
    assert run(acme).changed is True
    before = state(acme)
    again = run(acme, LATER + timedelta(days=1))
    assert again.changed is False
    assert again.summary["restated_days"] == []
    assert state(acme) == before


def test_the_order_of_the_rows_changes_no_answer(acme: Workspace, folder: VendorFolder) -> None:
    """A vendor that sorts its export another way restates nothing but where rows stand."""
    given = rows_of({}, {}, {"queue": "?"}, {}, {"case": "C-1"})
    found = []
    for hour, ordered in enumerate((given, given[::-1])):
        folder.drop(as_csv(ordered), at=ON_TIME + timedelta(minutes=hour))
        run(acme)
        found.append(
            [
                {k: v for k, v in row.items() if k not in {"source_row", "source_sha256"}}
                for row in rows(acme)
            ]
        )
    assert found[0] == found[1]


def land_yesterday(workspace: Workspace, folder: VendorFolder) -> None:
    """Land the day before with a case of its own."""
    own = LATE_CASE | {"case": "C-9"}
    at = ON_TIME - timedelta(days=1)
    folder.drop(as_csv(rows_of(own)), name="acme_20261102.csv", at=at)
    fetch_export(workspace, "acme", YESTERDAY, LATER)
    land_day(workspace, "acme", YESTERDAY, LATER)


def test_a_late_record_lands_in_its_own_day_and_names_that_day_for_restatement(
    acme: Workspace, folder: VendorFolder
) -> None:
    """The earlier day's own rows stay; the late ones come beside them."""
    land_yesterday(acme, folder)
    folder.drop(as_csv(rows_of({}, LATE_CASE)))
    assert run(acme).summary["restated_days"] == ["2026-11-02"]
    assert (cases(acme), cases(acme, YESTERDAY)) == (["C-1"], ["C-2", "C-9"])
    assert {row["operational_day"] for row in rows(acme, day=YESTERDAY)} == {YESTERDAY}


def test_late_records_are_no_book_of_a_day_whose_own_export_is_not_there(
    acme: Workspace, folder: VendorFolder
) -> None:
    """They wait; all others of the day would be reported as missing."""
    folder.drop(as_csv(rows_of({}, LATE_CASE)))
    assert run(acme).summary["restated_days"] == []
    assert cases(acme, YESTERDAY) == []
    land_yesterday(acme, folder)
    assert cases(acme, YESTERDAY) == ["C-2", "C-9"]


def test_a_corrected_export_takes_back_the_late_records_it_no_longer_has(
    acme: Workspace, folder: VendorFolder
) -> None:
    """The day that was restated is named once more."""
    land_yesterday(acme, folder)
    folder.drop(as_csv(rows_of({}, LATE_CASE)))
    run(acme)
    folder.drop(as_csv(rows_of({})), at=ON_TIME + timedelta(minutes=1))
    assert run(acme).summary["restated_days"] == ["2026-11-02"]
    assert cases(acme, YESTERDAY) == ["C-9"]


def test_an_export_of_no_rows_is_believed_when_none_are_declared(
    acme: Workspace, folder: VendorFolder
) -> None:
    """A quiet day is an answer; an empty file without a word is not."""
    empty = as_csv([])
    folder.drop(empty)
    with pytest.raises(ContractError, match="the file is empty"):
        run(acme)
    declared = with_vendor(acme, contract(control={"kind": "manifest"}))
    folder.declare(0, empty)
    assert run(declared).summary["landed_rows"] == 0
    assert rows(acme) == []
    tables = [each["table_name"] for each in state(acme)["partition"]]
    assert tables == ["case_delivery", "case_event", "enforcement_action"]


def test_fewer_rows_than_declared_land_nothing_and_the_earlier_version_stays(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Totals fail closed; the finding says how many there are and how many there should be."""
    acme = with_vendor(acme, contract(control={"kind": "manifest"}))
    first = as_csv(rows_of({}))
    folder.drop(first)
    folder.declare(1, first)
    run(acme)
    before = state(acme)
    folder.drop(as_csv(rows_of({}, {})), at=ON_TIME + timedelta(minutes=1))
    folder.declare(3)
    with pytest.raises(ControlTotalError) as raised:
        run(acme)
    message = str(raised.value)
    for part in ("acme", "2026-11-03", "acme_20261103.csv", "3 declared rows", "found 2"):
        assert part in message
    after = state(acme)
    truncated = [f for f in after.pop("finding") if f["rule"] == "ExportTruncated"]
    assert [(f["value"], f["expected"], f["unit"]) for f in truncated] == [(2.0, 3.0, "rows")]
    before.pop("finding")
    assert after == before
    assert cases(acme) == ["C-1"]


def test_the_finding_of_a_truncated_export_goes_when_a_whole_one_lands(
    acme: Workspace, folder: VendorFolder
) -> None:
    """The day heals by itself."""
    acme = with_vendor(acme, contract(control={"kind": "manifest"}))
    folder.drop(as_csv(rows_of({})))
    folder.declare(2)
    with pytest.raises(ControlTotalError):
        run(acme)
    whole = as_csv(rows_of({}, {}))
    folder.drop(whole, at=ON_TIME + timedelta(minutes=1))
    folder.declare(2, whole)
    run(acme)
    assert [f["rule"] for f in state(acme)["finding"]] == ["ExportRestated"]


@pytest.mark.parametrize(
    ("content", "changes", "declared", "rule", "message"),
    [
        (
            gzip.compress(as_csv(rows_of({}, {})), mtime=0)[:-10],
            {"format": {"kind": "csv", "compression": "gzip"}},
            None,
            "ExportTruncated",
            "cut short",
        ),
        (b"", {}, None, "ExportUnreadable", "the file is empty"),
        (b"case,item\n1,2\n", {}, None, "ExportUnreadable", "expected 'queue'"),
        (b"\xff\xfe\x00", {}, None, "ExportUnreadable", "expected utf-8"),
        (
            as_csv(rows_of({}, {})),
            {"control": {"kind": "manifest"}},
            1,
            "ExportUnreadable",
            "expected 1 declared rows; found 2",
        ),
        (
            as_csv(rows_of({})),
            {"control": {"kind": "manifest"}},
            None,
            "ExportUnreadable",
            "manifest is missing",
        ),
        (
            as_csv(rows_of({"received": "x"}, {"received": "y", "queue": "?"})),
            {},
            None,
            "ExportUnreadable",
            "2 refused, 2 of them with received_at_unreadable",
        ),
    ],
    ids=[
        "truncated gzip",
        "empty file",
        "missing column",
        "wrong encoding",
        "more rows than declared",
        "no manifest",
        "no good record",
    ],
)
def test_a_file_that_breaks_its_contract_lands_nothing_and_is_told(
    *,
    acme: Workspace,
    folder: VendorFolder,
    content: bytes,
    changes: dict[str, Any],
    declared: int | None,
    rule: str,
    message: str,
) -> None:
    """The error names vendor, day, file, expected and found; the finding is kept."""
    acme = with_vendor(acme, contract(**changes))
    folder.drop(content)
    if declared is not None:
        folder.declare(declared, content)
    with pytest.raises(ContractError) as raised:
        run(acme)
    assert str(raised.value).startswith("acme 2026-11-03: 'acme_20261103.csv': ")
    assert message in str(raised.value)
    published = state(acme)
    assert [f["rule"] for f in published.pop("finding")] == [rule]
    assert published == {"partition": [], "total": [], "quarantine": [], "stage": []}


def test_a_manifest_of_other_content_is_told_although_the_rows_agree(
    acme: Workspace, folder: VendorFolder
) -> None:
    """The right number of wrong rows is not the export."""
    acme = with_vendor(acme, contract(control={"kind": "manifest"}))
    folder.drop(as_csv(rows_of({})))
    folder.declare(1, as_csv(rows_of({"item": "other"})))
    with pytest.raises(ContractError, match="not what the manifest says"):
        run(acme)


@pytest.mark.parametrize("step", ["replace_control_totals", "replace_findings", "record_stage"])
def test_a_kill_between_the_lake_and_the_commit_leaves_nothing_half_visible(
    acme: Workspace, folder: VendorFolder, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Files may lie in the lake; nobody points at them, and the next run is as the first."""
    folder.drop(as_csv(rows_of({}, LATE_CASE, {"queue": "?"})))
    log_action(acme.enforcement_log, "a1", "2026-11-03 12:00+00")
    fetch_export(acme, "acme", DAY, LATER)
    before = state(acme)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(land, step, die)
        with pytest.raises(KeyboardInterrupt):
            land_day(acme, "acme", DAY, LATER)
    lake = Path(acme.lake.uri.removeprefix("file://"))
    assert list(lake.rglob("*.parquet"))
    assert state(acme) == before
    assert rows(acme) == []
    assert land_day(acme, "acme", DAY, LATER).changed is True
    assert cases(acme) == ["C-1"]


def test_a_kill_while_a_file_is_written_leaves_no_version_of_that_name(
    acme: Workspace, folder: VendorFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that holds a hash never holds half of the content."""
    folder.drop(as_csv(rows_of({})))
    fetch_export(acme, "acme", DAY, LATER)

    def die_half_way(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:10])
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("breakwater.warehouse.lake.shutil", SimpleNamespace(copyfile=die_half_way))
        with pytest.raises(KeyboardInterrupt):
            land_day(acme, "acme", DAY, LATER)
    lake = Path(acme.lake.uri.removeprefix("file://"))
    assert list(lake.rglob("*.parquet")) == []
    land_day(acme, "acme", DAY, LATER)
    assert cases(acme) == ["C-1"]


def test_our_own_log_lands_with_the_edges_of_the_day(acme: Workspace, folder: VendorFolder) -> None:
    """Each action says which day is its own; two hours beyond midnight come along."""
    folder.drop(as_csv(rows_of({})))
    log = acme.enforcement_log
    log_action(log, "b", "2026-11-02 15:59:59+00", source="automation", policy=None)
    log_action(log, "a", "2026-11-02 16:00:00+00", status="pending", enforced_at=None)
    log_action(log, "c", "2026-11-03 17:59:59+00", vendor_reference=None, source="appeal")
    log_action(log, "d", "2026-11-03 18:00:00+00")
    run(acme)
    found = rows(acme, "enforcement_action")
    assert [(r["action_id"], r["operational_day"].isoformat()) for r in found] == [
        ("a", "2026-11-03"),
        ("b", "2026-11-02"),
        ("c", "2026-11-04"),
    ]
    # 2026-11-02 16:00 UTC is 1 793 635 200.
    assert found[0] | {"operational_day": None} == {
        "operational_day": None,
        "vendor": "acme",
        "site": "riga",
        "queue": "spam",
        "policy": "spam",
        "language": "en",
        "action_id": "a",
        "record_key": "C-1",
        "item_id": "I-1",
        "decision": "remove",
        "decided_at": 1793635200,
        "enforced_at": None,
        "status": "pending",
        "source": "review",
        "handle_seconds": None,
        "score": None,
        "agent": None,
    }


def test_numbers_of_our_log_land_where_the_settings_name_them(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Seconds are whole, shares are shares; what is neither is refused, and nothing is invented."""
    folder.drop(as_csv(rows_of({})))
    log = acme.enforcement_log
    with log.transaction() as connection:
        connection.execute("alter table platform.enforcement_log add column took numeric")
        connection.execute("alter table platform.enforcement_log add column qa text")
        connection.execute("alter table platform.enforcement_log alter column took set default 7.6")
    for name, share in (("a", "0.5"), ("b", "1.5"), ("c", "half"), ("d", "")):
        log_action(log, name, "2026-11-03 12:00+00")
        with log.transaction() as connection:
            connection.execute(
                "update platform.enforcement_log set qa = %s where action_id = %s", [share, name]
            )
    operations = acme.configuration.operations
    named = operations.enforcement_log.model_copy(update={"handle_seconds": "took", "score": "qa"})
    settings = dataclasses.replace(
        acme.configuration, operations=operations.model_copy(update={"enforcement_log": named})
    )
    workspace = dataclasses.replace(acme, configuration=settings)
    run(workspace)
    found = rows(workspace, "enforcement_action")
    assert [(r["action_id"], r["handle_seconds"], r["score"]) for r in found] == [
        ("a", 8, 0.5),
        ("d", 8, None),
    ]
    quarantined = state(workspace)["quarantine"]
    assert [r["reasons"] for r in quarantined] == [["score_out_of_range"], ["score_unreadable"]]


def test_a_code_is_translated_by_the_day_of_its_record(
    acme: Workspace, folder: VendorFolder
) -> None:
    """One file tells of two days; the code meant another decision until the day before."""
    decisions = {
        "DROP": [
            {"decision": "restrict", "effective_to": "2026-11-02"},
            {"decision": "remove", "effective_from": "2026-11-03"},
        ],
        "KEEP": [{"decision": "no_action", "effective_to": "2026-11-02"}],
    }
    codes = contract().codes.model_dump(mode="json") | {"decisions": decisions}
    acme = with_vendor(acme, contract(codes=codes))
    yesterday = dict.fromkeys(("received", "queued", "assigned", "decided"), "02.11.2026 09:00:00")
    folder.drop(as_csv(rows_of({}, {"decision": "KEEP"}, yesterday)))
    run(acme)
    decided = [
        (r["case_id_vendor"], r["decision"], r["decision_code_vendor"])
        for day in (DAY, DAY - timedelta(days=1))
        for r in rows(acme, "case_delivery", day=day)
        if r["event_type"] == "decided"
    ]
    # C-2: its code has ended, so nobody mapped it.
    assert sorted(decided) == [
        ("C-1", "remove", "DROP"),
        ("C-2", None, "KEEP"),
        ("C-3", "restrict", "DROP"),
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"decision": "obliterate"}, "decision_unknown"),
        ({"status": "done"}, "status_unknown"),
        ({"source": "magic"}, "source_unknown"),
        ({"item_id": None}, "item_id_missing"),
        ({"queue": ""}, "queue_missing"),
        ({"item_id": "a\nb"}, "text_has_control_characters"),
    ],
)
def test_a_bad_action_of_our_own_is_quarantined_too(
    acme: Workspace, folder: VendorFolder, changes: dict[str, str | None], reason: str
) -> None:
    """Our log is held to its contract as theirs is."""
    folder.drop(as_csv(rows_of({})))
    log_action(acme.enforcement_log, "bad", "2026-11-03 12:00+00", **changes)
    log_action(acme.enforcement_log, "good", "2026-11-03 12:00+00")
    result = run(acme)
    assert (result.summary["actions"], result.summary["actions_quarantined"]) == (1, 1)
    [refused] = state(acme)["quarantine"]
    assert (refused["book"], refused["source_row"], refused["reasons"]) == ("internal", 1, [reason])


def test_empty_text_in_our_log_is_no_value(acme: Workspace, folder: VendorFolder) -> None:
    """An empty reference must not pair with anything."""
    folder.drop(as_csv(rows_of({})))
    empty = {"vendor_reference": "", "policy": "", "language": ""}
    log_action(acme.enforcement_log, "a", "2026-11-03 12:00+00", **empty)
    run(acme)
    [action] = rows(acme, "enforcement_action")
    assert (action["record_key"], action["policy"], action["language"]) == (None, None, "und")


def test_a_slice_of_our_log_that_lost_rows_stops_the_day(
    acme: Workspace, folder: VendorFolder
) -> None:
    """What COPY counted must be what is read back."""
    folder.drop(as_csv(rows_of({})))
    log_action(acme.enforcement_log, "a", "2026-11-03 12:00+00")
    fetch_export(acme, "acme", DAY, LATER)
    with acme.warehouse.transaction() as connection:
        connection.execute(
            "update landing.file_ledger set manifest = '{\"rows\": 2}' where book = 'internal'"
        )
    with pytest.raises(ControlTotalError, match="expected 2 rows; found 1"):
        land_day(acme, "acme", DAY, LATER)
    assert rows(acme) == []


def test_a_kept_file_that_has_changed_is_not_landed(acme: Workspace, folder: VendorFolder) -> None:
    """What is landed is what was received, years later as well."""
    folder.drop(as_csv(rows_of({})))
    fetch_export(acme, "acme", DAY, LATER)
    raw = Path(acme.lake.uri.removeprefix("file://")) / "raw" / "acme"
    [kept] = raw.rglob("*-acme_20261103.csv")
    kept.write_bytes(as_csv(rows_of({"decision": "KEEP"})))
    with pytest.raises(ControlTotalError, match="kept file is not what was received"):
        land_day(acme, "acme", DAY, LATER)
    assert rows(acme) == []


def test_pseudonyms_pair_with_our_own_log(acme: Workspace, folder: VendorFolder) -> None:
    """What is replaced on the vendor's side is replaced on ours, by the same."""
    workspace = with_vendor(acme, contract(personal={"pseudonymise": ["item", "case"]}))
    folder.drop(as_csv(rows_of({"item": "https://media.example/1"})))
    log_action(acme.enforcement_log, "a", "2026-11-03 12:00+00", item_id="https://media.example/1")
    run(workspace)
    [action], [event, *_] = rows(workspace, "enforcement_action"), rows(workspace)
    for name in ("item_id", "record_key"):
        assert action[name] == event[name]
        assert action[name][:2] in {"I-", "C-"}


def test_who_decided_has_one_pseudonym_in_both_books(acme: Workspace, folder: VendorFolder) -> None:
    """A log that names reviewers lands them as the vendor's own, before anything is kept."""
    settings = acme.configuration.operations.enforcement_log
    log = settings.model_copy(update={"agent": "reviewer"})
    operations = acme.configuration.operations.model_copy(update={"enforcement_log": log})
    configuration = dataclasses.replace(acme.configuration, operations=operations)
    workspace = dataclasses.replace(acme, configuration=configuration)
    folder.drop(as_csv(rows_of({"agent": "maria@acme.example"})))
    log_action(acme.enforcement_log, "a", "2026-11-03 12:00+00")
    log_action(acme.enforcement_log, "b", "2026-11-03 12:00+00", decision="unheard of")
    log_action(acme.enforcement_log, "c", "2026-11-03 12:00+00")
    with acme.enforcement_log.transaction() as connection:
        connection.execute("alter table platform.enforcement_log add column reviewer text")
        named = "update platform.enforcement_log set reviewer = %s where action_id <> 'c'"
        connection.execute(named, [" maria@acme.example "])
    run(workspace)
    [named_action, unnamed], events = rows(workspace, "enforcement_action"), rows(workspace)
    assert {row["agent"] for row in events if row["event_type"] == "decided"} == {
        named_action["agent"]
    }
    assert (named_action["agent"][:2], unnamed["agent"]) == ("A-", None)
    lake = Path(acme.lake.uri.removeprefix("file://"))
    [refused] = lake.glob("quarantine/**/*.jsonl.gz")
    kept = gzip.decompress(refused.read_bytes()).decode()
    assert "unheard of" in kept
    assert "maria" not in kept


def with_versions(workspace: Workspace, *versions: VendorContract) -> Workspace:
    """Return a workspace whose only vendor has had these contracts, the newest first."""
    one = with_vendor(workspace, versions[0])
    settings = dataclasses.replace(one.configuration, earlier_versions={"acme": versions[1:]})
    return dataclasses.replace(one, configuration=settings)


def test_our_own_log_is_read_by_the_contract_of_the_day(
    acme: Workspace, folder: VendorFolder
) -> None:
    """A version that begins later and makes pseudonyms says nothing about days before it."""
    workspace = with_versions(
        acme,
        contract(effective_from="2026-12-01", personal={"pseudonymise": ["item", "case"]}),
        contract(effective_to="2026-11-30"),
    )
    folder.drop(as_csv(rows_of({})))
    log_action(acme.enforcement_log, "a", "2026-11-03 12:00+00")
    run(workspace)
    [action], [event, *_] = rows(workspace, "enforcement_action"), rows(workspace)
    for name in ("item_id", "record_key"):
        assert action[name] == event[name]
    assert (action["item_id"], action["record_key"]) == ("I-1", "C-1")


@pytest.mark.parametrize(("began", "refused"), [(None, 0), (YESTERDAY, 0), (DAY, 1)])
def test_a_late_record_of_a_day_under_an_earlier_contract_lands(
    acme: Workspace, folder: VendorFolder, began: date | None, refused: int
) -> None:
    """A new version of the contract does not end the account of the days before it."""
    versions = [contract(effective_from=DAY)]
    if began != DAY:
        versions.append(contract(effective_from=began, effective_to=YESTERDAY))
    workspace = with_versions(acme, *versions)
    folder.drop(as_csv(rows_of({}, LATE_CASE)))
    result = run(workspace)
    assert result.summary["reasons"] == ({"contract_not_in_force": 1} if refused else {})
    assert result.summary["landed_rows"] == 2 - refused


def test_a_closed_day_is_stale_when_our_own_log_alone_changed(
    acme: Workspace, folder: VendorFolder
) -> None:
    """What we enforced is one of the two books; landing the same again marks nothing."""
    folder.drop(as_csv(rows_of({})))
    run(acme)
    with acme.warehouse.transaction() as connection:
        connection.execute(
            "insert into measure.day_close values (%s, '{acme}', '{acme}', '{}', '', %s)",
            [DAY, LATER],
        )
    run(acme)
    with acme.warehouse.transaction() as connection:
        assert stale_days(connection) == []
    log_action(acme.enforcement_log, "a", "2026-11-03 12:00+00")
    run(acme)
    with acme.warehouse.transaction() as connection:
        [mark] = stale_days(connection)
    assert (mark.day, mark.vendor, mark.reason) == (DAY, "acme", "our own log")


def test_landing_before_fetching_says_what_is_missing(acme: Workspace) -> None:
    """There is nothing to guess from."""
    with pytest.raises(ExportMissingError, match="a fetched file of the vendor book"):
        land_day(acme, "acme", DAY, LATER)


def test_names_and_dropped_columns_are_neither_in_the_lake_nor_in_the_log(
    acme: Workspace, folder: VendorFolder, caplog: pytest.LogCaptureFixture
) -> None:
    """Reviewers are pseudonyms; what the contract does not name never leaves the raw file."""
    caplog.set_level(logging.DEBUG)
    lines = as_csv(rows_of({"agent": "jane.doe"}, {"queue": "?"})).decode().splitlines()
    extended = ["reporter", "jane@example.org", "jane@example.org"]
    folder.drop("\n".join(map(",".join, zip(lines, extended, strict=True))).encode())
    result = run(acme)
    assert result.summary["landed_rows"] == 1
    lake = Path(acme.lake.uri.removeprefix("file://")) / "tables"
    told = b"".join(file.read_bytes() for file in lake.rglob("*.parquet"))
    told += repr(state(acme)).encode() + caplog.text.encode() + repr(result).encode()
    text = repr([rows(acme), rows(acme, "enforcement_action")]).encode()
    for secret in (b"jane.doe", b"jane@example.org"):
        assert secret not in told + text
    assert b"A-" in text


def test_the_lake_and_the_folder_may_be_any_object_store(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Everything goes through fsspec; here both are in memory."""
    import fsspec

    memory = fsspec.filesystem("memory")
    content = as_csv(rows_of({}))
    memory.pipe_file("/exports/acme/acme_20261103.csv", content)
    delivered = memory.modified("/exports/acme/acme_20261103.csv")
    elsewhere = dataclasses.replace(acme, exports="memory://exports", lake=Lake("memory://lake"))
    try:
        fetch_export(elsewhere, "acme", DAY, delivered + timedelta(days=1))
        assert land_day(elsewhere, "acme", DAY, LATER).summary["events"] == 4
        assert cases(elsewhere) == ["C-1"]
    finally:
        memory.rm("/exports", recursive=True)
        memory.rm("/lake", recursive=True)
    assert list(folder.path.iterdir()) == []


def test_totals_that_the_manifest_states_are_kept_and_follow_a_corrected_one(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Where the contract names them; a later manifest of the same file replaces them."""
    where = {"incoming": "counts.in", "backlog": "counts.open"}
    acme = with_vendor(acme, contract(control={"kind": "manifest", "totals": where}))
    file = folder.drop(as_csv(rows_of({})))
    side = file.with_name(f"{file.name}.manifest.json")
    for counts, expected in (
        ({"in": 7, "open": "3"}, {"incoming": 7}),
        ({"in": 8, "open": 3}, {"incoming": 8, "backlog": 3}),
        ({}, {}),
    ):
        side.write_text(json.dumps({"rows": 1, "counts": counts}))
        run(acme)
        found = acme.warehouse.rows("select name, total from landing.vendor_total")
        assert {row["name"]: row["total"] for row in found} == expected
