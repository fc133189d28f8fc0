"""Small files of one desk with one known defect each: what differs is told, what must not land does not.

Extracts of a hundred requests, and copies of them that somebody damaged with care. The data are no
part of this repository; without them beside it these tests skip.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from installation import SHARED, delivered_rows, exports_of, installation

from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.workspace import Workspace

DATA = SHARED / "boston_311_fixtures"
VENDOR = "city_2022"
DAY = date(2022, 12, 31)
NOW = datetime(2023, 1, 3, tzinfo=UTC)

Event = tuple[str, str, int]

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not beside the repository")


@pytest.fixture
def workspace(server: EmbeddedPostgreSQL, tmp_path: Path) -> Iterator[Workspace]:
    """Open an empty installation for the desk."""
    with installation(server, "boston_311", tmp_path) as opened:
        yield opened


def land(workspace: Workspace, name: str, day: date = DAY) -> Counter[Event]:
    """Land one of the files as a day's export; return what happened to which case, and when."""
    folder = exports_of(workspace, VENDOR) / f"{day:%Y%m%d}"
    folder.mkdir()
    shutil.copy(DATA / name, folder / name)
    at = datetime(day.year, day.month, day.day, 8, tzinfo=UTC) + timedelta(days=1)
    os.utime(folder / name, (at.timestamp(), at.timestamp()))
    fetch_export(workspace, VENDOR, day, NOW)
    summary = land_day(workspace, VENDOR, day, NOW).summary
    assert summary["quarantined_rows"] == 0
    return Counter(
        (row["case_id_vendor"], row["event_type"], row["event_at"])
        for row in delivered_rows(workspace, VENDOR, day)
    )


@pytest.fixture
def plain(workspace: Workspace) -> Counter[Event]:
    """Land the file that nobody damaged."""
    return land(workspace, "boston311-100.csv", DAY - timedelta(days=7))


@pytest.mark.parametrize(
    "name",
    ["boston311-dmy-100.csv", "boston311-100-with-nonascii.csv", "boston311-100-with-fake-pii.csv"],
    ids=["day first", "other letters", "personal data"],
)
def test_what_the_contract_reads_is_the_same(
    workspace: Workspace, plain: Counter[Event], name: str
) -> None:
    """Another spelling of dates, letters of other alphabets, people's data in free text."""
    assert len({case for case, _, _ in plain}) == 100
    assert land(workspace, name) == plain


def test_the_one_request_that_differs_is_told_apart(
    workspace: Workspace, plain: Counter[Event]
) -> None:
    """A copy in another order, in which one request was closed a minute later."""
    copy = land(workspace, "boston311-100-diff.csv")
    (before,), (after,) = plain - copy, copy - plain
    assert before[:2] == after[:2] == ("101004113747", "decided")
    assert after[2] - before[2] == 60


def test_without_times_everything_happens_at_midnight(workspace: Workspace) -> None:
    """In the desk's own zone."""
    found = land(workspace, "boston311-100-notime.csv")
    assert {at % 86_400 for _, _, at in found} <= {4 * 3600, 5 * 3600}
    assert len({case for case, _, _ in found}) == 100


def test_repeated_rows_stay_visible_as_repeated(workspace: Workspace) -> None:
    """A hundred rows of eighty requests land as a hundred records; the cleaned file as eighty."""
    found = land(workspace, "boston311-100-20dupes-random.csv")
    received = Counter(case for case, kind, _ in found.elements() if kind == "received")
    assert (len(received), received.total()) == (80, 100)
    clean = land(workspace, "boston311-100-deduped.csv", DAY + timedelta(days=1))
    assert set(found) == set(clean)


def test_nobody_whom_free_text_names_is_in_what_landed(workspace: Workspace) -> None:
    """Telephone numbers, card numbers and addresses were put into the closing remarks."""
    land(workspace, "boston311-100-with-fake-pii.csv")
    raw = (DATA / "boston311-100-with-fake-pii.csv").read_text(encoding="utf-8")
    planted = ("212-555-1234", "987-65-4320", "378734493671000", "joeblows@aol.com")
    assert [text for text in planted if text not in raw] == []
    landed = repr(delivered_rows(workspace, VENDOR, DAY))
    assert [text for text in planted if text in landed] == []
