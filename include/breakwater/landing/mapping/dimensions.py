"""Who, where and what a record is about: ids and codes of the vendor in our words."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.contracts.operations import Operations
from breakwater.contracts.shape import columns_of
from breakwater.contracts.vendor import VendorContract
from breakwater.core.vocabulary import ActorType, Priority
from breakwater.landing.mapping.pseudonyms import AGENT, pseudonyms
from breakwater.landing.mapping.reasons import Reasons
from breakwater.landing.mapping.texts import Cells, Texts, is_unknown, translate

SITE = "^[a-z][a-z0-9_]{0,30}$"
MARKET = "^[A-Za-z0-9][A-Za-z0-9_-]{0,30}$"
_NO_TEXT = pa.scalar(None, pa.string())


def identities(texts: Texts, contract: VendorContract, reasons: Reasons) -> dict[str, pa.Array]:
    """Map what names a record: case, item, key of the record in both books."""
    columns = contract.columns
    case_id = joined([texts.of(name) for name in columns_of(columns.case_id)])
    item_id = joined([texts.of(name) for name in columns_of(columns.item_id)])
    reasons.add("case_id_missing", case_id.is_null())
    reasons.add("item_id_missing", item_id.is_null())
    record_key = case_id
    if columns.record_key is not None:
        record_key = joined([texts.of(name) for name in columns.record_key])
        reasons.add("record_key_missing", record_key.is_null())
    return {"case_id_vendor": case_id, "item_id": item_id, "record_key": record_key}


def joined(parts: list[pa.Array]) -> pa.Array:
    """Join the parts of a key so that different parts never give the same key."""
    if len(parts) == 1:
        return parts[0]
    escaped = [pc.replace_substring_regex(part, r"([\\|])", r"\\\1") for part in parts]
    return pc.binary_join_element_wise(*escaped, "|")


def dimensions(
    texts: Texts, contract: VendorContract, operations: Operations, reasons: Reasons
) -> dict[str, pa.Array]:
    """Map what a record is counted by."""
    columns, codes, defaults = contract.columns, contract.codes, contract.defaults
    code = texts.cells(columns.queue)
    queue = _translated(code, codes.queues, "queue", reasons)
    if defaults.queue is None:
        reasons.add("queue_missing", code.spread(code.values.is_null()))
    else:
        queue = pc.if_else(code.values.is_null(), defaults.queue, queue)
    site = texts.cells(columns.site)
    places = site_of(site.values, contract)
    reasons.add("site_unknown", site.spread(is_unknown(site.values, places)))
    policy = texts.cells(columns.policy)
    policies = codes.policies or {policy: policy for policy in operations.policies}
    applied = _translated(policy, policies, "policy", reasons)
    language = texts.cells(columns.language)
    languages = codes.languages or {code: code for code in operations.languages}
    priority = texts.cells(columns.priority)
    priorities: Mapping[str, str] = codes.priorities or {
        each.value: each.value for each in Priority
    }
    urgency = _translated(priority, priorities, "priority", reasons)
    usual = code.coded(_priority_of(queue, contract, operations))
    return {
        "site": site.coded(places.fill_null(defaults.site)),
        "queue": code.coded(queue),
        "policy": policy.coded(
            applied if defaults.policy is None else applied.fill_null(defaults.policy)
        ),
        "language": language.coded(
            translate(language.values, languages).fill_null(defaults.language)
        ),
        "priority": _with_default(priority, urgency, usual),
        **_market(texts, contract),
    }


def _market(texts: Texts, contract: VendorContract) -> dict[str, pa.Array]:
    """Map the market where the contract names its column; what is no code is no market.

    Records of other vendors have no such column, so that their ids stay what they were.
    """
    if contract.columns.market is None:
        return {}
    cells = texts.cells(contract.columns.market)
    is_code = pc.match_substring_regex(cells.values, MARKET)
    return {"market": cells.coded(pc.if_else(is_code, cells.values, _NO_TEXT))}


def _translated(cells: Cells, codes: Mapping[str, str], name: str, reasons: Reasons) -> pa.Array:
    """Translate the values of a column and refuse rows whose code has no meaning."""
    translated = translate(cells.values, codes)
    reasons.add(f"{name}_unknown", cells.spread(is_unknown(cells.values, translated)))
    return translated


def site_of(code: pa.Array, contract: VendorContract) -> pa.Array:
    """Translate the vendor's codes of sites; null where one is unknown, or none."""
    if contract.codes.sites:
        return translate(code, contract.codes.sites)
    is_slug = pc.match_substring_regex(code, SITE)
    return pc.if_else(is_slug, code, _NO_TEXT)


def _with_default(cells: Cells, values: pa.Array, default: pa.DictionaryArray) -> pa.Array:
    """Return one text a row, and where it has none the default of the row."""
    if values.null_count == len(values):
        return default
    given = cells.coded(values)
    if not given.null_count:
        return given
    return pc.coalesce(cells.spread(values), default.dictionary_decode()).dictionary_encode()


def _priority_of(queue: pa.Array, contract: VendorContract, operations: Operations) -> pa.Array:
    default = contract.defaults.priority
    if default is not None:
        return pa.repeat(pa.scalar(default.value), len(queue))
    return translate(queue, {name: q.priority.value for name, q in operations.queues.items()})


def actors(texts: Texts, contract: VendorContract, key: bytes) -> dict[str, pa.Array]:
    """Map who decided: people by pseudonym, everything that is not known as a rule a person."""
    columns = contract.columns
    actor, agent = texts.cells(columns.actor), texts.cells(columns.agent)
    kinds = translate(
        actor.values, {code: kind.value for code, kind in contract.codes.actors.items()}
    )
    return {
        "actor_type": actor.coded(kinds.fill_null(ActorType.HUMAN.value)),
        "agent": agent.coded(pseudonyms(agent.values, contract.vendor, key, AGENT)),
    }


def decisions(
    texts: Texts, contract: VendorContract, operational_day: pa.Array
) -> dict[str, pa.Array]:
    """Map the decision; a code without a meaning is kept, for the reconciliation to report.

    Args:
        texts: the cells.
        contract: with the crosswalk.
        operational_day: of each row, as date32: a code may mean another decision from a day on.
    """
    code = texts.cells(contract.columns.decision)
    days = operational_day.unique().to_pylist() if contract.codes.has_dated_decisions else []
    decision = _meaning(code, contract, days[0] if days else date.min)
    for day in days[1:]:
        is_of_day = pc.equal(operational_day, pa.scalar(day, pa.date32()))
        of_day = _meaning(code, contract, day).dictionary_decode()
        decision = pc.if_else(is_of_day, of_day, decision.dictionary_decode()).dictionary_encode()
    return {"decision": decision, "decision_code_vendor": code.coded(code.values)}


def _meaning(code: Cells, contract: VendorContract, day: date) -> pa.DictionaryArray:
    """Translate the codes as if every row were of one day."""
    known = {text: decision.value for text, decision in contract.codes.decisions_on(day).items()}
    decision = translate(code.values, known)
    if contract.defaults.decision is not None:
        decision = pc.if_else(code.values.is_null(), contract.defaults.decision.value, decision)
    return code.coded(decision)


def measures(texts: Texts, contract: VendorContract, reasons: Reasons) -> dict[str, pa.Array]:
    """Map numbers: handling time in whole seconds, QA scores as shares."""
    columns = contract.columns
    handled = texts.cells(columns.handle_seconds)
    seconds = plain_numbers(handled, "handle_seconds", reasons)
    reasons.add("handle_seconds_negative", handled.spread(pc.less(seconds, 0)))
    mapped = {"handle_seconds": handled.spread(pc.round(seconds).cast(pa.int64()))}
    for name in ("qa_score", "qa_rescore"):
        cells = texts.cells(getattr(columns, name))
        share = pc.divide(plain_numbers(cells, name, reasons), contract.qa_full_mark)
        outside = pc.or_(pc.less(share, 0), pc.greater(share, 1))
        reasons.add(f"{name}_out_of_range", cells.spread(outside))
        mapped[name] = cells.spread(share)
    return mapped | _audits(texts, contract, reasons)


def _audits(texts: Texts, contract: VendorContract, reasons: Reasons) -> dict[str, pa.Array]:
    """Map what an audit says besides its score, where the contract names a column for it.

    Records of other vendors have no such columns, so that their ids stay what they were.
    """
    columns, mapped = contract.columns, {}
    if columns.qa_is_golden is not None:
        cells = texts.cells(columns.qa_is_golden)
        words = {code: str(meaning).lower() for code, meaning in contract.codes.golden.items()}
        meaning = _translated(cells, words, "qa_is_golden", reasons)
        mapped["qa_is_golden"] = cells.spread(meaning).cast(pa.bool_())
    if columns.qa_critical_errors is not None:
        name = "qa_critical_errors"
        cells = texts.cells(columns.qa_critical_errors)
        count = plain_numbers(cells, name, reasons)
        is_whole = pc.and_(pc.greater_equal(count, 0), pc.equal(count, pc.floor(count)))
        reasons.add(f"{name}_out_of_range", cells.spread(pc.invert(is_whole)))
        mapped[name] = cells.spread(pc.floor(count).cast(pa.int64()))
    return mapped


def plain_numbers(cells: Cells, name: str, reasons: Reasons) -> pa.Array:
    """Read plain decimal numbers as doubles; null where the cell is empty, is no number, or is too large."""
    values = cells.values
    if values.null_count == len(values):
        return pa.nulls(len(values), pa.float64())
    is_number = pc.match_substring_regex(values, r"^-?[0-9]{1,9}(\.[0-9]{1,9})?$")
    is_long = pc.match_substring_regex(values, r"^-?[0-9]{10,}(\.[0-9]*)?$")
    reasons.add(f"{name}_too_large", cells.spread(is_long))
    is_unreadable = pc.invert(pc.or_(is_number, is_long))
    reasons.add(f"{name}_unreadable", cells.spread(is_unreadable))
    return pc.if_else(is_number, values, _NO_TEXT).cast(pa.float64())


def remarks(texts: Texts, contract: VendorContract, reasons: Reasons) -> dict[str, pa.Array]:
    """Map the words that explain an event: pause reason, escalation tier, appeal outcome."""
    columns = contract.columns
    cells = texts.cells(columns.appeal_outcome)
    meanings = contract.codes.appeal_outcomes or {"upheld": "upheld", "overturned": "overturned"}
    outcome = _translated(cells, meanings, "appeal_outcome", reasons)
    return {
        "pause_reason": _coded(texts.cells(columns.pause_reason)),
        "escalated_to": _coded(texts.cells(columns.escalated_to)),
        "appeal_outcome": cells.coded(outcome),
    }


def _coded(cells: Cells) -> pa.DictionaryArray:
    return cells.coded(cells.values)


def is_given(column: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell where a column has a value."""
    given: np.ndarray[tuple[int], np.dtype[np.bool_]]
    given = column.is_valid().to_numpy(zero_copy_only=False)
    return given
