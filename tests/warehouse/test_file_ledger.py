"""The file ledger: which of the files received for a vendor-day say what the day is."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from vendor_exports import contract

from breakwater.contracts.vendor import VendorContract
from breakwater.warehouse.database import Database
from breakwater.warehouse.file_ledger import (
    ReceivedFile,
    duplicates,
    files_in_force,
    is_sum_of_files,
    record_file,
)

DAY = date(2026, 11, 3)
AFTER = DAY + timedelta(days=1)
SIX = datetime(2026, 11, 4, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)

FOLDER = {"kind": "folder", "uri": "{exports}/acme", "pattern": "acme_{day:%Y%m%d}*"}
MANY = FOLDER | {"files": "many"}
ONE_FILE = contract()
MANY_FILES = contract(source=MANY)
INCREMENTS = contract(
    source=MANY,
    delivery={"deadline": "06:00", "zone": "Europe/Riga", "content": "increment"},
)
LISTINGS = contract(
    source=MANY,
    shape={"kind": "listing", "name_format": "acme_%Y%m%d*", "state": "state"},
)


def content(text: str) -> str:
    """Return a hash that stands for a content."""
    return text.ljust(64, "0")


def receive(
    warehouse: Database,
    terms: VendorContract,
    sha: str,
    *,
    name: str = "acme_20261103.csv",
    hours: int = 0,
    day: date = DAY,
    **changes: Any,  # noqa: ANN401  what the file has
) -> bool:
    """Enter a file that was delivered some hours after six."""
    at = SIX + hours * HOUR
    file = ReceivedFile("vendor", name, content(sha), 9, f"raw/{sha}", None, at, is_late=False)
    file = dataclasses.replace(file, **changes)
    with warehouse.transaction() as connection:
        return record_file(connection, "acme", day, file, at, among_its_name=is_sum_of_files(terms))


def in_force(warehouse: Database, terms: VendorContract, day: date = DAY) -> list[tuple[str, str]]:
    """List name and content of the files in force."""
    with warehouse.transaction() as connection:
        files = files_in_force(connection, terms, "acme", day)
    return [(file.name, file.sha256.rstrip("0")) for file in files]


def test_nothing_received_is_nothing_in_force(warehouse: Database) -> None:
    """An empty list, for the caller to judge."""
    assert in_force(warehouse, ONE_FILE) == []


def test_of_a_snapshot_the_newest_file_counts_whatever_its_name(warehouse: Database) -> None:
    """Delivery decides, and what was in force stays in the ledger."""
    receive(warehouse, ONE_FILE, "b", name="z", hours=1)
    receive(warehouse, ONE_FILE, "a", name="a", hours=2)
    assert in_force(warehouse, ONE_FILE) == [("a", "a")]


def test_of_a_snapshot_of_many_files_the_newest_of_each_name_counts(warehouse: Database) -> None:
    """A second delivery of one hour replaces that hour alone."""
    receive(warehouse, MANY_FILES, "a", name="h00", hours=0)
    receive(warehouse, MANY_FILES, "b", name="h01", hours=1)
    receive(warehouse, MANY_FILES, "c", name="h00", hours=2)
    assert in_force(warehouse, MANY_FILES) == [("h01", "b"), ("h00", "c")]


def test_of_increments_every_distinct_content_counts_in_order(warehouse: Database) -> None:
    """Also two contents under one name; a content sent again under another name adds nothing."""
    receive(warehouse, INCREMENTS, "a", name="h00", hours=0)
    receive(warehouse, INCREMENTS, "b", name="h00", hours=1)
    receive(warehouse, INCREMENTS, "c", name="h01", hours=2)
    receive(warehouse, INCREMENTS, "a", name="h00-again", hours=3)
    assert in_force(warehouse, INCREMENTS) == [("h00", "a"), ("h00", "b"), ("h01", "c")]


def test_touching_one_of_many_files_changes_nothing(warehouse: Database) -> None:
    """The first hour, copied anew in the evening, is neither late nor last."""
    receive(warehouse, MANY_FILES, "a", name="h00", hours=0)
    receive(warehouse, MANY_FILES, "b", name="h01", hours=1)
    assert not receive(warehouse, MANY_FILES, "a", name="h00", hours=9)
    assert in_force(warehouse, MANY_FILES) == [("h00", "a"), ("h01", "b")]


def test_a_withdrawn_correction_comes_back_into_force(warehouse: Database) -> None:
    """First, second, first again: the vendor is taken at its word."""
    for hours, sha in enumerate(("a", "b", "a")):
        assert receive(warehouse, ONE_FILE, sha, hours=hours)
    assert in_force(warehouse, ONE_FILE) == [("acme_20261103.csv", "a")]


@pytest.mark.parametrize("own_first", [False, True], ids=["in order", "backwards"])
def test_bytes_of_another_day_are_in_force_where_they_were_delivered_first(
    warehouse: Database, own_first: bool
) -> None:
    """Whatever day is fetched first; the later delivery is a duplicate and names the other day."""
    steps = [(DAY, "one", 0), (AFTER, "two", 24)]
    for day, name, hours in reversed(steps) if own_first else steps:
        receive(warehouse, ONE_FILE, "same", name=name, hours=hours, day=day)
    assert in_force(warehouse, ONE_FILE) == [("one", "same")]
    assert in_force(warehouse, ONE_FILE, AFTER) == []
    with warehouse.transaction() as connection:
        [found] = duplicates(connection, ONE_FILE, "acme", AFTER)
        assert (found.file.name, found.first_day) == ("two", DAY)
        assert duplicates(connection, ONE_FILE, "acme", DAY) == []


def test_of_equal_bytes_the_first_delivery_counts_also_for_the_later_day(
    warehouse: Database,
) -> None:
    """Today's export, sent once more as yesterday's, is today's."""
    receive(warehouse, ONE_FILE, "same", name="two", hours=24, day=AFTER)
    receive(warehouse, ONE_FILE, "same", name="one", hours=30)
    assert in_force(warehouse, ONE_FILE) == []
    assert in_force(warehouse, ONE_FILE, AFTER) == [("two", "same")]


def test_a_real_file_counts_beside_a_duplicate(warehouse: Database) -> None:
    """Even when the duplicate was delivered after it."""
    receive(warehouse, ONE_FILE, "same", name="one")
    receive(warehouse, ONE_FILE, "real", name="two", hours=23, day=AFTER)
    receive(warehouse, ONE_FILE, "same", name="three", hours=24, day=AFTER)
    assert in_force(warehouse, ONE_FILE, AFTER) == [("two", "real")]


def test_files_without_records_and_listings_may_be_equal_on_two_days(warehouse: Database) -> None:
    """Quiet days look alike, and so does a queue in which nothing moved."""
    for day in (DAY, AFTER):
        receive(warehouse, ONE_FILE, "quiet", day=day, has_records=False)
        receive(warehouse, LISTINGS, "still", name="listing", day=day)
    assert in_force(warehouse, LISTINGS, AFTER) == [
        ("acme_20261103.csv", "quiet"),
        ("listing", "still"),
    ]
    assert ("acme_20261103.csv", "quiet") in in_force(warehouse, MANY_FILES, AFTER)
