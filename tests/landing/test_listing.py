"""A vendor that lists its queue: who came, who moved and who left, whatever order days land in."""

import gzip
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from published import rows
from vendor_exports import DAY, LATER, contract, with_vendor

from breakwater.contracts.shape import ListingShape
from breakwater.core.days import utc_instant
from breakwater.core.errors import ContractError
from breakwater.landing.land import land_day
from breakwater.landing.listing.names import listed_at
from breakwater.landing.reading.refusal import ExportRefusedError
from breakwater.warehouse.file_ledger import ReceivedFile, record_file
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.stale import stale_days
from breakwater.warehouse.workspace import Workspace

NEXT = DAY + timedelta(days=1)
LISTING: dict[str, Any] = {
    "source": {
        "kind": "folder",
        "uri": "{exports}/acme",
        "pattern": "queue-{at:%Y%m%dT%H%M}.csv",
        "files": "many",
    },
    "shape": {
        "kind": "listing",
        "name_format": ["queue-%Y%m%dT%H%M.csv", "queue_%Y-%m-%d_%H-%M*.csv"],
        "state": ["folder", "sub"],
        "events": {"inspect|": "assigned", "wait|": "paused", "*": "queued", "new|": "received"},
        "received": "submitted",
        "leaving": "decided",
        "longest_gap_minutes": 120,
    },
    "columns": {"case_id": ["package", "version"], "item_id": "package"},
    "times": {"zone": "UTC", "formats": ["%Y-%m-%d %H:%M:%S"]},
    "defaults": {"queue": "spam", "decision": "no_action"},
    "optional": ["submitted", "sub"],
    "codes": {"decisions": {}, "queues": {}},
}
LOG = (
    b"action_id,site,queue,policy,language,record_key,item_id,decision,status,source,"
    b"decided_at,enforced_at\n"
)

Listed = Sequence[str]
"""Rows such as ``a 1 new``: package, version, folder, and a sub-folder or instant behind it."""


@pytest.fixture
def queue(acme: Workspace) -> Workspace:
    """Open a workspace whose vendor lists its queue."""
    return with_vendor(acme, contract(**LISTING))


def receive(workspace: Workspace, listings: dict[str, Listed], day: date = DAY) -> None:
    """Enter listings in the ledger by the clock time that names them, and an empty log."""
    files = []
    for at, listed in listings.items():
        lines = ["package,version,folder,sub,submitted"]
        lines += [",".join([*row.split("/"), "", ""][:5]) for row in listed]
        name = at if at.startswith("queue") else f"queue-{day:%Y%m%d}T{at}.csv"
        files.append(("vendor", name, "\n".join(lines).encode() + b"\n"))
    files.append(("internal", "log.csv.gz", gzip.compress(LOG, mtime=0)))
    scratch = workspace.outbox_folder.parent / "received"
    with workspace.warehouse.transaction() as connection:
        for number, (book, name, content) in enumerate(files):
            scratch.write_bytes(content)
            path, sha256 = workspace.lake.keep_raw("acme", day, name, scratch)
            stated = {"rows": 0} if book == "internal" else None
            at = LATER + timedelta(minutes=number)
            file = ReceivedFile(book, name, sha256, len(content), path, stated, at, is_late=False)  # type: ignore[arg-type]
            record_file(connection, "acme", day, file, at, among_its_name=True)


def land(workspace: Workspace, day: date = DAY) -> StageResult:
    """Land a day."""
    return land_day(workspace, "acme", day, LATER + timedelta(days=2))


def told(workspace: Workspace, day: date = DAY) -> list[str]:
    """Spell each event with its case and its clock time in UTC, in order."""
    found = sorted(
        (row["case_id_vendor"], row["event_at"], row["event_type"])
        for row in rows(workspace, day=day)
    )
    return [f"{case.partition('|')[0]} {utc_instant(at):%H%M} {kind}" for case, at, kind in found]


def totals(workspace: Workspace) -> list[tuple[Any, ...]]:
    """Return physical, landed, quarantined, rejected rows and derived records of each listing."""
    found = workspace.warehouse.rows(
        "select physical_rows, landed_rows, quarantined_rows, rejected_rows, derived_records"
        " from landing.control_total where book = 'vendor' order by operational_day, file_name"
    )
    return [tuple(row.values()) for row in found]


def test_cases_come_move_and_leave(queue: Workspace) -> None:
    """What two listings in a row tell; a row that tells nothing is rejected, not refused."""
    receive(
        queue,
        {
            "0100": ["a/1/new", "b/1/new"],
            "0200": ["a/1/inspect", "b/1/new", "c/1/wait"],
            "0300": ["a/1/inspect", "c/1/human/JS"],
        },
    )
    result = land(queue)
    assert told(queue) == [
        "a 0100 received",
        "a 0200 assigned",
        "b 0100 received",
        "b 0300 decided",
        "c 0200 paused",
        "c 0200 received",
        "c 0300 queued",
    ]
    assert totals(queue) == [(2, 2, 0, 0, 0), (3, 2, 0, 1, 0), (2, 1, 0, 1, 1)]
    assert result.summary["derived_records"] == 1
    [left] = [row for row in rows(queue) if row["event_type"] == "decided"]
    # Leaving is all that is known: the decision is the contract's, the row that of the last listing.
    assert (left["decision"], left["source_row"], left["queue"]) == ("no_action", 2, "spam")


def test_the_receipt_is_the_vendors_where_it_can_be_read(queue: Workspace) -> None:
    """Not what lies behind the listing, and not what is no instant."""
    receive(
        queue,
        {
            "0500": [
                "a/1/new//2026-11-03 04:10:00",
                "b/1/new//2026-11-03 05:10:00",
                "c/1/new//soon",
            ]
        },
    )
    land(queue)
    assert told(queue) == ["a 0410 received", "b 0500 received", "c 0500 received"]


def test_a_case_that_comes_back_is_received_again(queue: Workspace) -> None:
    """It had left."""
    receive(queue, {"0100": ["a/1/x", "b/1/x"], "0200": ["b/1/x"], "0300": ["a/1/x", "b/1/x"]})
    land(queue)
    assert [each for each in told(queue) if each.startswith("a")] == [
        "a 0100 queued",
        "a 0100 received",
        "a 0200 decided",
        "a 0300 queued",
        "a 0300 received",
    ]


def test_a_refused_row_still_says_that_its_case_is_there(queue: Workspace) -> None:
    """Otherwise one bad cell would decide a case and receive it again."""
    receive(
        queue,
        {"0100": ["a/1/new", "b/1/x"], "0200": ["a/1/", "b/1/x"], "0300": ["a/1/new", "b/1/x"]},
    )
    land(queue)
    assert [each for each in told(queue) if each.startswith("a")] == ["a 0100 received"]
    assert [row[2] for row in totals(queue)] == [0, 1, 0]


def test_a_case_that_a_listing_holds_twice_is_one(queue: Workspace) -> None:
    """Whatever the order of its rows."""
    found = []
    for listed in (["a/1/x", "a/1/inspect"], ["a/1/inspect", "a/1/x"]):
        receive(queue, {"0100": listed})
        land(queue)
        found.append(told(queue))
    assert found[0] == found[1] == ["a 0100 assigned", "a 0100 received"]


def test_a_day_starts_where_the_one_before_ended(queue: Workspace) -> None:
    """Its last listing counts; what is still there is no news, what is gone has left today."""
    receive(queue, {"0100": ["z/1/x"], "0200": ["a/1/new", "b/1/new"]})
    # The operational day ends at 16:00 UTC.
    receive(queue, {"0100": ["a/1/new", "c/1/new"]}, NEXT)
    land(queue)
    land(queue, NEXT)
    assert told(queue, NEXT) == ["b 0100 decided", "c 0100 received"]
    [finding] = queue.warehouse.rows("select rule, severity, value, detail from operations.finding")
    assert finding == {
        "rule": "ExportIncomplete",
        "severity": "info",
        "value": 1.0,
        "detail": {"gap_minutes": [23 * 60]},
    }


def test_the_order_of_landing_changes_nothing(queue: Workspace) -> None:
    """A day starts from what was fetched, landed or not."""
    receive(queue, {"0100": ["a/1/new", "b/1/new"]})
    receive(queue, {"0100": ["a/1/inspect"]}, NEXT)
    found = []
    for order in ((DAY, NEXT), (NEXT, DAY)):
        for day in order:
            land(queue, day)
        found.append([rows(queue, day=day) for day in (DAY, NEXT)])
        with queue.warehouse.transaction() as connection:
            connection.execute("truncate lake.partition, operations.stage_run")
    assert found[0] == found[1]


def test_a_day_whose_starting_listing_changed_is_stale_once_it_was_closed(queue: Workspace) -> None:
    """Another last listing of the day before says something else about who came and left."""
    receive(queue, {"0100": ["a/1/new"]})
    receive(queue, {"0100": ["a/1/new"]}, NEXT)
    land(queue)
    land(queue, NEXT)
    with queue.warehouse.transaction() as connection:
        connection.execute(
            "insert into measure.day_close values (%s, '{acme}', '{acme}', '{}', '', %s)",
            [NEXT, LATER],
        )
    land(queue)
    with queue.warehouse.transaction() as connection:
        assert stale_days(connection) == []
    receive(queue, {"0200": ["b/1/new"]})
    land(queue)
    with queue.warehouse.transaction() as connection:
        [mark] = stale_days(connection)
    assert (mark.day, mark.reason) == (NEXT, "the listing that it starts from")
    land(queue, NEXT)
    assert told(queue, NEXT) == ["a 0100 received", "b 0100 decided"]


def test_a_name_that_tells_no_instant_stops_the_day(queue: Workspace) -> None:
    """A listing of nobody knows when says nothing."""
    receive(queue, {"queue-20261399T0100.csv": ["a/1/new"]})
    with pytest.raises(ContractError, match="the name does not tell when it was written"):
        land(queue)


def test_a_listing_of_nothing_is_refused(queue: Workspace) -> None:
    """That everything left at once has to be declared."""
    receive(queue, {"0100": ["a/1/new"], "0200": []})
    with pytest.raises(ContractError, match="the file is empty"):
        land(queue)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("queue-20261103T0930.csv", "2026-11-03T08:30"),
        ("queue_2026-11-03_09-30-59.csv", "2026-11-03T08:30"),
        ("queue_2026-11-03_09-30.csv", "2026-11-03T08:30"),
        ("queue_2026-11-03_09-3.csv", None),
        ("queue_2026-02-30_09-30.csv", None),
        ("xqueue-20261103T0930.csv", None),
        ("queue-20261103T0930.csv\n", None),
        ("queue-" + "2" * 2000, None),
    ],
)
def test_names_tell_instants_in_the_zone_of_the_source(name: str, expected: str | None) -> None:
    """In any style that the contract knows, and in no other."""
    shape = ListingShape.model_validate(LISTING["shape"])
    if expected is None:
        with pytest.raises(ExportRefusedError):
            listed_at(name, shape, ZoneInfo("Europe/Vienna"))
        return
    at = listed_at(name, shape, ZoneInfo("Europe/Vienna"))
    assert at == int(datetime.fromisoformat(f"{expected}+00:00").timestamp())
