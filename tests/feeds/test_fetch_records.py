"""Fetching the records of a day: part by part, gone on with after a kill, one file in the end."""

import dataclasses
import gzip
import hashlib
import json
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from far_end import QUICK, Asked, FarEnd, Reply
from vendor_exports import CONTRACT, DAY, contract

import breakwater
from breakwater.contracts.vendor import VendorContract
from breakwater.core.errors import (
    BreakwaterError,
    ConfigurationError,
    ContractError,
    FeedUnavailableError,
)
from breakwater.feeds.fetch_progress import FetchProgress
from breakwater.feeds.fetch_records import fetch_records
from breakwater.feeds.records import END, Part, own_id
from breakwater.warehouse.connections import FeedConnection
from breakwater.warehouse.file_ledger import ReceivedFile, received_files
from breakwater.warehouse.workspace import Workspace

SETTLED = datetime(2026, 11, 3, 16, 15, tzinfo=UTC)
"""A quarter of an hour after the day's end in Singapore."""
MINUTE = timedelta(minutes=1)


class Things:
    """A service that lists things by page number."""

    def __init__(self, far_end: FarEnd, *pages: list[dict[str, Any]]) -> None:
        """Serve these pages, and an empty one after them."""
        self.pages = list(pages)
        self.far_end = far_end
        far_end.on("/things", self._answer)

    def _answer(self, asked: Asked) -> Reply:
        number = int(asked.query["page"])
        return Reply(self.pages[number - 1] if number <= len(self.pages) else [])

    @property
    def asked(self) -> list[int]:
        """Which pages were asked for."""
        return [int(asked.query["page"]) for asked in self.far_end.asked_for("/things")]


def terms(**source: Any) -> VendorContract:  # noqa: ANN401  values of a YAML file
    """Return a contract whose records are asked for."""
    named = {
        "kind": "http",
        "connection": "far_end",
        "path": "things",
        "paging": {"kind": "page"},
        "limits": QUICK.model_dump() | {"attempts": 1},
    }
    without_format = {name: value for name, value in CONTRACT.items() if name != "format"}
    return VendorContract.model_validate(without_format | {"source": named | source})


@pytest.fixture
def installation(workspace: Workspace, far_end: FarEnd) -> Workspace:
    """Open a workspace that finds the far end by its connection's name."""

    def find(name: str) -> FeedConnection:
        assert name == "far_end"
        return far_end.connection()

    return dataclasses.replace(workspace, connections=find)


def fetch(
    workspace: Workspace,
    folder: Path,
    at: datetime = SETTLED,
    **source: Any,  # noqa: ANN401  values of a YAML file
) -> ReceivedFile:
    """Fetch the day."""
    file = fetch_records(workspace, terms(**source), DAY, at, folder / "scratch")
    assert file is not None
    return file


def lines(workspace: Workspace, file: ReceivedFile) -> list[Any]:
    """Read a file of the ledger."""
    return [
        json.loads(line)
        for line in gzip.decompress(workspace.lake.read(file.raw_path)).splitlines()
    ]


def ledger(workspace: Workspace) -> list[ReceivedFile]:
    """List what the ledger holds."""
    with workspace.warehouse.transaction() as connection:
        return received_files(connection, "acme", DAY, "vendor")


def progress(workspace: Workspace) -> list[dict[str, Any]]:
    """List the parts that are remembered."""
    return workspace.warehouse.rows(
        "select part, cursor, row_count from landing.fetch_progress order by part"
    )


def test_the_parts_of_a_day_become_one_file(
    installation: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """In the order of the far end, keys sorted, text as it is; nothing of the parts is left."""
    Things(far_end, [{"b": 1, "a": "ü"}, {"n": None}], [{"c": {"z": 1, "y": [1.5]}}])
    file = fetch(installation, tmp_path)
    content = installation.lake.read(file.raw_path)
    text = gzip.decompress(content).decode()
    assert text == '{"a": "ü", "b": 1}\n{"n": null}\n{"c": {"y": [1.5], "z": 1}}\n'
    digest = hashlib.sha256(content).hexdigest()
    assert file.manifest == {"rows": 3, "sha256": digest}
    assert (file.name, file.sha256) == ("acme-2026-11-03.jsonl.gz", digest)
    assert (file.delivered_at, file.is_late, file.size_bytes) == (SETTLED, False, len(content))
    assert content[4:8] == b"\0\0\0\0"  # no instant inside: equal records are equal bytes
    assert ledger(installation) == [file]
    assert progress(installation) == []
    assert [kept.path for kept in installation.lake.files("raw")] == [file.raw_path]


def test_nothing_is_asked_while_the_day_may_still_grow(
    installation: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """A quarter of an hour after midnight, as the contract says."""
    things = Things(far_end, [{"a": 1}])
    early = SETTLED - timedelta(seconds=1)
    assert fetch_records(installation, terms(), DAY, early, tmp_path) is None
    assert things.asked == []
    assert fetch(installation, tmp_path).declared_rows == 1


def test_no_records_are_an_answer(installation: Workspace, far_end: FarEnd, tmp_path: Path) -> None:
    """A day without records is not a missing export."""
    Things(far_end)
    file = fetch(installation, tmp_path)
    assert file.declared_rows == 0
    assert lines(installation, file) == []


def test_asking_again_changes_nothing_while_the_records_are_the_same(
    installation: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """The far end is asked anew, and the first delivery stands."""
    things = Things(far_end, [{"a": 1}], [{"a": 2}])
    first = fetch(installation, tmp_path / "1")
    before = installation.warehouse.rows("select * from landing.file_ledger")
    second = fetch(installation, tmp_path / "2", SETTLED + 60 * 24 * MINUTE)
    assert second == first
    assert installation.warehouse.rows("select * from landing.file_ledger") == before
    assert things.asked == [1, 2, 3, 1, 2, 3]


def test_changed_records_are_a_second_version(
    installation: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """And what comes back as it was comes into force again."""
    things = Things(far_end, [{"a": 1}])
    first = fetch(installation, tmp_path / "1")
    things.pages = [[{"a": 2}]]
    second = fetch(installation, tmp_path / "2", SETTLED + MINUTE)
    assert ledger(installation) == [first, second]
    things.pages = [[{"a": 1}]]
    third = fetch(installation, tmp_path / "3", SETTLED + 2 * MINUTE)
    assert third.sha256 == first.sha256
    assert [file.sha256 for file in ledger(installation)] == [second.sha256, first.sha256]


def test_records_are_never_late(installation: Workspace, far_end: FarEnd, tmp_path: Path) -> None:
    """A backfill asks months after the deadline; that is nothing to tell the vendor."""
    things = Things(far_end, [{"a": 1}])
    due = datetime(2026, 11, 4, 4, tzinfo=UTC)
    assert fetch(installation, tmp_path / "1", due).is_late is False
    things.pages = [[{"a": 2}]]
    assert fetch(installation, tmp_path / "2", due + timedelta(days=90)).is_late is False


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_a_fetch_that_breaks_goes_on_with_the_page_that_broke(
    installation: Workspace, far_end: FarEnd, tmp_path: Path, broken: int
) -> None:
    """No page is asked for twice but the broken one, and the file is as without the break."""
    things = Things(far_end, [{"a": 1}], [{"a": 2}])
    whole = far_end.paths["/things"]
    far_end.on(
        "/things",
        lambda asked: Reply({}, 503) if asked.query["page"] == str(broken) else whole(asked),
    )
    with pytest.raises(FeedUnavailableError, match=r"acme 2026-11-03.*503") as raised:
        fetch(installation, tmp_path / "1")
    assert raised.value.permanent is False
    assert ledger(installation) == []
    assert [row["part"] for row in progress(installation)] == list(range(1, broken))
    far_end.paths["/things"] = whole
    file = fetch(installation, tmp_path / "2", SETTLED + MINUTE)
    assert things.asked == sorted([1, 2, 3, broken])
    assert lines(installation, file) == [{"a": 1}, {"a": 2}]
    assert progress(installation) == []


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_a_fetch_that_is_killed_goes_on_after_the_last_part_that_was_kept(
    installation: Workspace,
    far_end: FarEnd,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kept: int,
) -> None:
    """Also when the last part was there and only the file was not."""
    things = Things(far_end, [{"a": 1}], [{"a": 2}])
    keep = FetchProgress.keep

    def kill(self: FetchProgress, part: Part, at: datetime) -> None:
        if len(self.files) == kept:
            raise KeyboardInterrupt
        keep(self, part, at)
        if kept == len(self.files) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(FetchProgress, "keep", kill)
    with pytest.raises(KeyboardInterrupt):
        fetch(installation, tmp_path / "1")
    monkeypatch.undo()
    file = fetch(installation, tmp_path / "2")
    asked_in_vain = [] if kept == 3 else [kept + 1]
    assert things.asked == sorted([1, 2, 3, *asked_in_vain])
    assert lines(installation, file) == [{"a": 1}, {"a": 2}]


def test_a_kill_between_the_file_and_the_ledger_loses_nothing(
    installation: Workspace, far_end: FarEnd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry and the end of the progress are one transaction."""
    things = Things(far_end, [{"a": 1}])

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(FetchProgress, "forget", kill)
    with pytest.raises(KeyboardInterrupt):
        fetch_records(installation, terms(), DAY, SETTLED, tmp_path / "1")
    monkeypatch.undo()
    assert ledger(installation) == []
    file = fetch(installation, tmp_path / "2")
    assert lines(installation, file) == [{"a": 1}]
    assert things.asked == [1, 2]


def break_at(far_end: FarEnd, page: str) -> None:
    """Let one page fail, once the ones before it were read."""
    whole = far_end.paths["/things"]
    far_end.on(
        "/things", lambda asked: Reply({}, 503) if asked.query["page"] == page else whole(asked)
    )


def end_after_the_first_page(installation: Workspace, far_end: FarEnd, tmp_path: Path) -> None:
    """Fetch from a far end that answers the first page, and then not; it answers again after."""
    whole = far_end.paths["/things"]
    break_at(far_end, "2")
    with pytest.raises(FeedUnavailableError):
        fetch(installation, tmp_path / "1")
    far_end.paths["/things"] = whole


def test_parts_of_another_question_are_not_gone_on_from(
    installation: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """A contract that asks for something else begins anew."""
    things = Things(far_end, [{"a": 1}], [{"a": 2}])
    end_after_the_first_page(installation, far_end, tmp_path)
    file = fetch(installation, tmp_path / "2", parameters={"language": "en"})
    assert things.asked == [1, 2, 1, 2, 3]
    assert lines(installation, file) == [{"a": 1}, {"a": 2}]


def test_a_part_that_is_gone_from_the_lake_is_asked_for_again(
    installation: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """A cleared lake is no lost record."""
    things = Things(far_end, [{"a": 1}], [{"a": 2}])
    end_after_the_first_page(installation, far_end, tmp_path)
    for kept in installation.lake.files("raw"):
        installation.lake.remove(kept.path)
    assert fetch(installation, tmp_path / "2").declared_rows == 2
    assert things.asked == [1, 2, 1, 2, 3]


def test_a_part_that_is_not_as_it_was_kept_is_asked_for_again(
    installation: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """Its name holds the hash of its bytes."""
    things = Things(far_end, [{"a": 1}], [{"a": 2}])
    end_after_the_first_page(installation, far_end, tmp_path)
    [kept] = installation.lake.files("raw")
    other = tmp_path / "other"
    other.write_bytes(gzip.compress(b'{"a": 666}\n', mtime=0))
    installation.lake.remove(kept.path)
    installation.lake.put(kept.path, other)
    file = fetch(installation, tmp_path / "2")
    assert lines(installation, file) == [{"a": 1}, {"a": 2}]
    assert things.asked == [1, 2, 1, 2, 3]


def test_a_cursor_that_is_refused_after_a_break_begins_the_day_anew(
    installation: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """Cursors expire; what they led to is asked for from the start, once."""
    names = iter("abcdefgh")
    state = {"epoch": "a", "is_broken": True}

    def answer(asked: Asked) -> Reply:
        cursor = asked.query.get("cursor")
        if cursor is None:
            state["epoch"] = next(names)
            return Reply({"things": [{"n": 1}], "cursor": f"{state['epoch']}1"})
        if state["is_broken"]:
            return Reply({}, 503)
        if not cursor.startswith(str(state["epoch"])):
            return Reply({"error": "expired"}, 400)
        return Reply({"things": [{"n": 2}]})

    far_end.on("/things", answer)
    source = {"paging": {"kind": "cursor"}, "records": "things"}
    with pytest.raises(FeedUnavailableError):
        fetch(installation, tmp_path / "1", **source)
    state |= {"epoch": "z", "is_broken": False}
    file = fetch(installation, tmp_path / "2", **source)
    assert lines(installation, file) == [{"n": 1}, {"n": 2}]


def test_records_larger_than_allowed_are_refused(
    installation: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """While they are read: pages that never end do not fill the disk."""
    things = Things(far_end, *[[{"n": n, "text": "x" * 1000}] for n in range(50)])
    with pytest.raises(ContractError, match=r"at most 5000 bytes \(source.maximum_bytes\)"):
        fetch(installation, tmp_path / "1", maximum_bytes=5000)
    assert things.asked == [1, 2, 3, 4, 5]
    with pytest.raises(ContractError):  # what was read before counts, too
        fetch(installation, tmp_path / "2", maximum_bytes=5000)
    assert things.asked == [1, 2, 3, 4, 5, 5]


@pytest.mark.parametrize(
    ("reply", "error_and_text"),
    [
        (Reply({}, 401), (ConfigurationError, "vendors/acme.yaml: source: expected credentials")),
        (Reply({}, 403), (ConfigurationError, "status 403 at '/things'")),
        (Reply({}, 404), (ConfigurationError, "status 404 at '/things'")),
        (Reply({"a": 1}), (ContractError, "acme 2026-11-03.*a list as the answer; found dict")),
        (Reply(b"<html>"), (ContractError, "acme 2026-11-03.*expected JSON")),
        (Reply({}, 500), (FeedUnavailableError, "acme 2026-11-03.*status 500")),
    ],
)
def test_a_fault_says_whether_asking_again_can_help(
    installation: Workspace,
    far_end: FarEnd,
    tmp_path: Path,
    reply: Reply,
    error_and_text: tuple[type[BreakwaterError], str],
) -> None:
    """Airflow tries again what is not permanent."""
    error, said = error_and_text
    far_end.on("/things", reply)
    with pytest.raises(error, match=said) as raised:
        fetch(installation, tmp_path)
    assert raised.value.permanent is (error is not FeedUnavailableError)


def test_a_lone_surrogate_does_not_spoil_the_file(
    installation: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """It stays an escape, which a reader can refuse for its row alone."""
    far_end.on("/things", Reply(b'[{"a": "\\ud800"}, {"a": "\\u00fc"}]'), Reply([]))
    file = fetch(installation, tmp_path)
    text = gzip.decompress(installation.lake.read(file.raw_path)).decode()
    assert text == '{"a": "\\ud800"}\n{"a": "ü"}\n'


PROGRAM = """
import json, sys
from datetime import date, datetime
from pathlib import Path
from breakwater.contracts.loading import load_configuration
from breakwater.contracts.vendor import VendorContract
from breakwater.feeds.fetch_records import fetch_records
from breakwater.warehouse.connections import FeedConnection
from breakwater.warehouse.database import Database
from breakwater.warehouse.lake import Lake
from breakwater.warehouse.workspace import Workspace

dsn, lake, address, terms, day, now, scratch = sys.argv[1:]
database = Database(dsn)
workspace = Workspace(
    configuration=load_configuration(), warehouse=database, enforcement_log=database,
    lake=Lake(lake), exports="", outbox_folder=Path(scratch), pseudonym_key=b"x",
    connections=lambda name: FeedConnection(name, "http", host=address),
)
contract = VendorContract.model_validate(json.loads(terms))
fetch_records(
    workspace, contract, date.fromisoformat(day), datetime.fromisoformat(now), Path(scratch)
)
"""


def test_a_process_that_is_killed_loses_no_page(
    installation: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """SIGKILL while the third page is on its way: the first two are not asked for again."""
    things = Things(far_end, *[[{"a": n}] for n in range(4)])
    whole, is_asked, may_answer = far_end.paths["/things"], Event(), Event()

    def answer(asked: Asked) -> Reply:
        if asked.query["page"] == "3":
            is_asked.set()
            may_answer.wait(30)
        return whole(asked)

    far_end.on("/things", answer)
    program = subprocess.Popen(
        [
            sys.executable,
            "-c",
            PROGRAM,
            installation.warehouse.dsn,
            installation.lake.uri,
            far_end.address,
            terms().model_dump_json(),
            DAY.isoformat(),
            SETTLED.isoformat(),
            str(tmp_path / "1"),
        ],
        env=os.environ | {"PYTHONPATH": str(Path(breakwater.__file__).parents[1])},
    )
    try:
        assert is_asked.wait(60)
    finally:
        program.kill()
        program.wait()
        may_answer.set()
    assert [row["part"] for row in progress(installation)] == [1, 2]
    far_end.paths["/things"] = whole
    file = fetch(installation, tmp_path / "2")
    assert lines(installation, file) == [{"a": n} for n in range(4)]
    assert things.asked == [1, 2, 3, 3, 4, 5]


def test_two_fetches_at_once_are_one_after_the_other(
    installation: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """A task that is started twice mixes no parts."""
    things = Things(far_end, [{"a": 1}], [{"a": 2}])
    with ThreadPoolExecutor(2) as pool:
        first, second = (
            pool.submit(fetch, installation, tmp_path / name, SETTLED) for name in ("1", "2")
        )
        assert first.result() == second.result()
    assert things.asked == [1, 2, 3, 1, 2, 3]
    assert len(ledger(installation)) == 1


class Moving:
    """A feed that knows its records' ids, over a list that moves while it is paged."""

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        """Give these pages, and say after the last that it is."""
        self.pages = pages

    def parts(self, *_: object) -> Any:  # noqa: ANN401  an iterator of parts
        """Give the pages."""
        for number, page in enumerate(self.pages):
            is_last = number + 1 == len(self.pages)
            yield Part(page, END if is_last else {"page": number + 2})

    def identity(self, record: Any) -> str:  # noqa: ANN401  any JSON
        """Name a record by its id."""
        return own_id(record)


def test_a_record_that_came_twice_counts_once_as_it_came_last(
    installation: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A list that moves shows a record on two pages; how many is logged."""
    feed = Moving(
        [{"id": 1}, {"id": 2, "state": "open"}],
        [{"id": 2, "state": "closed"}, {"id": 3}],
        [{"id": 3}, {"id": 4}],
    )
    monkeypatch.setattr("breakwater.feeds.fetch_records.open_feed", lambda *_: feed)
    with caplog.at_level(logging.INFO, "breakwater.feeds"):
        file = fetch(installation, tmp_path)
    assert lines(installation, file) == [
        {"id": 1},
        {"id": 2, "state": "closed"},
        {"id": 3},
        {"id": 4},
    ]
    assert file.declared_rows == 4
    assert "acme 2026-11-03: 2 records came more than once" in caplog.text


@pytest.mark.parametrize("odd", [{"state": "open"}, {"id": None}, {"id": ["a"]}])
def test_records_that_cannot_be_told_apart_are_asked_for_again_by_the_next_fetch(
    installation: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: dict[str, Any]
) -> None:
    """What was kept of them must not fail every later fetch, when the far end has mended itself."""
    feed = Moving([{"id": 1}], [odd])
    monkeypatch.setattr("breakwater.feeds.fetch_records.open_feed", lambda *_: feed)
    with pytest.raises(ContractError, match="'id' of every record"):
        fetch(installation, tmp_path / "1")
    assert progress(installation) == []
    assert ledger(installation) == []
    feed.pages = ([{"id": 1}], [{"id": 2}])
    file = fetch(installation, tmp_path / "2")
    assert lines(installation, file) == [{"id": 1}, {"id": 2}]


def test_half_of_a_surrogate_pair_in_an_id_ends_no_fetch(
    installation: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two such ids are two records; landing refuses the rows one by one."""
    feed = Moving([{"id": "a\ud800"}, {"id": "a\udbff"}], [{"id": "a\ud800", "n": 2}])
    monkeypatch.setattr("breakwater.feeds.fetch_records.open_feed", lambda *_: feed)
    file = fetch(installation, tmp_path)
    assert lines(installation, file) == [{"id": "a\udbff"}, {"id": "a\ud800", "n": 2}]


def test_equal_records_stay_where_the_feed_knows_no_ids(
    installation: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """Nobody can tell a repeated page's row from two rows: reconciliation will show them."""
    Things(far_end, [{"a": 1}, {"a": 1}], [{"a": 1}])
    assert fetch(installation, tmp_path).declared_rows == 3


def test_a_source_of_files_is_not_asked_for_records(workspace: Workspace, tmp_path: Path) -> None:
    """That is a mistake of the caller."""
    with pytest.raises(TypeError, match="kind folder"):
        fetch_records(workspace, contract(), DAY, SETTLED, tmp_path)


def test_totals_that_a_service_states_stand_in_the_manifest(
    installation: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """Beside rows and hash, as a file's manifest has them, so that landing needs to know no feed."""
    settings = installation.configuration
    operations = settings.operations.model_copy(update={"zone": "UTC"})
    installation = dataclasses.replace(
        installation,
        configuration=dataclasses.replace(settings, operations=operations),
        connections=lambda _: far_end.connection(login="admin", password=str(DAY)),
    )
    source = {
        "kind": "ozone",
        "connection": "far_end",
        "stream": "report_activities",
        "totals": True,
        "limits": QUICK.model_dump(),
    }
    without_format = {name: value for name, value in CONTRACT.items() if name != "format"}
    asked = VendorContract.model_validate(without_format | {"source": source})
    statistics = {"date": DAY.isoformat(), "pendingCount": 4, "actionedCount": 0}
    far_end.on("/xrpc/tools.ozone.report.queryActivities", Reply({"activities": []}))
    far_end.on("/xrpc/tools.ozone.report.getHistoricalStats", Reply({"stats": [statistics]}))
    file = fetch_records(installation, asked, DAY, SETTLED + timedelta(hours=8), tmp_path / "s")
    assert file is not None
    assert file.manifest is not None
    assert file.manifest["totals"] == {"backlog": 4, "solved": 0}
    assert ledger(installation)[-1].manifest == file.manifest
