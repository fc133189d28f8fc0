"""Release refused records: keep what a person corrected, and land the vendor-day again."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from breakwater.contracts.vendor import VendorContract
from breakwater.core.errors import BreakwaterError
from breakwater.landing.land import land_day
from breakwater.landing.quarantine.corrections import Cells, add_correction
from breakwater.landing.reading.refusal import shown
from breakwater.warehouse.database import Connection
from breakwater.warehouse.file_ledger import received_files
from breakwater.warehouse.quarantine import (
    QuarantinedRow,
    corrections_of_day,
    landed_files,
    quarantined_rows,
)
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.workspace import Workspace

SHORTEST_HASH = 6


class ReleaseError(BreakwaterError):
    """Something was to be released that is not there, or that cannot be said so."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says about one refused record.

    Attributes:
        file: hash of the file, or its beginning; or the file's name.
        source_row: which record, 1-based.
        cells: by the contract's column names; None is an empty cell.
        note: why, for whoever asks later.
    """

    file: str
    source_row: int
    cells: Cells
    note: str


@dataclass(frozen=True, slots=True)
class Released:
    """What became of it.

    Attributes:
        landing: what landing the vendor-day again said.
        corrected: how many records were corrected now.
        remaining: those of them that are refused still, with their reasons.
        in_quarantine: how many records of the vendor-day are there now, corrected or not.
        out_of_force: how many corrections of the day belong to a file that another one replaced.
    """

    landing: StageResult
    corrected: int
    remaining: tuple[QuarantinedRow, ...]
    in_quarantine: int
    out_of_force: int


def release(
    workspace: Workspace,
    vendor: str,
    day: date,
    corrections: Sequence[Correction],
    *,
    by: str,
    now: datetime,
) -> Released:
    """Correct refused records and land their vendor-day again; with no correction, only that.

    Corrections are bound to the content of a file: fetching it again keeps them, another version
    of it starts anew. They are kept before the day is landed, and count whenever it is.

    Args:
        workspace: the installation.
        vendor: whose records.
        day: of which operational day's export.
        corrections: all or none of them are kept.
        by: who says so.
        now: the instant to remember.

    Raises:
        ReleaseError: there is no such file, record or column. Nothing was kept.
        BreakwaterError: the vendor-day could not be landed; the corrections are kept.
    """
    contract = workspace.configuration.vendor(vendor, day)
    kept = []
    with workspace.warehouse.transaction() as connection:
        for correction in corrections:
            row = find_row(connection, vendor, day, correction.file, correction.source_row)
            _check_cells(correction.cells, contract)
            add_correction(
                connection,
                vendor,
                day,
                sha256=row.sha256,
                source_row=row.source_row,
                cells=correction.cells,
                by=by,
                note=correction.note,
                at=now,
            )
            kept.append((row.sha256, row.source_row))
    landing = land_day(workspace, vendor, day, now)
    with workspace.warehouse.transaction() as connection:
        refused = quarantined_rows(connection, vendor, day)
        out_of_force = corrections_out_of_force(connection, vendor, day)
    remaining = tuple(row for row in refused if (row.sha256, row.source_row) in kept)
    return Released(landing, len(set(kept)), remaining, len(refused), out_of_force)


def find_row(
    connection: Connection, vendor: str, day: date, file: str, source_row: int
) -> QuarantinedRow:
    """Find a refused record, or one that landed because somebody corrected it.

    Raises:
        ReleaseError: the file is not in force or was never received, the name fits several files,
            or the record is not in quarantine.
    """
    rows = quarantined_rows(connection, vendor, day, [source_row])
    in_force = landed_files(connection, vendor, day)
    corrected = [
        QuarantinedRow("", each["sha256"], each["source_row"], ())
        for each in corrections_of_day(connection, vendor, day)
        if each["source_row"] == source_row and each["sha256"] in in_force
    ]
    by_hash = {row.sha256: row for row in (*corrected, *rows)}
    hashes = _hashes_of(connection, vendor, day, file)
    found = [by_hash[sha256] for sha256 in hashes if sha256 in by_hash]
    if len(found) == 1:
        return found[0]
    where = f"{vendor} {day.isoformat()}"
    if found:
        message = f"{where}: {shown(file)} is several files; name one by its hash: " + ", ".join(
            row.sha256[:12] for row in found
        )
        raise ReleaseError(message)
    if not in_force.intersection(hashes):
        stands = ", ".join(sorted(each[:12] for each in in_force)) or "none"
        message = (
            f"{where}: expected a file that the day was landed from ({stands}); found"
            f" {shown(file)}: another version took its place, and starts anew"
        )
        raise ReleaseError(message)
    message = (
        f"{where}: expected a record in quarantine; found row {source_row} of {shown(file)},"
        " which is not: see `breakwater quarantine list`"
    )
    raise ReleaseError(message)


def _hashes_of(connection: Connection, vendor: str, day: date, file: str) -> list[str]:
    """Return the hashes of the received files that a person may mean.

    Raises:
        ReleaseError: none was ever received.
    """
    received = received_files(connection, vendor, day, "vendor")
    hashes = [each.sha256 for each in received if each.name == file]
    if len(file) >= SHORTEST_HASH:
        hashes += [each.sha256 for each in received if each.sha256.startswith(file.lower())]
    if not hashes:
        message = (
            f"{vendor} {day.isoformat()}: expected the name of a received file, or at least"
            f" {SHORTEST_HASH} characters of its hash; found {shown(file)}"
        )
        raise ReleaseError(message)
    return list(dict.fromkeys(hashes))


def _check_cells(cells: Cells, contract: VendorContract) -> None:
    names, personal = contract.column_names, contract.personal
    # A correction is kept in clear: it must never be the place where a person's name stands.
    people = {contract.columns.agent, *personal.columns, *personal.pseudonymise}
    for name, value in cells.items():
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f", nearest {near[0]!r}" if near else ""
            message = (
                f"expected a column that the contract reads ({', '.join(names)});"
                f" found {shown(name)}{hint}"
            )
            raise ReleaseError(message)
        if name in people and value is not None:
            message = f"{name!r} holds people: in a correction it may only be emptied, `{name}=`"
            raise ReleaseError(message)


def corrections_out_of_force(connection: Connection, vendor: str, day: date) -> int:
    """Count corrected rows of files that another version replaced: those start anew."""
    in_force = landed_files(connection, vendor, day)
    made = corrections_of_day(connection, vendor, day)
    corrected = {(each["sha256"], each["source_row"]) for each in made}
    return sum(sha256 not in in_force for sha256, _ in corrected) if in_force else 0
