"""Whether readers are sent an edition again: a table of what moved, and what they were sent."""

import pytest

from breakwater.contracts.operations import Corrections
from breakwater.report.correcting import CorrectionReason, Said, decide_correction
from breakwater.report.message import SOURCES, Measured

RULES = Corrections(points=0.005, relative=0.02, least_cases=30)
LATE = "SLA promises: Andeska, first look"


def _said(
    number: int = 1,
    *,
    sources: str = "5 of 5",
    share: float = 0.9,
    incoming: float = 1000.0,
    of: float = 500.0,
    late: float | None = None,
) -> Said:
    measured = {
        "SLA": Measured(share, "rate", of),
        "Incoming": Measured(incoming, "cases", incoming),
    }
    if late is not None:
        measured[LATE] = Measured(late, "cases")
    return Said(number, {SOURCES: sources}, measured)


@pytest.mark.parametrize(
    ("told", "latest", "reason"),
    [
        (None, _said(3), "first"),
        (_said(1), _said(1), "already_told"),
        (_said(1), _said(2, sources="4 of 5"), "sources_changed"),
        (_said(1), _said(2, late=3.0), "condition_changed"),
        (_said(1, late=3.0), _said(2), "condition_changed"),
        (_said(1, late=3.0), _said(2, late=4.0), "number_moved"),
        (_said(1), _said(2, share=0.906), "number_moved"),
        (_said(1), _said(2, share=0.904), "too_small"),
        (_said(1, of=20.0), _said(2, share=0.5, of=29.0), "too_small"),
        (_said(1), _said(2, incoming=1020.0), "number_moved"),
        (_said(1), _said(2, incoming=1019.0), "too_small"),
        (_said(1), _said(2, incoming=980.0), "number_moved"),
        (_said(1), _said(2), "too_small"),
    ],
)
def test_a_correction_is_told_when_a_number_really_moved(
    told: Said | None, latest: Said, reason: str
) -> None:
    """At the edge of each threshold, and beyond it."""
    decided = decide_correction(told, latest, RULES)
    assert decided == reason
    assert decided.is_told is (decided not in {"too_small", "already_told"})


def test_small_steps_add_up() -> None:
    """Each is weighed against what was sent, not against the edition before."""
    sent = _said(1, incoming=1000.0)
    steps = [
        decide_correction(sent, _said(2 + n, incoming=1000.0 + 9 * n), RULES) for n in (1, 2, 3)
    ]
    assert steps[:2] == [CorrectionReason.TOO_SMALL] * 2
    assert steps[2] is CorrectionReason.NUMBER_MOVED
