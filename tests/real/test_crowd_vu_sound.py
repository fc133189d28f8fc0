"""Two real books of one crowd's work: what the vendor exported, and what the team accepted.

21,330 judgements in fifteen job files of three layouts, replayed as daily drops. The two sides
differ in one column, the answer, in 9,684 rows: exactly those are to be found. The data are no part
of this repository; without them beside it these tests skip.
"""

import csv
import gzip
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from installation import SHARED, delivered_rows, exports_of, installation, show

from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.reconcile.reconcile import reconcile_day
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.workspace import Workspace

DATA = SHARED / "crowd_vu_sound"
VENDOR = "crowd"
NOW = datetime(2015, 7, 1, tzinfo=UTC)

Row = dict[str, str]

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not beside the repository")


def rows_of(side: str) -> dict[str, list[Row]]:
    """Read one side with a plain reader, file by file."""
    found = {}
    for file in sorted((DATA / side).glob("*.csv.gz")):
        with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
            found[file.name] = list(csv.DictReader(stream))
    return found


def decided_at(row: Row) -> datetime:
    """Read the instant of a judgement, in either of the set's spellings."""
    text = row["_created_at"]
    form = "%d-%m-%Y %H:%M" if "-" in text else "%m/%d/%Y %H:%M:%S"
    return datetime.strptime(text, form).replace(tzinfo=UTC)


@pytest.fixture
def workspace(server: EmbeddedPostgreSQL, tmp_path: Path) -> Iterator[Workspace]:
    """Open an empty installation for the crowd."""
    with installation(server, "crowd_vu_sound", tmp_path) as opened:
        yield opened


def leave_drops(workspace: Workspace, files: dict[str, list[Row]]) -> list[date]:
    """Leave what each job file says of each day, as the job's file of that day; return the days."""
    drops: dict[tuple[date, str], list[Row]] = defaultdict(list)
    for name, rows in files.items():
        for row in rows:
            drops[decided_at(row).date(), name].append(row)
    for (day, name), rows in drops.items():
        folder = exports_of(workspace, VENDOR) / f"{day:%Y%m%d}"
        folder.mkdir(exist_ok=True)
        with gzip.open(folder / name, "wt", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC) + timedelta(days=1)
        os.utime(folder / name, (at.timestamp(), at.timestamp()))
    return sorted({day for day, _ in drops})


def accept(workspace: Workspace, files: dict[str, list[Row]]) -> None:
    """Write the team's side into the enforcement log: a judgement by its number, with its answer."""
    rows = [row for several in files.values() for row in several]
    columns = (
        "action_id, vendor, site, queue, policy, language, vendor_reference, item_id, decision,"
        " decided_at, enforced_at"
    )
    statement = f"copy platform.enforcement_log ({columns}) from stdin"
    with (
        workspace.enforcement_log.transaction() as connection,
        connection.cursor() as cursor,
        cursor.copy(statement.encode()) as copy,
    ):
        for row in rows:
            name, answer, at = row["_id"], row["keywords"].strip(), decided_at(row)
            copy.write_row(
                (name, VENDOR, "main", "sounds", "sound", "und", name, answer, "label", at, at)
            )


def test_exactly_the_judgements_that_the_team_changed_are_found(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each of the 9,684 is a pair whose answers differ, in both books; everything else is matched."""
    theirs, ours = rows_of("vendor_raw"), rows_of("internal_accepted")
    accepted = {row["_id"]: row for rows in ours.values() for row in rows}
    delivered = [row for rows in theirs.values() for row in rows]
    changed = {row["_id"] for row in delivered if row != accepted[row["_id"]]}
    assert (len(delivered), len(changed)) == (21_330, 9_684)

    accept(workspace, ours)
    days, landed = leave_drops(workspace, theirs), Counter[str]()
    for day in days:
        fetch_export(workspace, VENDOR, day, NOW)
        summary = land_day(workspace, VENDOR, day, NOW).summary
        landed.update({name: summary[name] for name in ("physical_rows", "landed_rows")})
        reconcile_day(workspace, VENDOR, day, NOW)
    assert landed == {"physical_rows": 21_330, "landed_rows": 21_330}

    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in workspace.warehouse.rows(
        "select side, outcome, differences, record_key from reconcile.recon_break"
    ):
        found[row["side"], row["outcome"], row["differences"]].add(row["record_key"])
    assert found == {
        (side, "field_mismatch", "item_id"): changed for side in ("vendor", "internal")
    }
    totals = workspace.warehouse.rows(
        "select side, sum(population)::bigint as population, sum(matched)::bigint as matched"
        " from reconcile.tie_out group by side order by side"
    )
    agreed = 21_330 - 9_684
    assert totals == [
        {"side": "internal", "population": 21_330, "matched": agreed},
        {"side": "vendor", "population": 21_330, "matched": agreed},
    ]
    show(
        capsys, f"VU Sound: {len(days)} days, 21,330 a side, {len(changed):,} changed answers found"
    )


def test_no_answer_and_no_worker_is_in_what_landed(workspace: Workspace) -> None:
    """Free text and workers' ids become pseudonyms at the door."""
    files = rows_of("vendor_raw")
    name = "4-1-30-f725352.csv.gz"
    (day,) = leave_drops(workspace, {name: files[name]})
    fetch_export(workspace, VENDOR, day, NOW)
    land_day(workspace, VENDOR, day, NOW)
    written = repr(delivered_rows(workspace, VENDOR, day))
    workers = {row["_worker_id"] for row in files[name]}
    answers = {row["keywords"] for row in files[name] if len(row["keywords"]) > 12}
    assert len(workers) > 5
    assert len(answers) > 20
    assert [text for text in workers | answers if text in written] == []
