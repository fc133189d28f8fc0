"""Pressing deadlines: the few legal clocks that run out while people sleep."""

from collections.abc import Iterable
from datetime import date

from breakwater.contracts.clocks import Clock
from breakwater.core.finding import Finding, Rule

PRESSING_SECONDS = 3 * 3600
"""A legal deadline this short or shorter pages at any hour: one hour for terrorist content
(Regulation (EU) 2021/784, Art. 3(3)), two and three hours in India (IT Rules 2021, as amended)."""


def is_pressing(finding: Finding, clocks: Iterable[Clock]) -> bool:
    """Tell whether a finding is about a legal deadline of at most `PRESSING_SECONDS`."""
    if finding.rule is not Rule.STATUTORY_CLOCK_BREACHED:
        return False
    clock, day = finding.scope.get("clock"), finding.operational_day
    return any(
        each.kind == "statutory"
        and each.clock == clock
        and each.in_force_on(day)
        and _shortest(each, day) <= PRESSING_SECONDS
        for each in clocks
    )


def _shortest(clock: Clock, day: date) -> float:
    """Return the shortest time that a clock gives, in seconds; days are no such time."""
    targets = [target for target in clock.target_list if target.in_force_on(day)]
    lengths = [target.within.length for target in targets if target.within.length is not None]
    return min(lengths, default=float("inf"))
