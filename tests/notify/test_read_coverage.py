"""Which vendors reported: those whose own export of the day is in force."""

from datetime import UTC, date, datetime, timedelta

from breakwater.contracts.configuration import Configuration
from breakwater.notify.coverage import read_coverage
from breakwater.warehouse.database import Database
from breakwater.warehouse.file_ledger import ReceivedFile, record_file

DAY = date(2026, 11, 14)
AT = datetime(2026, 11, 14, 20, tzinfo=UTC)


def receive(warehouse: Database, vendor: str, day: date, content: str, at: datetime) -> None:
    """Enter a file of some content."""
    sha = content.ljust(64, "0")
    file = ReceivedFile("vendor", f"{day}.csv", sha, 9, f"raw/{sha}", None, at, is_late=False)
    with warehouse.transaction() as connection:
        record_file(connection, vendor, day, file, at)


def test_a_vendor_that_sent_another_days_export_has_not_reported(
    warehouse: Database, configuration: Configuration
) -> None:
    """Its file is in the ledger, and says nothing about the day."""
    receive(warehouse, "pearlline", DAY - timedelta(days=1), "a", AT - timedelta(days=1))
    receive(warehouse, "pearlline", DAY, "a", AT)
    receive(warehouse, "dekkan", DAY, "b", AT)
    with warehouse.transaction() as connection:
        coverage = read_coverage(connection, configuration, DAY)
    assert coverage.delivered["dekkan"] == AT
    assert coverage.delivered["pearlline"] is None
    assert "1 of 5 vendors reported" in coverage.for_the_operation()
