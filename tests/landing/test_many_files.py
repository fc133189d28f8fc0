"""A day of several files: what lands of each, what a later one replaces, and what stops the day."""

import gzip
import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from published import rows
from vendor_exports import DAY, LATER, ON_TIME, as_csv, contract, rows_of, with_vendor

from breakwater.core.errors import ContractError, ControlTotalError
from breakwater.landing.control_totals import RowAccount
from breakwater.landing.land import land_day
from breakwater.landing.quarantine.corrections import add_correction
from breakwater.warehouse.file_ledger import ReceivedFile, files_in_force, record_file
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.workspace import Workspace

MANY = {"source": {**contract().source.model_dump(), "files": "many", "expected_files": 1}}
INCREMENT = {"delivery": {"deadline": "06:00", "zone": "Europe/Riga", "content": "increment"}}


def receive(
    workspace: Workspace,
    contents: Sequence[bytes],
    names: Sequence[str] = (),
    manifest: Mapping[str, Any] | None = None,
) -> None:
    """Enter files in the ledger, a minute apart, and an empty slice of our own log."""
    scratch = workspace.outbox_folder.parent / "received"
    slice_ = (
        b"action_id,site,queue,policy,language,record_key,item_id,decision,status,source,"
        b"decided_at,enforced_at\n"
    )
    files = [("vendor", content) for content in contents]
    with workspace.warehouse.transaction() as connection:
        for number, (book, content) in enumerate(
            [*files, ("internal", gzip.compress(slice_, mtime=0))]
        ):
            scratch.write_bytes(content)
            name = names[number] if number < len(names) else f"part_{number}.csv"
            path, sha256 = workspace.lake.keep_raw("acme", DAY, name, scratch)
            stated = {"rows": 0} if book == "internal" else manifest
            at = ON_TIME + timedelta(minutes=number)
            file = ReceivedFile(book, name, sha256, len(content), path, stated, at, is_late=False)  # type: ignore[arg-type]
            record_file(connection, "acme", DAY, file, at, among_its_name=True)


def cells(workspace: Workspace, *columns: str) -> list[tuple[Any, ...]]:
    """Return columns of the day's decisions, in order."""
    decided = [row for row in rows(workspace) if row["event_type"] == "decided"]
    return sorted(tuple(row[name] for name in columns) for row in decided)


def totals(workspace: Workspace) -> list[tuple[Any, ...]]:
    """Return the control totals of the vendor's files, by name."""
    found = workspace.warehouse.rows(
        "select physical_rows, landed_rows, quarantined_rows, rejected_rows, released_rows"
        " from landing.control_total where book = 'vendor' order by file_name"
    )
    return [tuple(row.values()) for row in found]


def land(workspace: Workspace) -> StageResult:
    """Land the tests' day."""
    return land_day(workspace, "acme", DAY, LATER)


@pytest.fixture
def many(acme: Workspace) -> Workspace:
    """Open a workspace whose vendor's day is the sum of its files."""
    return with_vendor(acme, contract(**MANY))


@pytest.fixture
def increments(acme: Workspace) -> Workspace:
    """Open a workspace whose vendor sends what is new."""
    return with_vendor(acme, contract(**INCREMENT))


def test_a_day_is_the_sum_of_its_files(many: Workspace) -> None:
    """Equal records in two files are two records; each file has its own totals."""
    receive(many, [as_csv(rows_of({}, {"queue": "?"})), as_csv(rows_of({}, {"case": "C-9"}))])
    result = land(many)
    assert [case for (case,) in cells(many, "case_id_vendor")] == ["C-1", "C-1", "C-9"]
    assert totals(many) == [(2, 1, 1, 0, 0), (2, 2, 0, 0, 0)]
    assert (result.summary["files"], result.summary["reasons"]) == (2, {"queue_unknown": 1})
    assert len({id_ for (id_,) in cells(many, "event_id")}) == 3


def test_a_copy_under_another_name_counts_once(many: Workspace) -> None:
    """Its records are there already; another file may be equal but for one line."""
    same = as_csv(rows_of({}, {"queue": "?"}))
    receive(many, [same, same, same + b"\r\n"])
    land(many)
    assert totals(many) == [(2, 1, 1, 0, 0)] * 2


def test_one_file_of_many_may_be_empty_and_all_of_them_may_not(many: Workspace) -> None:
    """A quiet hour is no fault; a day without a record is one until somebody declares it."""
    receive(many, [as_csv([]), as_csv(rows_of({}))])
    assert land(many).summary["landed_rows"] == 1
    receive(many, [as_csv([]), as_csv([]) + b"\r\n"])
    with pytest.raises(ContractError, match="the file is empty"):
        land(many)


def test_a_refused_file_stops_the_day_and_is_named(many: Workspace) -> None:
    """What landed before stays as it was."""
    receive(many, [as_csv(rows_of({})), as_csv(rows_of({"case": "C-2"}))])
    land(many)
    receive(many, [as_csv(rows_of({"case": "C-3"})), b"case,item\n1,2\n"])
    with pytest.raises(ContractError, match=r"acme 2026-11-03: 'part_1\.csv': a column is missing"):
        land(many)
    assert [case for (case,) in cells(many, "case_id_vendor")] == ["C-1", "C-2"]
    assert totals(many) == [(1, 1, 0, 0, 0)] * 2
    [finding] = many.warehouse.rows("select rule from operations.finding")
    assert finding["rule"] == "ExportUnreadable"


def test_an_increment_replaces_what_earlier_ones_say_of_its_records(increments: Workspace) -> None:
    """All of a key's earlier records go, others stay; the totals of the earlier file say so."""
    receive(
        increments,
        [
            as_csv(rows_of({}, {"case": "C-1", "item": "I-2"}, {"case": "C-2"})),
            as_csv(rows_of({"decision": "KEEP"}, {"case": "C-3"})),
        ],
    )
    land(increments)
    assert cells(increments, "case_id_vendor", "decision") == [
        ("C-1", "no_action"),
        ("C-2", "remove"),
        ("C-3", "remove"),
    ]
    assert totals(increments) == [(3, 1, 0, 2, 0), (2, 2, 0, 0, 0)]


def test_a_record_that_repeats_inside_an_increment_stays_repeated(increments: Workspace) -> None:
    """Which of them is meant is for the reconciliation to report."""
    receive(increments, [as_csv(rows_of({})), as_csv(rows_of({}, {"case": "C-1"}))])
    land(increments)
    assert len(cells(increments, "event_id")) == 2
    assert totals(increments) == [(1, 0, 0, 1, 0), (2, 2, 0, 0, 0)]


def test_a_refused_record_of_an_increment_replaces_nothing(increments: Workspace) -> None:
    """Nobody knows what it wanted to say."""
    receive(increments, [as_csv(rows_of({})), as_csv(rows_of({"queue": "?"}, {"case": "C-2"}))])
    land(increments)
    assert [case for (case,) in cells(increments, "case_id_vendor")] == ["C-1", "C-2"]


STATES = {
    "shape": {
        "kind": "update",
        "at": "queued",
        "state": "pause",
        "events": {"New": "received", "Open": "assigned", "Done": "decided"},
    },
    "columns": {"case_id": "case", "item_id": "item", "queue": "queue", "decision": "decision"},
}


def test_an_update_of_a_case_replaces_no_other_update_of_it(acme: Workspace) -> None:
    """A log of states without a key of its own: only an update told again is the same one."""
    workspace = with_vendor(acme, contract(**INCREMENT, **STATES))
    case = {"case": "C-1", "decision": ""}
    new = case | {"pause": "New"}
    opened = case | {"pause": "Open", "queued": "03.11.2026 09:30:00"}
    done = case | {"pause": "Done", "queued": "03.11.2026 10:00:00", "decision": "DROP"}
    receive(workspace, [as_csv(rows_of(new, opened)), as_csv(rows_of(opened, done))])
    land(workspace)
    kinds = sorted(row["event_type"] for row in rows(workspace))
    assert kinds == ["assigned", "decided", "received"]
    assert totals(workspace) == [(2, 1, 0, 1, 0), (2, 2, 0, 0, 0)]


def test_rows_that_the_contract_leaves_out_are_counted_and_not_landed(acme: Workspace) -> None:
    """Neither refused for what they say nor landed; an empty cell is the empty text."""
    rules = {
        "keep": [{"column": "site", "values": ["RIX", ""]}],
        "leave_out": [{"column": "actor", "values": ["BOT"]}],
    }
    workspace = with_vendor(acme, contract(rows=rules))
    given = rows_of(
        {}, {"site": ""}, {"site": "ELSEWHERE"}, {"actor": "BOT"}, {"actor": " BOT", "queue": "?"}
    )
    receive(workspace, [as_csv(given)])
    land(workspace)
    assert [case for (case,) in cells(workspace, "case_id_vendor")] == ["C-1", "C-2"]
    assert totals(workspace) == [(5, 2, 0, 3, 0)]


def test_a_corrected_row_lands_and_counts_as_released(acme: Workspace) -> None:
    """Also one that was no row at all; one that is still wrong stays in quarantine."""
    content = as_csv(rows_of({}, {"queue": "?"}, {"queue": "?"})) + b"torn line\n"
    receive(acme, [content])
    land(acme)
    assert totals(acme) == [(4, 1, 3, 0, 0)]
    [torn] = rows_of({"case": "C-4"})
    with acme.warehouse.transaction() as connection:
        [file] = files_in_force(connection, acme.configuration.vendors["acme"], "acme", DAY)
        for row, corrected in ((2, {"queue": "S"}), (3, {"queue": "!"}), (4, torn)):
            add_correction(
                connection,
                "acme",
                DAY,
                sha256=file.sha256,
                source_row=row,
                cells=corrected,
                by="a test",
                note="looked at",
                at=LATER,
            )
    assert land(acme).changed is True
    assert [case for (case,) in cells(acme, "case_id_vendor")] == ["C-1", "C-2", "C-4"]
    assert totals(acme) == [(4, 3, 1, 0, 2)]


def test_a_corrected_row_that_a_later_file_replaces_is_not_released(increments: Workspace) -> None:
    """It is rejected, and no row ends in two places."""
    first = as_csv(rows_of({"queue": "?"}, {"queue": "?"}, {}))
    receive(increments, [first])
    land(increments)
    with increments.warehouse.transaction() as connection:
        for row in (1, 2):
            add_correction(
                connection,
                "acme",
                DAY,
                sha256=hashlib.sha256(first).hexdigest(),
                source_row=row,
                cells={"queue": "S"},
                by="a test",
                note="looked at",
                at=LATER,
            )
    land(increments)
    assert totals(increments) == [(3, 3, 0, 0, 2)]
    receive(increments, [first, as_csv(rows_of({}))])
    land(increments)
    assert totals(increments) == [(3, 2, 0, 1, 1), (1, 1, 0, 0, 0)]


def test_a_layout_that_changed_is_told(many: Workspace) -> None:
    """Columns that nobody reads are no news worth waking for; the first day has nothing to differ."""
    yesterday = DAY - timedelta(days=1)
    with many.warehouse.transaction() as connection:
        columns = as_csv([]).decode().strip().split(",")
        connection.execute(
            "insert into landing.layout values ('acme', %s, %s, %s)",
            [yesterday, "0" * 64, columns],
        )
    wider = "\r\n".join(line + ",x" for line in as_csv(rows_of({})).decode().splitlines())
    receive(many, [as_csv(rows_of({})), wider.encode()])
    land(many)
    [finding] = many.warehouse.rows("select rule, severity, value, detail from operations.finding")
    assert finding == {
        "rule": "ExportLayoutChanged",
        "severity": "info",
        "value": 1.0,
        "detail": {"added": ["'x'"], "removed": [], "renamed": {}, "reordered": False},
    }
    assert len(many.warehouse.rows("select from landing.layout")) == 3


def test_an_optional_column_that_goes_is_a_warning(acme: Workspace) -> None:
    """Its values are missing from today on."""
    workspace = with_vendor(acme, contract(optional=["tier"]))
    whole = as_csv([]).decode().strip().split(",")
    with workspace.warehouse.transaction() as connection:
        connection.execute(
            "insert into landing.layout values ('acme', %s, %s, %s)",
            [DAY - timedelta(days=1), "0" * 64, whole],
        )
    receive(workspace, [as_csv(rows_of({})).replace(b",tier,", b",other,")])
    land(workspace)
    [finding] = workspace.warehouse.rows("select severity, detail from operations.finding")
    assert finding["severity"] == "warning"
    assert finding["detail"]["removed"] == ["'tier'"]


def numbers(*rows: int) -> np.typing.NDArray[np.int64]:
    """Return row numbers."""
    return np.array(rows, dtype=np.int64)


def test_an_account_names_the_rows_that_got_lost_and_those_that_ended_twice() -> None:
    """Whoever reads the error can look at the very lines."""
    account = RowAccount("acme", DAY, "'a.csv'")
    account.take(numbers(1, 2, 3), [numbers(3, 1), numbers(), numbers(2)])
    with pytest.raises(ControlTotalError) as raised:
        account.take(numbers(4, 5, 6), [numbers(4, 4), numbers(), numbers(6)])
    assert "'a.csv'" in str(raised.value)
    assert "lost rows 5; doubled rows 4" in str(raised.value)


def test_an_account_misses_rows_between_two_chunks() -> None:
    """A reader that skips a line is found out, although every row that it read has ended."""
    account = RowAccount("acme", DAY, "'a.csv'")
    account.take(numbers(1, 2), [numbers(1, 2)])
    with pytest.raises(ControlTotalError, match="lost rows 3; doubled rows none"):
        account.take(numbers(4, 5), [numbers(4, 5)])
