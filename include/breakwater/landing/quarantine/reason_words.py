"""Why a record was refused, in words: for each reason a sentence, its columns, what was expected."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from breakwater.contracts.shape import CaseShape, UpdateShape, columns_of
from breakwater.contracts.vendor import VendorContract
from breakwater.core.vocabulary import EventType
from breakwater.landing.mapping.texts import LONGEST

MOST_LISTED = 12
"""Codes of a crosswalk that are listed as expected; beyond, their number says enough."""

WORDS: dict[str, str] = {
    "line_unreadable": "the record cannot be read: quotes or brackets do not close",
    "field_count_wrong": "the line has another number of cells than the header",
    "value_not_scalar": "a cell holds a list or an object where one value belongs",
    "value_not_list": "a cell holds one value where the contract unfolds a list",
    "text_has_control_characters": "a cell holds characters that no id and no code has",
    "text_too_long": "a cell holds more text than any id or code has",
    "text_is_a_link": "a cell holds a link, and the contract does not make it a pseudonym",
    "text_is_an_address": "a cell holds an e-mail address, and the contract does not make it a pseudonym",
    "zone_unknown": "the row names a time zone that neither the contract nor the world knows",
    "local_time_repeated": "the clock showed this local time twice, and the contract does not choose",
    "local_time_skipped": "the clock never showed this local time: it was put forward",
    "instant_in_future": "an instant lies behind the end of the export's operational day",
    "delivered_too_late": "the record belongs to a day that may no longer be restated",
    "contract_not_in_force": "the record belongs to a day before the vendor's contract began",
    "resumed_without_pause": "the case was resumed and never paused",
    "resumed_before_paused": "the case was resumed before it was paused",
    "handle_seconds_negative": "the handling time is below zero",
    "action_id_repeated": "the log holds this action more than once",
}
"""Reasons that name no column of their own."""

PATTERNS: tuple[tuple[str, str], ...] = (
    ("(?P<what>.+)_at_missing", "the instant of `{what}` is missing"),
    ("(?P<what>.+)_at_unreadable", "the instant of `{what}` is in none of the contract's formats"),
    ("received_after_(?P<what>.+)", "the case was received after it was {what}"),
    ("(?P<what>.+)_missing", "the {what} is missing"),
    ("(?P<what>.+)_unknown", "the {what} is no code that the crosswalk knows"),
    ("(?P<what>.+)_unreadable", "the {what} is no plain decimal number"),
    ("(?P<what>.+)_too_large", "the {what} is a larger number than any that is measured"),
    ("(?P<what>.+)_out_of_range", "the {what} lies outside its scale"),
)
"""Reasons that are made of what they are about; the first that fits counts."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One reason, for a person.

    Attributes:
        reason: its name.
        words: a sentence without a full stop.
        columns: the vendor's columns it is about, those that the contract names.
        expected: what the contract says; None where the sentence says it all.
    """

    reason: str
    words: str
    columns: tuple[str, ...]
    expected: str | None


def words_of(reason: str) -> str | None:
    """Return the sentence of a reason, or None for one that nobody gave words."""
    if reason in WORDS:
        return WORDS[reason]
    what = _about(reason)
    return None if what is None else what[1].format(what=what[0].replace("_", " "))


def explain_reason(reason: str, contract: VendorContract) -> Explained:
    """Explain a reason by the contract that is in force."""
    words = words_of(reason) or reason.replace("_", " ")
    about = _about(reason) if reason not in WORDS else None
    what = "" if about is None else about[0]
    columns = _columns(what, reason, contract)
    return Explained(reason, words, columns, _expected(what, reason, contract))


def _about(reason: str) -> tuple[str, str] | None:
    for pattern, words in PATTERNS:
        found = re.fullmatch(pattern, reason)
        if found:
            return found["what"], words
    return None


def _columns(what: str, reason: str, contract: VendorContract) -> tuple[str, ...]:
    shape = contract.shape
    if isinstance(shape, CaseShape):
        happened = _events(what, reason)
        if happened:
            return tuple(name for each in happened for name in shape.instants.get(each, ()))
    elif reason.startswith("updated_at_") and isinstance(shape, UpdateShape):
        return columns_of(shape.at)
    elif what == "state":
        return columns_of(shape.state)
    field = "handle_seconds" if reason == "handle_seconds_negative" else what
    return columns_of(getattr(contract.columns, field, None))


def _events(what: str, reason: str) -> tuple[EventType, ...]:
    """Return the events whose instants a reason is about."""
    if reason.startswith("resumed_"):
        return EventType.PAUSED, EventType.RESUMED
    if what not in set(EventType) or not ("_at_" in reason or reason.startswith("received_after_")):
        return ()
    is_order = reason.startswith("received_after_")
    return (EventType.RECEIVED, EventType(what)) if is_order else (EventType(what),)


def _expected(what: str, reason: str, contract: VendorContract) -> str | None:
    codes, times = contract.codes, contract.times
    known = {
        "queue_unknown": codes.queues,
        "site_unknown": codes.sites,
        "policy_unknown": codes.policies,
        "priority_unknown": codes.priorities,
        "appeal_outcome_unknown": codes.appeal_outcomes,
        "state_unknown": getattr(contract.shape, "events", {}),
    }.get(reason)
    if known:
        return f"one of {_listed(known)}"
    if reason.endswith("_at_unreadable"):
        return f"{' or '.join(map(repr, times.formats))} in {times.zone}"
    if reason.endswith("_out_of_range"):
        return f"0 to {contract.qa_full_mark:g}"
    if reason.endswith("_unreadable") and what:
        return "a number such as 95 or 95.5"
    late = contract.delivery.accept_late_days
    return {
        "text_too_long": f"at most {LONGEST} characters",
        "delivered_too_late": f"a day at most {late} days before the export's",
        "contract_not_in_force": "a day under the vendor's first contract, or later",
        "local_time_repeated": "`times.fold` of the contract: earlier or later",
        "local_time_skipped": "`times.gap` of the contract: shift_forward",
    }.get(reason)


def _listed(codes: Iterable[str]) -> str:
    names = sorted(codes)
    listed = ", ".join(map(repr, names[:MOST_LISTED]))
    more = len(names) - MOST_LISTED
    return listed if more <= 0 else f"{listed} and {more} more"
