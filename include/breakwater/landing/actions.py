"""From the slice of our own log to `enforcement_action`; our own rows are checked all the same."""

import gzip
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from breakwater.contracts.shape import columns_of
from breakwater.contracts.tables import ENFORCEMENT_ACTION
from breakwater.contracts.vendor import VendorContract
from breakwater.core.vocabulary import Decision
from breakwater.engine.base import arrow_schema
from breakwater.landing.mapping.dimensions import plain_numbers
from breakwater.landing.mapping.operational_days import as_dates, ordinals_of
from breakwater.landing.mapping.pseudonyms import AGENT, pseudonyms, replacements
from breakwater.landing.mapping.reasons import Reasons
from breakwater.landing.mapping.texts import CONTROL_CHARACTERS, Cells
from breakwater.landing.reading.raw_rows import RawRows, RefusedRow
from breakwater.warehouse.workspace import Workspace

TEXTS = (
    "action_id",
    "site",
    "queue",
    "policy",
    "language",
    "record_key",
    "item_id",
    "decision",
    "status",
    "source",
)
NUMBERS = ("handle_seconds", "score")
"""In the slice only where the settings name a column for them."""
REQUIRED = ("action_id", "site", "queue", "item_id", "decision", "status", "source")
CLOSED_SETS = {
    "decision": [decision.value for decision in Decision],
    "status": ["executed", "failed", "pending"],
    "source": ["review", "automation", "appeal"],
}


def read_slice(file: Path) -> RawRows:
    """Read what COPY wrote. Empty text is no value, as in a vendor's export."""
    names = (*TEXTS, *NUMBERS, "agent", "decided_at", "enforced_at")
    types = dict.fromkeys(names, pa.string())
    with gzip.open(file) as stream:
        table = pa.csv.read_csv(
            stream,
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types=types,
                include_columns=list(types),
                include_missing_columns=True,
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    return RawRows(table, np.arange(1, table.num_rows + 1, dtype=np.int64), ())


def enforcement_actions(
    raw: RawRows, workspace: Workspace, vendor: str, day: date
) -> tuple[pa.Table, tuple[RefusedRow, ...], dict[str, int]]:
    """Map the slice of an operational day.

    Returns:
        The rows of `enforcement_action` by action id, the refused ones, how many by reason.
    """
    raw = _with_pseudonyms(raw, workspace, vendor)
    reasons = Reasons(raw.columns.num_rows)
    for name in TEXTS:
        column = raw.columns.column(name)
        if name in REQUIRED:
            reasons.add(f"{name}_missing", column.is_null())
        reasons.add(
            "text_has_control_characters", pc.match_substring_regex(column, CONTROL_CHARACTERS)
        )
    for name, values in CLOSED_SETS.items():
        column = raw.columns.column(name)
        unknown = pc.and_(column.is_valid(), pc.invert(pc.is_in(column, pa.array(values))))
        reasons.add(f"{name}_unknown", unknown)
    _check_repeats(raw, reasons)
    measured = _measures(raw, reasons)
    rows = raw.columns.drop_columns(list(NUMBERS))
    for name, values in measured.items():
        rows = rows.append_column(name, values)
    kept = rows.filter(pa.array(~reasons.is_refused))
    return _fitted(kept, workspace, vendor, day), reasons.refused_rows(raw), reasons.counts


def _replaced(
    columns: Mapping[str, pa.ChunkedArray], contract: VendorContract, key: bytes
) -> dict[str, pa.Array]:
    """Make pseudonyms of what the vendor's side has as pseudonyms, or nothing would pair."""
    of_vendor = replacements(contract, key)
    own = {
        "item_id": columns_of(contract.columns.item_id),
        "record_key": contract.columns.record_key or columns_of(contract.columns.case_id),
    }
    return {
        name: of_vendor[named[0]](columns[name].combine_chunks())
        for name, named in own.items()
        if len(named) == 1 and named[0] in of_vendor
    }


def _with_pseudonyms(raw: RawRows, workspace: Workspace, vendor: str) -> RawRows:
    """Replace who decided, before anything is kept, as the vendor's side replaces its reviewers."""
    named = pc.utf8_trim_whitespace(raw.columns.column("agent").combine_chunks())
    agents = pseudonyms(
        pc.if_else(pc.equal(named, ""), None, named), vendor, workspace.pseudonym_key, AGENT
    )
    place = raw.columns.column_names.index("agent")
    return replace(raw, columns=raw.columns.set_column(place, "agent", agents))


def _measures(raw: RawRows, reasons: Reasons) -> dict[str, pa.Array]:
    """Read what the log measured, in the units of the vendor's side: whole seconds, a share."""
    values = {
        name: plain_numbers(Cells(raw.columns.column(name).combine_chunks(), None), name, reasons)
        for name in NUMBERS
    }
    seconds, share = values["handle_seconds"], values["score"]
    reasons.add("handle_seconds_negative", pc.less(seconds, 0))
    reasons.add("score_out_of_range", pc.or_(pc.less(share, 0), pc.greater(share, 1)))
    return {"handle_seconds": pc.round(seconds).cast(pa.int64()), "score": share}


def _check_repeats(raw: RawRows, reasons: Reasons) -> None:
    """The slice is ordered by action id: an id that repeats stands beside itself."""
    ids = raw.columns.column("action_id").combine_chunks()
    repeats = np.zeros(len(ids), dtype=bool)
    if len(ids) > 1:
        same = pc.equal(ids[1:], ids[:-1]).fill_null(False)
        repeats[1:] = same.to_numpy(zero_copy_only=False)
    reasons.add("action_id_repeated", repeats)


def _fitted(rows: pa.Table, workspace: Workspace, vendor: str, day: date) -> pa.Table:
    decided_at = rows.column("decided_at").cast(pa.int64())
    columns = {name: rows.column(name) for name in TEXTS}
    contract = workspace.configuration.vendor(vendor, day)
    columns |= _replaced(columns, contract, workspace.pseudonym_key)
    columns |= {
        "operational_day": as_dates(
            ordinals_of(decided_at.to_numpy(), workspace.configuration.operations.zone_info)
        ),
        "vendor": pa.repeat(pa.scalar(vendor), rows.num_rows),
        "language": rows.column("language").fill_null("und"),
        "decided_at": decided_at,
        "enforced_at": rows.column("enforced_at").cast(pa.int64()),
        **{name: rows.column(name) for name in ("agent", *NUMBERS)},
    }
    return pa.table(columns).select(arrow_schema(ENFORCEMENT_ACTION).names)
