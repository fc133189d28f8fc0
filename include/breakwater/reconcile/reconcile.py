"""Reconcile a vendor's operational day: vendor book × enforcement log → outcomes and tie-out."""

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from breakwater.core.vocabulary import Outcome
from breakwater.engine.open import open_engine
from breakwater.reconcile.books import VendorDay, books_of, parameters_of, read_books
from breakwater.reconcile.comparing import compared_fields
from breakwater.reconcile.examples import with_examples
from breakwater.reconcile.findings import break_findings, drift_findings
from breakwater.reconcile.items_over_midnight import pair_items, stored_pairs
from breakwater.reconcile.keys import log_with_keys
from breakwater.reconcile.life.follow import Followed, follow_breaks, without_common_drift
from breakwater.reconcile.matching import match_books, open_books
from breakwater.reconcile.midnight import claim_actions, load_borrowings
from breakwater.reconcile.publish import Published, publish_outcomes
from breakwater.reconcile.suggestions import replace_suggestions, suggest_pairs
from breakwater.reconcile.tie_out import Tally
from breakwater.warehouse.database import Connection, hold
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.stage_run import StageResult, record_stage, stage_summary
from breakwater.warehouse.stale import mark_stale
from breakwater.warehouse.workspace import Workspace

STAGE = "reconcile"
SPAN = {"effective_from", "effective_to"}


def reconcile_day(workspace: Workspace, vendor: str, day: date, now: datetime) -> StageResult:
    """Bring every record of both books of a vendor-day to exactly one outcome.

    Where the day's claims over midnight change a neighbour that is reconciled already, the
    neighbour is reconciled again in the same transaction: days in any order give the same state.

    Args:
        workspace: the installation.
        vendor: whose book.
        day: the operational day.
        now: the instant to remember for what changes.

    Returns:
        Counts by side and outcome. `reconciled_again` lists neighbouring days whose outcomes were
        renewed and that are to be measured again; those that were closed are stale.

    Raises:
        NotLandedError: the day's export or its slice of the log has not been landed.
        TieOutError: a record ended nowhere or more than once; nothing is published.
    """
    about = _vendor_day(workspace, vendor, day)
    neighbours = [_vendor_day(workspace, vendor, each) for each in about.neighbours]
    with workspace.warehouse.transaction() as connection:
        # Neighbours too, in the order of days: no two calls can wait for each other.
        for each in sorted((day, *about.neighbours)):
            hold(connection, STAGE, vendor, each)
        result, affected = _reconcile(workspace, connection, about, now, neighbours)
        again = [
            each for each in sorted(affected) if stage_summary(connection, each, vendor, STAGE)
        ]
        for each in again:
            neighbour = _vendor_day(workspace, vendor, each)
            # Its claims stay what its own call made them; that call renews them.
            renewed, _ = _reconcile(workspace, connection, neighbour, now)
            if renewed.changed:
                mark_stale(connection, vendor, [each], "a neighbouring day borrowed from it", now)
    return StageResult(
        day,
        vendor,
        STAGE,
        result.changed or bool(again),
        {
            **{name: told for name, told in result.summary.items() if name != "read"},
            "reconciled_again": [each.isoformat() for each in again],
        },
    )


def _vendor_day(workspace: Workspace, vendor: str, day: date) -> VendorDay:
    configuration = workspace.configuration
    return VendorDay(
        configuration.vendor(vendor, day), day, workspace.window(day), configuration.operations
    )


def _reconcile(
    workspace: Workspace,
    connection: Connection,
    about: VendorDay,
    now: datetime,
    neighbours: Sequence[VendorDay] = (),
) -> tuple[StageResult, set[date]]:
    """Reconcile one day; return its result and the neighbours whose result that changes.

    With its neighbours, what pairs over their midnights is worked out anew.
    """
    books = books_of(connection, about.vendor, about.day)
    settings = workspace.configuration.operations.engine
    with (
        tempfile.TemporaryDirectory(prefix="breakwater-reconcile-") as scratch,
        open_engine(settings, workspace.warehouse.dsn, row_count=books.row_count) as engine,
    ):
        read_books(engine, workspace.lake, about, books)
        open_books(engine, row_count=books.row_count)
        affected = set()
        if neighbours:
            affected = claim_actions(connection, engine, workspace.lake, about)
            affected |= pair_items(connection, engine, workspace.lake, about, neighbours)
        over_midnight = stored_pairs(connection, about)
        borrowings = load_borrowings(connection, engine, about, over_midnight)
        own = [pair for pair in over_midnight if pair.by_day == about.day]
        match_books(engine, about, row_count=books.row_count, over_midnight=own)
        published = publish_outcomes(
            connection,
            engine,
            workspace.lake,
            vendor=about.vendor,
            day=about.day,
            scratch=Path(scratch),
            now=now,
        )
        window = about.operations.matching.window_seconds
        suggested = suggest_pairs(
            engine, about.suggesting_rules, log_with_keys(about.key_rule), window
        )
        replace_suggestions(connection, about.vendor, about.day, suggested or ())
        outcomes = sorted({tally.outcome for tally in published.tallies})
        followed = follow_breaks(connection, engine, about, outcomes, now)
    inputs = [books.hashes, borrowings, _rules(about), *own]
    # Whoever has no such rule sees nothing of it.
    told = {"suggestions": None if suggested is None else len(suggested)}
    extra = told if about.suggesting_rules else {}
    more = {**extra, "read": books.hashes}
    result = _record(connection, about, inputs, published, followed, more=more, now=now)
    return result, affected


def _rules(about: VendorDay) -> list[object]:
    """Return everything of the configuration that the result depends on."""
    tolerances = about.operations.tolerances
    return [
        parameters_of(about),
        [rule.model_dump(mode="json", exclude=SPAN) for rule in about.rules],
        sorted(about.contract.book.event_types),
        compared_fields(about.comparison),
        tolerances.break_rate,
        tolerances.break_rates,
        tolerances.model_dump(mode="json", include={"directions"}),
    ]


def _record(
    connection: Connection,
    about: VendorDay,
    inputs: Sequence[object],
    published: Published,
    followed: Followed,
    *,
    more: Mapping[str, object],
    now: datetime,
) -> StageResult:
    tallies = without_common_drift(published.tallies, followed)
    breaks = break_findings(about, tallies, published.ties, published.unknown_codes)
    findings = [
        *with_examples(connection, about, breaks, followed.drifts),
        *drift_findings(about, [(each, followed.explained_by(each)) for each in followed.drifts]),
    ]
    replace_findings(connection, about.day, STAGE, about.vendor, findings)
    return record_stage(
        connection,
        day=about.day,
        vendor=about.vendor,
        stage=STAGE,
        inputs=inputs,
        outputs=[published.sha256, [[f.finding_id, f.severity, f.value] for f in findings]],
        # What was read is remembered, for closing to know when it is out of date.
        summary={**_summary(published), **more},
        at=now,
    )


def _summary(published: Published) -> dict[str, Any]:
    return {
        "tie_out": {
            tie.side.value: {
                "population": tie.population,
                "matched": tie.matched,
                "breaks": tie.breaks,
                "borrowed": tie.borrowed,
                "brought_in": tie.brought_in,
            }
            for tie in published.ties
        },
        "outcomes": _cases_by_outcome(published.tallies),
    }


def _cases_by_outcome(tallies: Sequence[Tally]) -> dict[str, int]:
    """Count cases by outcome, a pair once; outcomes in the order of their precedence."""
    counts: Counter[Outcome] = Counter()
    for tally in tallies:
        counts[tally.outcome] += tally.case_count
    return {outcome.value: counts[outcome] for outcome in Outcome if outcome in counts}
