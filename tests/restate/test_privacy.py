"""What is planted about people in an export is nowhere but in raw files and in quarantine."""

import csv
import gzip
import io
import json
import logging
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from closed_days import close_vendor_day
from psycopg import sql
from vendor_exports import (
    CONTRACT,
    DAY,
    VendorFolder,
    contract,
    log_action,
    make_enforcement_log,
    rows_of,
    with_vendor,
)

from breakwater.core.vocabulary import RunType
from breakwater.landing.release import Correction, ReleaseError, release
from breakwater.notify.incidents import raise_incidents
from breakwater.report.digest import publish_digest
from breakwater.restate.reclose import reclose_stale
from breakwater.restate.silently import close_whole_day, write_digest
from breakwater.warehouse.workspace import Workspace

NEXT = DAY + timedelta(days=1)
MORNING = datetime(2026, 11, 5, 8, tzinfo=UTC)

PLANTED = {
    "handle": "@sunny_day_1987",
    "profile": "https://media.example/u/sunny_day_1987",
    "email": "sunny.day@mail.example",
    "comment": "she wrote: meet me behind the station",
    "agent": "Wilhelmina Featherstone",
    "backup agent": "Bartholomew Ashdown",
}
"""Columns that the contract does not name, those it calls personal, and the reviewers' own."""

ITEM = "https://media.example/u/sunny_day_1987/post/"
"""An item id that is a link to somebody's page: it lands as a pseudonym, in both books."""

NEEDLES = [
    *("sunny_day_1987", "sunny.day", "mail.example", "media.example/u", "behind the station"),
    *("Featherstone", "Wilhelmina", "Ashdown", "Bartholomew"),
]


def export(*rows: dict[str, str]) -> bytes:
    """Spell rows with every planted column, named by the contract or not."""
    names = [*rows[0], *(name for name in PLANTED if name not in rows[0])]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="")
    writer.writeheader()
    writer.writerows(row | PLANTED for row in rows)
    return text.getvalue().encode()


def rows_for(day: date, *changes: dict[str, str]) -> list[dict[str, str]]:
    """Return rows of a day with every column of the contract."""
    shape = CONTRACT["shape"]["instants"]
    empty = {name: "" for names in shape.values() for name in names}
    empty |= dict.fromkeys(CONTRACT["columns"].values(), "")
    at = {"received": f"{day:%d.%m.%Y} 09:00:00", "decided": f"{day:%d.%m.%Y} 09:12:00"}
    return [
        empty | row | {"queued": "", "assigned": "", "item": f"{ITEM}{n}"} | at | change
        for n, (row, change) in enumerate(zip(rows_of(*changes), changes, strict=True))
    ]


@pytest.fixture
def closed(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> Workspace:
    """Two days through every stage: breaks, refused records, a late record, people told."""
    caplog.set_level(logging.DEBUG)
    make_enforcement_log(workspace.enforcement_log)
    personal = ["agent", "email", "comment", "profile"]
    terms = contract(personal={"columns": personal, "pseudonymise": ["item"]})
    opened = with_vendor(workspace, terms)
    log_action(opened.enforcement_log, "A-1", f"{DAY.isoformat()} 07:12:00+00", item_id=ITEM)
    log_action(
        opened.enforcement_log, "A-2", f"{DAY.isoformat()} 07:12:00+00", vendor_reference="C-99"
    )
    folder = VendorFolder.of(opened)
    folder.drop(
        export(*rows_for(DAY, {}, {"queue": "?"}, {"seconds": "long"}, {"item": ""})),
        at=MORNING - timedelta(days=1, hours=5),
    )
    folder.drop(
        export(
            *rows_for(NEXT, {"case": "C-5"}),
            *rows_for(DAY, {"case": "C-6"}, {"case": "C-7", "queue": "?"}),
        ),
        name=f"acme_{NEXT:%Y%m%d}.csv",
        at=MORNING - timedelta(hours=5),
    )
    for day in (DAY, NEXT):
        assert close_vendor_day(opened, "acme", day, MORNING) is None
        close_whole_day(opened, day, MORNING)
        write_digest(opened, day, MORNING)
        raise_incidents(opened, day, MORNING, run_type=RunType.MANUAL, notify=True)
        publish_digest(opened, day, MORNING, run_type=RunType.MANUAL, deliver=True)
    reclose_stale(opened, MORNING)
    return opened


def everything_in_the_warehouse(workspace: Workspace) -> dict[str, str]:
    """Spell every row of every table of ours as text."""
    found = {}
    with workspace.warehouse.transaction() as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_type ="
            " 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema', 'platform')"
        ).fetchall()
        for table in tables:
            name = sql.Identifier(table["table_schema"], table["table_name"])
            query = sql.SQL("select coalesce(string_agg(t::text, '\n'), '') as text from {} as t")
            row = connection.execute(query.format(name)).fetchone()
            assert row is not None
            found[f"{table['table_schema']}.{table['table_name']}"] = row["text"]
    return found


def everything_in_the_lake(workspace: Workspace) -> dict[str, str]:
    """Spell every file of the lake, Parquet as its rows; refused lines unpacked."""
    root = Path(workspace.lake.uri.removeprefix("file://"))
    found = {}
    for file in root.rglob("*"):
        if not file.is_file():
            continue
        if file.suffix == ".parquet":
            table = pq.read_table(file)
            text = json.dumps(table.to_pylist(), default=str) + str(table.schema.metadata)
        elif file.suffix == ".gz":
            text = gzip.decompress(file.read_bytes()).decode(errors="replace")
        else:
            text = file.read_bytes().decode(errors="replace")
        found[str(file.relative_to(root))] = text
    return found


def holding(texts: dict[str, str]) -> set[str]:
    """Name the places that hold something of what was planted."""
    return {
        place
        for place, text in texts.items()
        if any(needle.lower() in text.lower() for needle in NEEDLES)
    }


def test_no_table_holds_anybody(closed: Workspace) -> None:
    """Findings, incidents, messages, editions, ledgers: every row of every table."""
    tables = everything_in_the_warehouse(closed)
    for name in (
        "landing.quarantine_record",
        "operations.finding",
        "notify.outbox",
        "report.edition",
        "reconcile.recon_break",
        "measure.restatement",
    ):
        assert tables[name], f"{name} is empty: nothing would be proved"
    assert holding(tables) == set()


def test_the_lake_holds_people_only_where_they_are_deleted_in_time(closed: Workspace) -> None:
    """In files as received and in quarantine; retention deletes both."""
    files = everything_in_the_lake(closed)
    assert {path.split("/")[1] for path in files if path.startswith("tables/")} >= {
        "case_event",
        "recon_outcome",
        "clock_run",
    }
    found = holding(files)
    assert {path.split("/")[0] for path in found} <= {"raw", "quarantine"}
    assert any(path.startswith("raw/") for path in found), "the search itself finds nothing"


def test_no_log_line_holds_anybody(closed: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is logged, at the chattiest level."""
    assert closed
    assert holding({"log": caplog.text}) == set()


def test_a_reviewer_is_a_pseudonym_and_nothing_else(closed: Workspace) -> None:
    """One name, one pseudonym, on both days."""
    root = Path(closed.lake.uri.removeprefix("file://"))
    files = sorted(root.glob("tables/case_event/**/*.parquet"))
    agents = {row["agent"] for file in files for row in pq.read_table(file).to_pylist()}
    (agent,) = agents - {None}
    assert agent.startswith("A-")
    assert len(agent) == len("A-7F3KQ2MZXA")


def test_a_correction_cannot_write_a_person_down(closed: Workspace) -> None:
    """Cells of personal columns may be emptied and nothing else."""
    named = Correction("acme_20261103.csv", 2, {"agent": PLANTED["agent"]}, "by mail")
    with pytest.raises(ReleaseError, match="may only be emptied"):
        release(closed, "acme", DAY, [named], by="duty", now=MORNING)
    cells = {"agent": None, "queue": "S"}
    released = release(
        closed,
        "acme",
        DAY,
        [Correction("acme_20261103.csv", 2, cells, "by mail")],
        by="duty",
        now=MORNING,
    )
    assert released.remaining == ()
    assert holding(everything_in_the_warehouse(closed)) == set()
