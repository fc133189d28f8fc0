"""Whether an edition is told to those who read an earlier one: only when a number really moved."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from breakwater.contracts.operations import Corrections
from breakwater.report.message import SOURCES, Measured


class CorrectionReason(StrEnum):
    """Why readers are sent an edition, or why not."""

    FIRST = "first"
    SOURCES_CHANGED = "sources_changed"
    CONDITION_CHANGED = "condition_changed"
    NUMBER_MOVED = "number_moved"
    TOO_SMALL = "too_small"
    ALREADY_TOLD = "already_told"

    @property
    def is_told(self) -> bool:
        """Tell whether it goes out."""
        return self not in {CorrectionReason.TOO_SMALL, CorrectionReason.ALREADY_TOLD}


@dataclass(frozen=True, slots=True)
class Said:
    """What an edition says.

    Attributes:
        number: the edition.
        figures: every figure's text by its label.
        measured: those of them that are numbers.
    """

    number: int
    figures: Mapping[str, str]
    measured: Mapping[str, Measured]


def decide_correction(told: Said | None, latest: Said, rules: Corrections) -> CorrectionReason:
    """Decide whether readers are sent the latest edition.

    Args:
        told: what they were last sent; None when nothing.
        latest: what the day says now.
        rules: how far a number must move.

    All is weighed against what readers were last sent, not against the edition before: many small
    steps add up, and are told when together they are far.
    """
    if told is None:
        return CorrectionReason.FIRST
    if told.number == latest.number:
        return CorrectionReason.ALREADY_TOLD
    if told.figures.get(SOURCES) != latest.figures.get(SOURCES):
        return CorrectionReason.SOURCES_CHANGED
    if _conditions(told) != _conditions(latest):
        return CorrectionReason.CONDITION_CHANGED
    both = told.measured.keys() & latest.measured.keys()
    if any(_moved(told.measured[name], latest.measured[name], rules) for name in both):
        return CorrectionReason.NUMBER_MOVED
    return CorrectionReason.TOO_SMALL


def _conditions(said: Said) -> set[str]:
    """Name what was wrong: numbers without cases behind them are conditions."""
    return {label for label, number in said.measured.items() if number.cases is None}


def _moved(before: Measured, after: Measured, rules: Corrections) -> bool:
    if after.cases is not None and max(before.cases or 0.0, after.cases) < rules.least_cases:
        return False
    gap = abs(after.value - before.value)
    if after.unit == "rate":
        return gap >= rules.points
    return gap > 0 and gap >= rules.relative * abs(before.value)
