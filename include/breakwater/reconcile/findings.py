"""Tell people of a class of breaks when more of a day's records are in it than is tolerated."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil

from breakwater.contracts.operations import Tolerances
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.vocabulary import Outcome, Side
from breakwater.reconcile.books import VendorDay
from breakwater.reconcile.life.drift import Drift
from breakwater.reconcile.tie_out import Tally, TieOut

SEVERITIES: dict[Outcome, Severity] = {
    # What was decided did not happen, or something else did: content may still be up.
    Outcome.ENFORCEMENT_FAILED: Severity.MAJOR,
    Outcome.MISSING_INTERNAL: Severity.MAJOR,
    Outcome.DECISION_MISMATCH: Severity.MAJOR,
    # It happened, and the vendor's book does not say so.
    Outcome.MISSING_VENDOR: Severity.MAJOR,
    # It happened; the books tell it differently.
    Outcome.UNKNOWN_CODE: Severity.WARNING,
    Outcome.POLICY_MISMATCH: Severity.WARNING,
    Outcome.FIELD_MISMATCH: Severity.WARNING,
    Outcome.AMBIGUOUS: Severity.WARNING,
    Outcome.DUPLICATE_VENDOR: Severity.WARNING,
    Outcome.DUPLICATE_INTERNAL: Severity.WARNING,
    Outcome.LATE_ENFORCEMENT: Severity.WARNING,
    Outcome.TIME_DRIFT: Severity.WARNING,
}
GRAVER_FACTOR = 10
"""This many times over what is tolerated, a class is one step graver: a fault, not an accident."""


def break_findings(
    about: VendorDay, tallies: Sequence[Tally], ties: Sequence[TieOut]
) -> Iterator[Finding]:
    """Give one finding for every class of breaks beyond what is tolerated, in a stable order."""
    records = max(tie.population for tie in ties)
    for outcome in SEVERITIES:
        of_class = [tally for tally in tallies if tally.outcome is outcome]
        limit = tolerated(about.operations.tolerances, outcome, records)
        value = sum(tally.case_count for tally in of_class)
        if value > limit:
            yield Finding(
                rule=Rule.RECON_BREAKS,
                operational_day=about.day,
                vendor=about.vendor,
                severity=_severity(outcome, value, limit),
                scope={"outcome": outcome.value},
                value=value,
                unit="cases",
                threshold=limit,
                detail=_detail(of_class, records),
            )


def drift_findings(about: VendorDay, drifts: Sequence[Drift], breaks: int) -> Iterator[Finding]:
    """Give one finding for every drift that a whole file or site has in common.

    Args:
        about: the vendor-day.
        drifts: what was found; none is told twice, as they are of different sites.
        breaks: time drifts that all of them together explain.
    """
    for drift in drifts:
        yield Finding(
            rule=Rule.CLOCK_SKEW,
            operational_day=about.day,
            vendor=about.vendor,
            # Every clock that runs on these instants is as wrong as they are.
            severity=Severity.MAJOR,
            scope={} if drift.site is None else {"site": drift.site},
            value=abs(drift.seconds),
            unit="seconds",
            threshold=about.operations.tolerances.time_seconds,
            detail={**drift.numbers, "breaks": breaks},
        )


def tolerated(tolerances: Tolerances, outcome: Outcome, records: int) -> int:
    """Return how many records of a day may be in a class before people are told.

    Rounded up: a single accident on a small day is no news, unless the class tolerates none.
    """
    rate = tolerances.break_rates.get(outcome, tolerances.break_rate)
    return ceil(round(rate * records, 6))


def _severity(outcome: Outcome, value: int, limit: int) -> Severity:
    usual = SEVERITIES[outcome]
    if limit and value > GRAVER_FACTOR * limit:
        return list(Severity)[min(usual.rank + 1, Severity.CRITICAL.rank)]
    return usual


def _detail(tallies: Sequence[Tally], records: int) -> dict[str, object]:
    queues: Counter[str] = Counter()
    sides = dict.fromkeys(Side, 0)
    for tally in tallies:
        queues[tally.queue] += tally.case_count
        sides[tally.side] += tally.record_count
    return {
        "records": records,
        "by_side": {side.value: count for side, count in sides.items()},
        "by_queue": {queue: count for queue, count in sorted(queues.items()) if count},
    }
