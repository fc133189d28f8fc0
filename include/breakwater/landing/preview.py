"""Read a sample of an export by its contract, and keep nothing: for whoever writes the contract."""

import secrets
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.shape import ListingShape
from breakwater.core.days import Window
from breakwater.core.errors import ContractError
from breakwater.landing.mapping.records import Records, map_records
from breakwater.landing.mapping.row_filters import left_out, without
from breakwater.landing.mapping.terms import Terms, first_day_of
from breakwater.landing.reading.layout import Layout
from breakwater.landing.reading.raw_rows import RawRows, RefusedRow
from breakwater.landing.reading.read_export import open_export
from breakwater.landing.reading.refusal import ExportRefusedError, shown

MOST_EXAMPLES = 5
"""Refused rows, and days, that are shown one by one."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would come to.

    Attributes:
        layout: its columns.
        rows: how many records it has; each lands, is left out, or is refused.
        landing: how many would land.
        left_out: how many the contract's `rows` leave out.
        reasons: how many are refused for what; one may have several reasons.
        refused: the first few of them.
        days: how many records belong to which operational day.
        first: the first that would land, in our words; instants are UTC seconds.
    """

    layout: Layout
    rows: int
    landing: int
    left_out: int
    reasons: Mapping[str, int]
    refused: tuple[RefusedRow, ...]
    days: Mapping[date, int]
    first: Mapping[str, Any] | None


def preview_file(configuration: Configuration, vendor: str, day: date, file: Path) -> Preview:
    """Read a file on the local disk as if it were a vendor's export of a day.

    Nothing is stored, and pseudonyms are made with a key of the moment.

    Raises:
        ContractError: the file as a whole is not what the contract says.
        ConfigurationError: nobody of that name is configured.
    """
    contract = configuration.vendor(vendor, day)
    operations = configuration.operations
    window = Window.for_operational_day(day, operations.zone_info)
    first_day = first_day_of(configuration, vendor)
    terms = Terms(contract, operations, day, window, first_day, secrets.token_bytes(16))
    found = _Found(terms)
    try:
        export = open_export(file, contract)
        with closing(export.chunks) as chunks:
            for raw in chunks:
                found.take(raw)
    except ExportRefusedError as refusal:
        raise ContractError(
            vendor,
            day,
            f"{shown(file.name)}: {refusal.fault}",
            expected=refusal.expected,
            found=refusal.found,
        ) from refusal
    return found.preview(export.layout)


class _Found:
    """Adds up what the chunks of a file come to."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._rows = self._landing = self._left_out = 0
        self._reasons: Counter[str] = Counter()
        self._refused: list[RefusedRow] = []
        self._days: Counter[date] = Counter()
        self._first: dict[str, Any] | None = None

    def take(self, raw: RawRows) -> None:
        rejected = left_out(raw, self._terms.contract.rows)
        self._rows += raw.physical_rows
        self._left_out += int(rejected.sum())
        kept = without(raw, rejected)
        if isinstance(self._terms.contract.shape, ListingShape):
            # What a listing says depends on the one before it: alone it only lists.
            self._landing += kept.columns.num_rows
            self._refuse(kept.refused)
            return
        records = map_records(kept, self._terms)
        self._landing += records.columns.num_rows
        self._days.update(records.operational_day.to_pylist())
        self._refuse(records.refused)
        if self._first is None and records.columns.num_rows:
            self._first = _first_of(records)

    def _refuse(self, refused: tuple[RefusedRow, ...]) -> None:
        self._reasons.update(reason for row in refused for reason in row.reasons)
        self._refused += islice(refused, MOST_EXAMPLES - len(self._refused))

    def preview(self, layout: Layout) -> Preview:
        return Preview(
            layout,
            self._rows,
            self._landing,
            self._left_out,
            dict(self._reasons.most_common()),
            tuple(self._refused),
            dict(sorted(self._days.items())),
            self._first,
        )


def _first_of(records: Records) -> dict[str, Any]:
    (row,) = records.columns.slice(0, 1).to_pylist()
    told = {
        f"{happening.event_type} at": happening.at[0].as_py()
        for happening in records.happenings
        if happening.at[0].is_valid
    }
    in_order = dict(sorted(told.items(), key=lambda item: item[1]))
    return {name: value for name, value in row.items() if value is not None} | in_order
