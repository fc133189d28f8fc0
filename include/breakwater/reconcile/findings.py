"""Tell people of a class of breaks when more of a day's records are in it than is tolerated."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil

from breakwater.contracts.operations import Tolerances
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.vocabulary import Direction, Outcome, Side
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
    about: VendorDay,
    tallies: Sequence[Tally],
    ties: Sequence[TieOut],
    unknown_codes: Mapping[str, int],
) -> Iterator[Finding]:
    """Give one finding for every class of breaks beyond what is tolerated, in a stable order.

    A direction of differing decisions that has a tolerance of its own is told by itself, and counts
    no more in its class: removing where a warning was due is another matter than the reverse.
    """
    tolerances = about.operations.tolerances
    records = max(tie.population for tie in ties)
    for outcome in SEVERITIES:
        apart = set(tolerances.directions) if outcome is Outcome.DECISION_MISMATCH else set()
        of_class = [tally for tally in tallies if tally.outcome is outcome]
        for direction in (None, *(each for each in Direction if each in apart)):
            if direction is None:
                of_part = [tally for tally in of_class if tally.direction not in apart]
            else:
                of_part = [tally for tally in of_class if tally.direction is direction]
            limit = tolerated(tolerances, outcome, records, direction)
            value = sum(tally.case_count for tally in of_part)
            if value > limit:
                scope = {"outcome": outcome.value}
                if direction is not None:
                    scope["direction"] = direction.value
                yield Finding(
                    rule=Rule.RECON_BREAKS,
                    operational_day=about.day,
                    vendor=about.vendor,
                    severity=_severity(tolerances, outcome, direction, value, limit),
                    scope=scope,
                    value=value,
                    unit="cases",
                    threshold=limit,
                    detail=_detail(of_part, records)
                    | ({"codes": unknown_codes} if outcome is Outcome.UNKNOWN_CODE else {}),
                )


def drift_findings(about: VendorDay, drifts: Iterable[tuple[Drift, int]]) -> Iterator[Finding]:
    """Give one finding for every drift that a whole file or site has in common.

    Args:
        about: the vendor-day.
        drifts: each with how many breaks it explains; they are of different sites.
    """
    for drift, breaks in drifts:
        yield Finding(
            rule=Rule.CLOCK_SKEW,
            operational_day=about.day,
            vendor=about.vendor,
            # Every clock that runs on these instants is as wrong as they are.
            severity=Severity.MAJOR,
            scope={} if drift.site is None else {"site": drift.site},
            value=abs(drift.seconds),
            unit="seconds",
            threshold=about.closeness.tolerated,
            detail={**drift.numbers, "breaks": breaks},
        )


def tolerated(
    tolerances: Tolerances, outcome: Outcome, records: int, direction: Direction | None = None
) -> int:
    """Return how many records of a day may be in a class before people are told.

    Rounded up: a single accident on a small day is no news, unless the class tolerates none.
    """
    rate = tolerances.break_rates.get(outcome, tolerances.break_rate)
    own = tolerances.directions.get(direction) if direction is not None else None
    if own is not None and own.break_rate is not None:
        rate = own.break_rate
    return ceil(round(rate * records, 6))


def _severity(
    tolerances: Tolerances,
    outcome: Outcome,
    direction: Direction | None,
    value: int,
    limit: int,
) -> Severity:
    own = tolerances.directions.get(direction) if direction is not None else None
    usual = (own.severity if own is not None else None) or SEVERITIES[outcome]
    if limit and value > GRAVER_FACTOR * limit:
        return list(Severity)[min(usual.rank + 1, Severity.CRITICAL.rank)]
    return usual


def _detail(tallies: Sequence[Tally], records: int) -> dict[str, object]:
    queues: Counter[str] = Counter()
    directions: Counter[Direction] = Counter()
    sides = dict.fromkeys(Side, 0)
    for tally in tallies:
        queues[tally.queue] += tally.case_count
        sides[tally.side] += tally.record_count
        if tally.outcome is Outcome.DECISION_MISMATCH and tally.direction is not None:
            directions[tally.direction] += tally.case_count
    detail: dict[str, object] = {
        "records": records,
        "by_side": {side.value: count for side, count in sides.items()},
        "by_queue": {queue: count for queue, count in sorted(queues.items()) if count},
    }
    if directions:
        detail["by_direction"] = {each.value: directions[each] for each in Direction}
    return detail
