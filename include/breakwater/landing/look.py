"""One refused record as a person looks at it: what it says, cell by cell, and what is wrong."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from breakwater.contracts.file_format import CsvFormat
from breakwater.contracts.vendor import VendorContract
from breakwater.landing.quarantine.lines import read_lines
from breakwater.landing.quarantine.reason_words import Explained, explain_reason
from breakwater.landing.release import find_row
from breakwater.warehouse.quarantine import corrections_of_day, header_of
from breakwater.warehouse.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Looked:
    """A refused record.

    Attributes:
        sha256: hash of its file.
        source_row: 1-based number among the file's records.
        content: the line as it was read; None when the record has cells and no line, or when
            retention deleted it.
        cells: by column, as far as they can be told; the contract's columns first.
        reasons: every one, explained; none when a correction made the record land.
        corrections: what people said about it, the newest last.
    """

    sha256: str
    source_row: int
    content: str | None
    cells: Mapping[str, str | None]
    reasons: tuple[Explained, ...]
    corrections: tuple[Mapping[str, Any], ...]


def look_at(workspace: Workspace, vendor: str, day: date, file: str, source_row: int) -> Looked:
    """Look at one refused record.

    Args:
        workspace: the installation.
        vendor: whose record.
        day: of which operational day's export.
        file: hash of the file, or its beginning; or its name.
        source_row: 1-based number of the record.

    Raises:
        ReleaseError: there is no such record in quarantine.
    """
    contract = workspace.configuration.vendor(vendor, day)
    with workspace.warehouse.transaction() as connection:
        row = find_row(connection, vendor, day, file, source_row)
        header = header_of(connection, vendor, day, row.sha256)
        corrections = corrections_of_day(connection, vendor, day)
    lines = read_lines(workspace.lake, vendor, day, row.sha256)
    found = next((line.content for line in lines if line.source_row == source_row), None)
    cells = found if isinstance(found, Mapping) else _cells(found, header, contract)
    return Looked(
        row.sha256,
        source_row,
        found if isinstance(found, str) else None,
        _in_order(cells, contract),
        tuple(explain_reason(reason, contract) for reason in row.reasons),
        tuple(
            each
            for each in corrections
            if (each["sha256"], each["source_row"]) == (row.sha256, source_row)
        ),
    )


def _cells(
    line: str | None, header: list[str] | None, contract: VendorContract
) -> dict[str, str | None]:
    """Split a line that could not be read as far as it goes; nothing where there are no names."""
    form = contract.format
    if line is None or header is None or not isinstance(form, CsvFormat):
        return {}
    reader = csv.reader(io.StringIO(line), delimiter=form.delimiter, quotechar=form.quote)
    try:
        values = next(reader, [])
    except csv.Error:
        return {}
    return dict(zip(header, values, strict=False))


def _in_order(cells: Mapping[str, str | None], contract: VendorContract) -> dict[str, str | None]:
    """Put the columns that the contract reads first, those that the record lacks included."""
    if not cells:
        return {}
    named = {name: cells.get(name) for name in contract.column_names}
    return named | {name: value for name, value in cells.items() if name not in named}
