"""What a day holds depends on what was delivered for it, never on the order of landing."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published import rows
from vendor_exports import DAY, LATER, VendorFolder, as_csv, contract, rows_of, with_vendor

from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.warehouse.stale import stale_days
from breakwater.warehouse.workspace import Workspace

NEXT = DAY + timedelta(days=1)
NOON = {"received": "03.11.2026 09:00:00", "queued": "", "assigned": ""} | {
    "decided": "03.11.2026 10:00:00"
}
STATES = {
    "shape": {
        "kind": "update",
        "at": "queued",
        "state": "pause",
        "events": {"New": "received", "Open": "assigned", "Done": "decided"},
    },
    "columns": {"case_id": "case", "item_id": "item", "queue": "queue"},
}
Cells = Mapping[str, str]


def deliver(
    workspace: Workspace,
    folder: VendorFolder,
    day: date,
    cases: Sequence[Cells],
    *,
    minute: int = 0,
) -> None:
    """Leave a day's export and fetch it, without landing it."""
    at = LATER + timedelta(days=(day - DAY).days, minutes=minute)
    folder.drop(as_csv(rows_of(*cases)), name=f"acme_{day:%Y%m%d}.csv", at=at)
    fetch_export(workspace, "acme", day, at)


def land(workspace: Workspace, *days: date) -> list[list[str]]:
    """Land days in this order; return the days that each call restated."""
    return [
        land_day(workspace, "acme", day, LATER + timedelta(days=2)).summary["restated_days"]
        for day in days
    ]


def books(workspace: Workspace) -> list[tuple[date, str]]:
    """Return the hash of the current book of each day."""
    found = workspace.warehouse.rows(
        "select operational_day, sha256 from lake.partition"
        " where table_name = 'case_event' and superseded_at is null order by operational_day"
    )
    return [(row["operational_day"], row["sha256"]) for row in found]


def decisions(workspace: Workspace, day: date = DAY) -> list[tuple[str, str]]:
    """Return the cases decided on a day and how."""
    return sorted(
        (row["case_id_vendor"], row["decision"])
        for row in rows(workspace, day=day)
        if row["event_type"] == "decided"
    )


def close(workspace: Workspace, day: date) -> None:
    """Close a day, as far as landing can tell."""
    with workspace.warehouse.transaction() as connection:
        connection.execute(
            "insert into measure.day_close values (%s, '{acme}', '{acme}', '{}', '', %s)"
            " on conflict do nothing",
            [day, LATER],
        )


def forget(workspace: Workspace) -> None:
    """Forget everything that was landed; what was fetched stays."""
    with workspace.warehouse.transaction() as connection:
        connection.execute("truncate lake.partition, operations.stage_run, landing.layout")


def test_a_record_that_a_later_export_tells_again_replaces_the_earlier_one(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Corrected, it is one record and not two; the others stay, and the day is named."""
    deliver(acme, folder, DAY, [NOON, NOON])
    deliver(acme, folder, NEXT, [NOON | {"decision": "KEEP"}])
    assert land(acme, DAY, NEXT) == [[], ["2026-11-03"]]
    assert decisions(acme) == [("C-1", "no_action"), ("C-2", "remove")]


def test_a_late_update_replaces_no_other_update_of_its_case(
    acme: Workspace, folder: VendorFolder
) -> None:
    """In a log of states each update is a record, and the case is no key of it."""
    workspace = with_vendor(acme, contract(**STATES))
    new = {"case": "C-1", "pause": "New", "queued": "03.11.2026 09:00:00"}
    opened = new | {"pause": "Open", "queued": "03.11.2026 09:30:00"}
    done = new | {"pause": "Done", "queued": "03.11.2026 10:00:00"}
    deliver(workspace, folder, DAY, [new, done])
    deliver(workspace, folder, NEXT, [new, opened])
    land(workspace, DAY, NEXT)
    kinds = sorted(row["event_type"] for row in rows(workspace))
    assert kinds == ["assigned", "decided", "received"]


def test_with_a_single_delivery_nothing_is_copied(acme: Workspace, folder: VendorFolder) -> None:
    """The book is the very file that was delivered."""
    deliver(acme, folder, DAY, [NOON])
    land(acme, DAY)
    paths = acme.warehouse.rows(
        "select distinct path from lake.partition where table_name in ('case_event', 'case_delivery')"
    )
    assert len(paths) == 1


def test_only_closed_days_are_marked_stale(acme: Workspace, folder: VendorFolder) -> None:
    """A day that was never closed reads what is there by then."""
    deliver(acme, folder, DAY, [NOON])
    deliver(acme, folder, NEXT, [NOON | {"case": "C-2"}])
    land(acme, DAY, NEXT)
    with acme.warehouse.transaction() as connection:
        assert stale_days(connection) == []
    for day in (DAY, NEXT):
        close(acme, day)
    deliver(acme, folder, NEXT, [NOON | {"case": "C-3"}], minute=1)
    land(acme, NEXT)
    with acme.warehouse.transaction() as connection:
        marked = {mark.day: mark.reason for mark in stale_days(connection)}
    # Nothing of the next day's own book changed: it held no record before and holds none now.
    assert marked == {DAY: "rows that came with 2026-11-04"}
    deliver(acme, folder, DAY, [NOON | {"item": "I-9"}], minute=2)
    land(acme, DAY)
    with acme.warehouse.transaction() as connection:
        [mark] = stale_days(connection)
    assert mark.reason == "rows that came with 2026-11-04; landed again"


CASES = st.lists(
    st.fixed_dictionaries(
        {
            "case": st.sampled_from(["C-1", "C-2", "C-3", "C-4"]),
            "decision": st.sampled_from(["KEEP", "DROP"]),
            "decided": st.sampled_from(["03.11.2026 10:00:00", "04.11.2026 10:00:00"]),
        }
    ),
    max_size=5,
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(own=CASES, following=CASES, corrected=CASES)
def test_days_landed_in_any_order_hold_the_same(
    *,
    acme: Workspace,
    folder: VendorFolder,
    own: list[Cells],
    following: list[Cells],
    corrected: list[Cells],
) -> None:
    """Late, corrected, repeated and withdrawn records: the bytes are those of any other order."""
    forget(acme)
    with acme.warehouse.transaction() as connection:
        connection.execute("truncate landing.file_ledger")
    sure = {"case": "C-0"} | NOON
    plain = [NOON | row | {"decided": "03.11.2026 10:00:00"} for row in own]
    deliver(acme, folder, DAY, [sure, *plain])
    deliver(acme, folder, NEXT, [sure | {"case": "C-8"}, *(NOON | row for row in following)])
    # What the next day first sent is landed and then withdrawn by a corrected export.
    land(acme, NEXT)
    last = [sure | {"case": "C-9"}, *(NOON | row for row in corrected)]
    deliver(acme, folder, NEXT, last, minute=5)
    found = []
    for order in ([NEXT, DAY], [DAY, NEXT], [DAY, NEXT, DAY]):
        land(acme, *order)
        found.append(books(acme))
        forget(acme)
    assert found[0] == found[1] == found[2]
    again = {row["case"] for row in last if row["decided"].startswith("03")}
    land(acme, DAY, NEXT)
    expected = sorted(
        (row["case"], {"KEEP": "no_action", "DROP": "remove"}[row.get("decision", "DROP")])
        for row in [*(r for r in [sure, *plain] if r["case"] not in again), *last]
        if row["decided"].startswith("03")
    )
    assert decisions(acme) == expected


@pytest.fixture(autouse=True)
def _no_manifest_left(folder: VendorFolder) -> None:
    for file in Path(folder.path).iterdir():
        file.unlink()
