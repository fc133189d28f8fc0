"""Who, where and what a record is about: ids and codes of the vendor in our words."""

import base64
import hashlib
import hmac

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.contracts.operations import Operations
from breakwater.contracts.shape import columns_of
from breakwater.contracts.vendor import VendorContract
from breakwater.core.vocabulary import ActorType, Priority
from breakwater.landing.reasons import Reasons
from breakwater.landing.texts import (
    CONTROL_CHARACTERS,
    LONGEST,
    Texts,
    is_unknown,
    translate,
)

SITE = "^[a-z][a-z0-9_]{0,30}$"
PSEUDONYM_CHARACTERS = 10
"""Of base 32: 50 bits, so that ten thousand reviewers share none."""


def check_texts(texts: Texts, names: tuple[str, ...], reasons: Reasons) -> None:
    """Refuse values that no id or code has: control characters, or great length."""
    for name in names:
        column = texts.of(name)
        reasons.add(
            "text_has_control_characters", pc.match_substring_regex(column, CONTROL_CHARACTERS)
        )
        reasons.add("text_too_long", pc.greater(pc.utf8_length(column), LONGEST))


def identities(texts: Texts, contract: VendorContract, reasons: Reasons) -> dict[str, pa.Array]:
    """Map what names a record: case, item, key of the record in both books."""
    columns = contract.columns
    case_id = _joined([texts.of(name) for name in columns_of(columns.case_id)])
    item_id = _joined([texts.of(name) for name in columns_of(columns.item_id)])
    reasons.add("case_id_missing", case_id.is_null())
    reasons.add("item_id_missing", item_id.is_null())
    record_key = case_id
    if columns.record_key is not None:
        record_key = _joined([texts.of(name) for name in columns.record_key])
        reasons.add("record_key_missing", record_key.is_null())
    return {"case_id_vendor": case_id, "item_id": item_id, "record_key": record_key}


def _joined(parts: list[pa.Array]) -> pa.Array:
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
    queue_code = texts.of(columns.queue)
    queue = translate(queue_code, codes.queues)
    reasons.add("queue_unknown", is_unknown(queue_code, queue))
    if defaults.queue is None:
        reasons.add("queue_missing", queue_code.is_null())
    else:
        queue = pc.if_else(queue_code.is_null(), defaults.queue, queue)
    site_code = texts.of(columns.site)
    site = _site(site_code, contract)
    reasons.add("site_unknown", is_unknown(site_code, site))
    policy_code = texts.of(columns.policy)
    policy = translate(policy_code, codes.policies or {p: p for p in operations.policies})
    reasons.add("policy_unknown", is_unknown(policy_code, policy))
    language = texts.of(columns.language)
    language = translate(language, codes.languages or {code: code for code in operations.languages})
    priority_code = texts.of(columns.priority)
    priority = translate(priority_code, codes.priorities or {p.value: p.value for p in Priority})
    reasons.add("priority_unknown", is_unknown(priority_code, priority))
    return {
        "site": site.fill_null(defaults.site),
        "queue": queue,
        "policy": policy if defaults.policy is None else policy.fill_null(defaults.policy),
        "language": language.fill_null(defaults.language),
        "priority": pc.coalesce(priority, _priority_of(queue, contract, operations)),
    }


def _site(code: pa.Array, contract: VendorContract) -> pa.Array:
    if contract.codes.sites:
        return translate(code, contract.codes.sites)
    is_slug = pc.match_substring_regex(code, SITE)
    return pc.if_else(is_slug, code, pa.scalar(None, pa.string()))


def _priority_of(queue: pa.Array, contract: VendorContract, operations: Operations) -> pa.Array:
    default = contract.defaults.priority
    if default is not None:
        return pa.array([default.value] * len(queue), pa.string())
    return translate(queue, {name: q.priority.value for name, q in operations.queues.items()})


def actors(texts: Texts, contract: VendorContract, key: bytes) -> dict[str, pa.Array]:
    """Map who decided: people by pseudonym, everything that is not known as a rule a person."""
    columns = contract.columns
    kinds = translate(
        texts.of(columns.actor), {code: kind.value for code, kind in contract.codes.actors.items()}
    )
    return {
        "actor_type": kinds.fill_null(ActorType.HUMAN.value),
        "agent": pseudonyms(texts.of(columns.agent), contract.vendor, key),
    }


def pseudonyms(names: pa.Array, vendor: str, key: bytes) -> pa.Array:
    """Replace reviewer names by keyed pseudonyms such as ``A-7F3KQ2MZXA``.

    The same name gives the same pseudonym at one vendor, and nobody can tell the name from it
    without the key.
    """
    encoded = names.dictionary_encode()
    replaced = []
    for name in encoded.dictionary.to_pylist():
        digest = hmac.digest(key, f"{vendor}\0{name}".encode(), hashlib.sha256)
        replaced.append(f"A-{base64.b32encode(digest).decode()[:PSEUDONYM_CHARACTERS]}")
    return pa.array(replaced, pa.string()).take(encoded.indices)


def decisions(texts: Texts, contract: VendorContract) -> dict[str, pa.Array]:
    """Map the decision; a code without a meaning is kept, for the reconciliation to report."""
    code = texts.of(contract.columns.decision)
    known = {code: decision.value for code, decision in contract.codes.decisions.items()}
    return {"decision": translate(code, known), "decision_code_vendor": code}


def measures(texts: Texts, contract: VendorContract, reasons: Reasons) -> dict[str, pa.Array]:
    """Map numbers: handling time in whole seconds, QA scores as shares."""
    columns = contract.columns
    seconds = _number(texts.of(columns.handle_seconds), "handle_seconds", reasons)
    reasons.add("handle_seconds_negative", pc.less(seconds, 0))
    mapped = {"handle_seconds": pc.round(seconds).cast(pa.int64())}
    for name in ("qa_score", "qa_rescore"):
        score = _number(texts.of(getattr(columns, name)), name, reasons)
        share = pc.divide(score, contract.qa_full_mark)
        reasons.add(f"{name}_out_of_range", pc.or_(pc.less(share, 0), pc.greater(share, 1)))
        mapped[name] = share
    return mapped


def _number(column: pa.Array, name: str, reasons: Reasons) -> pa.Array:
    """Read plain decimal numbers; null where the cell is empty or is no number."""
    is_number = pc.match_substring_regex(column, r"^-?[0-9]{1,9}(\.[0-9]{1,9})?$")
    reasons.add(f"{name}_unreadable", pc.invert(is_number))
    return pc.if_else(is_number, column, pa.scalar(None, pa.string())).cast(pa.float64())


def remarks(texts: Texts, contract: VendorContract, reasons: Reasons) -> dict[str, pa.Array]:
    """Map the words that explain an event: pause reason, escalation tier, appeal outcome."""
    columns = contract.columns
    outcome_code = texts.of(columns.appeal_outcome)
    outcome = translate(
        outcome_code,
        contract.codes.appeal_outcomes or {"upheld": "upheld", "overturned": "overturned"},
    )
    reasons.add("appeal_outcome_unknown", is_unknown(outcome_code, outcome))
    return {
        "pause_reason": texts.of(columns.pause_reason),
        "escalated_to": texts.of(columns.escalated_to),
        "appeal_outcome": outcome,
    }


def is_given(column: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell where a column has a value."""
    given: np.ndarray[tuple[int], np.dtype[np.bool_]]
    given = column.is_valid().to_numpy(zero_copy_only=False)
    return given
