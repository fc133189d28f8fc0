"""Records of an export by its contract: mapped columns, events, day; the rest is refused."""

from dataclasses import dataclass
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.contracts.shape import CaseShape, ListingShape, columns_of
from breakwater.contracts.vendor import VendorContract
from breakwater.landing.mapping import dimensions
from breakwater.landing.mapping.happenings import Happening, Life, read_life
from breakwater.landing.mapping.operational_days import as_dates, ordinal, ordinals_of
from breakwater.landing.mapping.pseudonyms import replacements
from breakwater.landing.mapping.reasons import Reasons
from breakwater.landing.mapping.terms import Terms
from breakwater.landing.mapping.text_checks import check_no_links, check_texts
from breakwater.landing.mapping.texts import Texts
from breakwater.landing.reading.raw_rows import RawRows, RefusedRow

LISTED_STATE = "listed_state"
"""Column of a case's place in the queue; no record keeps it."""


@dataclass(frozen=True, slots=True)
class Records:
    """What an export says, in our words.

    Attributes:
        columns: one row a record: what names it, what it is counted by, what was decided.
        happenings: its events, aligned with the rows.
        operational_day: its day, date32.
        source_row: its number in the file.
        refused: every other record of the file, with all of its reasons.
        refused_cases: of a listing, the cases of refused rows: they are in the queue all the same.
    """

    columns: pa.Table
    happenings: tuple[Happening, ...]
    operational_day: pa.Array
    source_row: pa.Array
    refused: tuple[RefusedRow, ...]
    refused_cases: pa.Array | None = None


def map_records(raw: RawRows, terms: Terms) -> Records:
    """Map an export's rows by its contract."""
    contract = terms.contract
    texts = Texts(raw.columns, contract.missing_values, replacements(contract, terms.pseudonym_key))
    reasons = Reasons(texts.row_count)
    named = _text_columns(contract)
    check_texts(texts, named, reasons)
    # Agents land as pseudonyms, and are often known by their address.
    check_no_links(texts, tuple(n for n in named if n != contract.columns.agent), reasons)
    life = read_life(texts, terms, reasons)
    operational_day = _days(life, terms, reasons)
    columns = pa.table(
        {
            **dimensions.identities(texts, contract, reasons),
            **dimensions.dimensions(texts, contract, terms.operations, reasons),
            **dimensions.actors(texts, contract, terms.pseudonym_key),
            **dimensions.decisions(texts, contract, operational_day),
            **dimensions.measures(texts, contract, reasons),
            **dimensions.remarks(texts, contract, reasons),
            **_listed(texts, contract, reasons),
        }
    )
    refused = sorted((*raw.refused, *reasons.refused_rows(raw)), key=lambda row: row.source_row)
    source_row = pa.array(raw.source_row)
    if not reasons:
        return Records(columns, life.happenings, operational_day, source_row, tuple(refused))
    is_refused = reasons.is_refused
    keep = pa.array(~is_refused)
    return Records(
        columns.filter(keep),
        tuple(Happening(h.event_type, h.ordinal, h.at.filter(keep)) for h in life.happenings),
        operational_day.filter(keep),
        source_row.filter(keep),
        tuple(refused),
        columns.column("case_id_vendor").combine_chunks().filter(pa.array(is_refused))
        if isinstance(contract.shape, ListingShape)
        else None,
    )


def _listed(texts: Texts, contract: VendorContract, reasons: Reasons) -> dict[str, pa.Array]:
    """Map the place in the queue that a listing tells; other shapes have none."""
    if not isinstance(contract.shape, ListingShape):
        return {}
    # A place of several columns may have empty ones; one without any is none.
    parts = [texts.of(name) for name in columns_of(contract.shape.state)]
    state = parts[0]
    if len(parts) > 1:
        given = reduce(pc.or_, [part.is_valid() for part in parts])
        state = dimensions.joined([part.fill_null("") for part in parts])
        state = pc.if_else(given, state, pa.scalar(None, pa.string()))
    reasons.add("state_missing", state.is_null())
    return {LISTED_STATE: state}


def _text_columns(contract: VendorContract) -> tuple[str, ...]:
    """List the named columns that land and do not hold instants."""
    shape = contract.shape
    states = () if isinstance(shape, CaseShape) else columns_of(shape.state)
    instants = set(shape.column_names) - set(states)
    names = dict.fromkeys((*contract.columns.column_names, *states))
    return tuple(name for name in names if name not in instants)


def _days(life: Life, terms: Terms, reasons: Reasons) -> pa.Array:
    """Find the operational day of each record and refuse those that may no longer change one."""
    contract = terms.contract
    days = np.full(len(life.settled_at), ordinal(terms.day), dtype=np.int32)
    is_earlier = life.is_settled & (life.settled_at < terms.window.start)
    days[is_earlier] = ordinals_of(life.settled_at[is_earlier], terms.operations.zone_info)
    oldest = ordinal(terms.day) - contract.delivery.accept_late_days
    reasons.add("delivered_too_late", days < oldest)
    if terms.first_day is not None:
        reasons.add("contract_not_in_force", days < ordinal(terms.first_day))
    return as_dates(days)
