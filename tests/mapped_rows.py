"""Rows of the tests' vendor, mapped, and what became of them."""

from typing import Any

from vendor_exports import DAY, as_csv, contract, rows_of
from whole_export import read_csv_text

from breakwater.contracts.configuration import Configuration
from breakwater.core.days import Window
from breakwater.landing.mapping.records import Records, map_records
from breakwater.landing.mapping.terms import Terms


def mapped(configuration: Configuration, *changes: dict[str, str], **terms: Any) -> Records:  # noqa: ANN401  values of a YAML file
    """Map rows of the tests' vendor."""
    own = contract(**terms)
    raw = read_csv_text(as_csv(rows_of(*changes)).decode(), own.column_names)
    operations = configuration.operations
    window = Window.for_operational_day(DAY, operations.zone_info)
    return map_records(raw, Terms(own, operations, DAY, window, None, b"key of the tests"))


def at(records: Records, column: str) -> list[int | None]:
    """Return the instants of one happening."""
    [found] = [h.at.to_pylist() for h in records.happenings if h.column == column]
    return found


def reasons(records: Records) -> list[tuple[str, ...]]:
    """Return the reasons of each refused record."""
    return [row.reasons for row in records.refused]
