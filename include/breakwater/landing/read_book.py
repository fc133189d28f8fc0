"""From received files to mapped records on the local disk, file by file and chunk by chunk."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from breakwater.contracts.file_format import Manifest
from breakwater.landing.control_totals import ControlTotal, RowAccount, check_declared
from breakwater.landing.mapping.records import Records, map_records
from breakwater.landing.mapping.row_filters import left_out, without
from breakwater.landing.mapping.terms import Terms
from breakwater.landing.publishing.spill import RecordSpill
from breakwater.landing.quarantine.corrections import Corrections
from breakwater.landing.quarantine.refused_rows import RefusedRows
from breakwater.landing.reading.layout import Layout
from breakwater.landing.reading.raw_rows import RawRows, Rows
from breakwater.landing.reading.read_ahead import work_ahead
from breakwater.landing.reading.read_export import open_export
from breakwater.landing.reading.refusal import ExportRefusedError, Fault, shown
from breakwater.warehouse.file_ledger import ReceivedFile

THREADS = 2
"""Chunks that are mapped at once: Arrow leaves Python's lock alone for most of it."""


class FileRefusedError(Exception):
    """One of the files in force breaks its contract as a whole.

    Attributes:
        file: which.
        refusal: what is wrong with it.
    """

    def __init__(self, file: ReceivedFile, refusal: ExportRefusedError) -> None:
        """Keep both."""
        self.file, self.refusal = file, refusal
        super().__init__(f"{shown(file.name)}: {refusal}")


@dataclass(frozen=True, slots=True)
class FileRead:
    """What one file came to, before records of its key in later files replace any of it."""

    total: ControlTotal
    layout: Layout
    refused: RefusedRows


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads the files of one vendor-day into one spill.

    Memory holds a few chunks (`raw_rows.CHUNK` rows) in their three forms: text, mapped, refused.

    Attributes:
        terms: what the files are read by.
        corrections: of the vendor-day.
        spill: takes the mapped records.
        scratch: a folder for everything else.
        local: brings a received file to the local disk.
    """

    terms: Terms
    corrections: Corrections
    spill: RecordSpill
    scratch: Path
    local: Callable[[ReceivedFile], Path]

    def read(self, number: int, file: ReceivedFile, *, may_be_empty: bool) -> FileRead:
        """Read, check and map one file.

        Raises:
            FileRefusedError: it breaks its contract as a whole, or each of its records does.
            ControlTotalError: a record got lost on the way: a fault of ours.
        """
        path = self.local(file)
        try:
            return self._read(number, file, path, may_be_empty=may_be_empty)
        except ExportRefusedError as refusal:
            raise FileRefusedError(file, refusal) from refusal
        finally:
            path.unlink()

    def _read(self, number: int, file: ReceivedFile, path: Path, *, may_be_empty: bool) -> FileRead:
        contract = self.terms.contract
        export = open_export(path, contract)
        account = RowAccount(contract.vendor, self.terms.day, shown(file.name))
        total = ControlTotal(file, 0, 0, 0)
        with (
            RefusedRows(self.scratch, f"{number}") as refused,
            closing(export.chunks) as chunks,
            closing(work_ahead(chunks, partial(self._mapped, file.sha256), THREADS)) as mapped,
        ):
            for chunk in mapped:
                total = self._take(chunk, total, number, account, refused)
        check_declared(
            file,
            total.physical_rows,
            requires_manifest=isinstance(contract.control, Manifest),
            may_be_empty=may_be_empty,
        )
        _check_not_all_refused(total, refused)
        return FileRead(total, export.layout, refused)

    def _mapped(self, sha256: str, raw: RawRows) -> "_Chunk":
        """Correct, filter and map one chunk; it shares nothing with the others."""
        physical = _numbers(raw)
        raw, _ = self.corrections.apply(raw, sha256)
        rejected = left_out(raw, self.terms.contract.rows)
        kept = without(raw, rejected)
        return _Chunk(
            physical,
            raw.source_row[rejected],
            {row.source_row for row in kept.refused},
            map_records(kept, self.terms),
        )

    def _take(
        self,
        chunk: "_Chunk",
        total: ControlTotal,
        number: int,
        account: RowAccount,
        refused: RefusedRows,
    ) -> ControlTotal:
        """Keep one chunk; return the totals with it."""
        records = chunk.records
        refused.add(records.refused, chunk.unreadable)
        landed = records.source_row.to_numpy()
        quarantined = np.array([row.source_row for row in records.refused], dtype=np.int64)
        account.take(chunk.physical, [landed, quarantined, chunk.rejected])
        self.spill.add(number, records)
        return replace(
            total,
            physical_rows=account.physical_rows,
            landed_rows=total.landed_rows + len(landed),
            quarantined_rows=refused.count,
            rejected_rows=total.rejected_rows + len(chunk.rejected),
        )


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A chunk in our words.

    Attributes:
        physical: numbers of its rows.
        rejected: of those that the contract leaves out.
        unreadable: of those that were no rows at all.
        records: all others.
    """

    physical: Rows
    rejected: Rows
    unreadable: frozenset[int] | set[int]
    records: Records


def _numbers(raw: RawRows) -> Rows:
    refused = np.array([row.source_row for row in raw.refused], dtype=np.int64)
    return np.concatenate([raw.source_row, refused])


def _check_not_all_refused(total: ControlTotal, refused: RefusedRows) -> None:
    """A file without one good record is not an export with bad records: its contract changed."""
    if total.quarantined_rows and not total.landed_rows:
        reason, count = max(sorted(refused.reasons.items()), key=lambda item: item[1])
        raise ExportRefusedError(
            Fault.EVERY_RECORD_REFUSED,
            expected="records that can land",
            found=f"{total.quarantined_rows} refused, {count} of them with {reason}",
        )
