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
from breakwater.landing.listing.book import in_order
from breakwater.landing.listing.names import listed_at
from breakwater.landing.quarantine.corrections import add_correction
from breakwater.landing.read_book import FileRefusedError
from breakwater.landing.reading.refusal import ExportRefusedError
from breakwater.warehouse.file_ledger import ReceivedFile, files_in_force, record_file
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
HEADER = "package,version,folder,sub,submitted"
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


def receive(
    workspace: Workspace, listings: dict[str, Listed], day: date = DAY, *, header: str = HEADER
) -> None:
    """Enter listings in the ledger by the clock time that names them, and an empty log."""
    files = []
    for at, listed in listings.items():
        lines = [header] if header else []
        lines += [",".join([*row.split("/"), "", ""][:5]) for row in listed]
        name = at if at.startswith("queue") else f"queue-{day:%Y%m%d}T{at}.csv"
        files.append(("vendor", name, "".join(f"{line}\n" for line in lines).encode()))
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


def close(workspace: Workspace, day: date) -> None:
    """Close a day, as far as landing can tell."""
    with workspace.warehouse.transaction() as connection:
        connection.execute(
            "insert into measure.day_close values (%s, '{acme}', '{acme}', '{}', '', %s)",
            [day, LATER],
        )


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


def test_a_corrected_row_is_released_where_it_says_something_new(queue: Workspace) -> None:
    """The second listing says what the first said: its corrected row is rejected, not released."""
    receive(queue, {"0100": ["a/1/", "b/1/x"], "0200": ["a/1/", "b/1/x", "c/1/x"]})
    land(queue)
    with queue.warehouse.transaction() as connection:
        for file in files_in_force(connection, queue.configuration.vendors["acme"], "acme", DAY):
            add_correction(
                connection,
                "acme",
                DAY,
                sha256=file.sha256,
                source_row=1,
                cells={"folder": "new"},
                by="a test",
                note="asked",
                at=LATER,
            )
    land(queue)
    assert queue.warehouse.rows(
        "select landed_rows, rejected_rows, released_rows from landing.control_total"
        " where book = 'vendor' order by file_name"
    ) == [
        {"landed_rows": 2, "rejected_rows": 0, "released_rows": 1},
        {"landed_rows": 1, "rejected_rows": 2, "released_rows": 0},
    ]


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
    close(queue, NEXT)
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


def test_an_unreadable_name_of_a_later_day_stops_no_earlier_one(queue: Workspace) -> None:
    """The day behind it no longer starts from what it was landed from: it is stale."""
    after = NEXT + timedelta(days=1)
    for day in (DAY, NEXT, after):
        receive(queue, {"0100": ["a/1/new"]}, day)
        land(queue, day)
        close(queue, day)
    receive(queue, {"queue-\x1b[31mjunk.csv": ["a/1/new"]}, NEXT)
    receive(queue, {"0100": ["a/1/new"], "0200": ["b/1/new"]})
    assert land(queue).changed is True
    assert told(queue) == ["a 0100 received", "a 0200 decided", "b 0200 received"]
    with queue.warehouse.transaction() as connection:
        assert {mark.day for mark in stale_days(connection)} == {DAY, NEXT, after}
    with queue.warehouse.transaction() as connection:
        files = files_in_force(connection, queue.configuration.vendors["acme"], "acme", NEXT)
    with pytest.raises(FileRefusedError, match=r"^'queue-\\x1b\[31mjunk\.csv': ") as refused:
        in_order(files, queue.configuration.vendors["acme"])
    assert "\x1b" not in str(refused.value)


def test_an_emptied_queue_is_believed(queue: Workspace) -> None:
    """Everybody left, and later somebody comes back."""
    receive(queue, {"0100": ["a/1/new", "b/1/new"], "0200": [], "0300": ["b/1/new"]})
    land(queue)
    assert told(queue) == [
        "a 0100 received",
        "a 0200 decided",
        "b 0100 received",
        "b 0200 decided",
        "b 0300 received",
    ]
    assert totals(queue) == [(2, 2, 0, 0, 0), (0, 0, 0, 0, 2), (1, 1, 0, 0, 0)]


@pytest.mark.parametrize("day_before", [["a/1/new"], []], ids=["somebody", "nobody"])
@pytest.mark.parametrize("today", [["b/1/new"], []], ids=["then somebody", "then nobody"])
def test_a_day_may_start_from_nobody_and_end_with_nobody(
    queue: Workspace, day_before: Listed, today: Listed
) -> None:
    """Whoever was there has left, whoever is there has come; with nobody at all nothing happens."""
    receive(queue, {"0100": day_before})
    receive(queue, {"0100": today}, NEXT)
    land(queue)
    result = land(queue, NEXT)
    left = ["a 0100 decided"] if day_before else []
    assert told(queue, NEXT) == left + (["b 0100 received"] if today else [])
    assert result.summary["derived_records"] == len(day_before)
    # The day is published even so: that the vendor reported is a fact.
    assert queue.warehouse.rows(
        "select row_count from lake.partition where table_name = 'case_event'"
        " and operational_day = %s",
        [NEXT],
    ) == [{"row_count": len(left) + len(today)}]


def test_a_listing_without_a_header_is_no_emptied_queue(queue: Workspace) -> None:
    """A file of no bytes may be anything; so may JSON lines of nothing that nobody declared."""
    receive(queue, {"0100": []}, header="")
    with pytest.raises(ContractError, match="the file is empty; expected an export"):
        land(queue)
    lines = with_vendor(queue, contract(**LISTING | {"format": {"kind": "jsonl"}}))
    receive(lines, {"0100": []}, NEXT, header="")
    with pytest.raises(ContractError, match="the file is empty; expected records"):
        land(lines, NEXT)


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
