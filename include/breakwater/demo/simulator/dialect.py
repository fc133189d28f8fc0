"""The vendor's book in the vendor's own words: column names, codes, local times, stray columns."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import pyarrow as pa

from breakwater.contracts.shape import CaseShape, columns_of
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import utc_instant
from breakwater.core.vocabulary import Decision, EventType
from breakwater.demo.simulator.cases import Cases
from breakwater.demo.simulator.export_rows import Maker, Rows
from breakwater.demo.simulator.follow_up import APPEAL_OUTCOMES
from breakwater.demo.simulator.local_clock import spelled
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.names import case_ids, item_ids
from breakwater.demo.simulator.review import PAUSE_REASONS, TIERS
from breakwater.demo.simulator.stray_columns import STRAY_COLUMNS
from breakwater.demo.simulator.streams import Ints

UNKNOWN_CODE = len(Decision)
"""A decision that the crosswalk has no word for."""
UNKNOWN_LABEL = "REVIEW-2ND"
ACTORS = ("human", "automation")

INSTANTS: Mapping[EventType, str] = {
    EventType.RECEIVED: "received",
    EventType.QUEUED: "queued",
    EventType.ASSIGNED: "assigned",
    EventType.PAUSED: "paused",
    EventType.RESUMED: "resumed",
    EventType.ESCALATED: "escalated",
    EventType.REOPENED: "reopened",
    EventType.DECIDED: "decided",
    EventType.QA_SCORED: "qa_scored",
    EventType.QA_RESCORED: "qa_rescored",
    EventType.APPEALED: "appealed",
    EventType.APPEAL_DECIDED: "appeal_decided",
}


def export_table(model: VendorModel, cases: Cases, cutoff: int) -> pa.Table:
    """Write a vendor's cases in its dialect.

    Args:
        model: the vendor.
        cases: one for each row, in the order of the export.
        cutoff: UTC seconds; nothing from then on is shown.
    """
    rows = Rows(model, cases, cutoff)
    columns: dict[str, pa.Array] = {}
    for name, make in _makers(model.contract).items():
        columns[name] = make(rows)
    return pa.table(columns)


def _makers(contract: VendorContract) -> dict[str, Maker]:
    """Name the export's columns in order, each with what fills it."""
    columns = contract.columns
    named: list[tuple[str | None, Maker]] = [
        (columns_of(columns.case_id)[0], lambda rows: case_ids(rows.model, rows.cases.number)),
        (columns_of(columns.item_id)[0], lambda rows: item_ids(rows.model, rows.cases.number)),
        (columns.site, _site),
        (columns.queue, _queue),
        (columns.policy, _policy),
        (columns.language, _language),
        (columns.priority, _priority),
        *_instants(contract, EventType.RECEIVED, EventType.QUEUED, EventType.ASSIGNED),
        (columns.actor, _actor),
        (columns.agent, Rows.agents),
        *_instants(contract, EventType.PAUSED, EventType.RESUMED),
        (columns.pause_reason, _pause_reason),
        *_instants(contract, EventType.ESCALATED),
        (columns.escalated_to, _tier),
        *_instants(contract, EventType.REOPENED, EventType.DECIDED),
        (columns.decision, _decision),
        (columns.handle_seconds, lambda r: r.numbers(r.cases.handle_seconds, r.cases.decided)),
        *_instants(contract, EventType.QA_SCORED),
        (columns.qa_score, lambda rows: _score(rows, "qa_score", "qa_scored")),
        (columns.qa_is_golden, _golden),
        (columns.qa_critical_errors, lambda r: r.numbers(r.cases.qa_critical, r.cases.qa_scored)),
        *_instants(contract, EventType.QA_RESCORED),
        (columns.qa_rescore, lambda rows: _score(rows, "qa_rescore", "qa_rescored")),
        *_instants(contract, EventType.APPEALED, EventType.APPEAL_DECIDED),
        (columns.appeal_outcome, _appeal_outcome),
        *STRAY_COLUMNS.get(contract.vendor, {}).items(),
    ]
    return {name: make for name, make in named if name is not None}


def _instants(contract: VendorContract, *events: EventType) -> list[tuple[str | None, Maker]]:
    shape = contract.shape
    if not isinstance(shape, CaseShape):
        message = f"{contract.vendor}: the simulator writes one row per case; found {shape.kind!r}"
        raise TypeError(message)
    pattern = contract.times.formats[0]
    return [
        (column, partial(_instant, attribute=INSTANTS[event], pattern=pattern))
        for event in events
        for column in shape.instants.get(event, ())[:1]
    ]


def _instant(rows: Rows, attribute: str, pattern: str) -> pa.Array:
    instants: Ints = getattr(rows.cases, attribute)
    hidden = rows.hidden(instants)
    if pattern == "epoch_seconds":
        return pa.array(instants, mask=hidden)
    if pattern == "epoch_milliseconds":
        return pa.array(np.where(hidden, 0, instants) * 1000, mask=hidden)
    shown = np.where(hidden, rows.cases.received, instants)
    return spelled(rows.model.clock.local(shown), pattern, hidden)


def _labels(crosswalk: Mapping[str, str], words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the vendor's code for each of our words; ours where it has none."""
    theirs: dict[str, str] = {}
    for code, ours in crosswalk.items():
        theirs.setdefault(ours, code)
    return tuple(theirs.get(word, word) for word in words)


def _site(rows: Rows) -> pa.Array:
    sites = tuple(crew.site for crew in rows.model.profile.crews)
    return rows.words(_labels(rows.model.contract.codes.sites, sites), rows.cases.crew)


def _queue(rows: Rows) -> pa.Array:
    return rows.words(
        _labels(rows.model.contract.codes.queues, rows.model.queues), rows.cases.queue
    )


def _policy(rows: Rows) -> pa.Array:
    codes = rows.model.contract.codes.policies
    return rows.words(_labels(codes, rows.model.policies), rows.cases.policy)


def _language(rows: Rows) -> pa.Array:
    codes = rows.model.contract.codes.languages
    return rows.words(_labels(codes, rows.model.languages), rows.cases.language)


def _priority(rows: Rows) -> pa.Array:
    labels = _labels(rows.model.contract.codes.priorities, rows.model.priorities)
    return rows.words(labels, rows.cases.queue)


def _actor(rows: Rows) -> pa.Array:
    labels = _labels(rows.model.contract.codes.actors, ACTORS)
    return rows.words(labels, rows.cases.is_automated, rows.cases.decided)


def _pause_reason(rows: Rows) -> pa.Array:
    return rows.words(PAUSE_REASONS, rows.cases.pause_reason, rows.cases.paused)


def _tier(rows: Rows) -> pa.Array:
    return rows.words(TIERS, rows.cases.tier, rows.cases.escalated)


def _decision(rows: Rows) -> pa.Array:
    codes = rows.model.contract.codes.decisions_on(utc_instant(rows.cutoff).date())
    labels = (*_labels(codes, tuple(Decision)), UNKNOWN_LABEL)
    return rows.words(labels, rows.cases.decision, rows.cases.decided)


def _score(rows: Rows, score: str, instant: str) -> pa.Array:
    values: Ints = getattr(rows.cases, score)
    absent = (values < 0) | rows.hidden(getattr(rows.cases, instant))
    return pa.array(values * rows.model.contract.qa_full_mark, pa.float64(), mask=absent)


def _golden(rows: Rows) -> pa.Array:
    codes = {meaning: code for code, meaning in rows.model.contract.codes.golden.items()}
    return rows.words((codes[False], codes[True]), rows.cases.qa_golden, rows.cases.qa_scored)


def _appeal_outcome(rows: Rows) -> pa.Array:
    labels = _labels(rows.model.contract.codes.appeal_outcomes, APPEAL_OUTCOMES)
    return rows.words(labels, rows.cases.appeal_outcome, rows.cases.appeal_decided)
