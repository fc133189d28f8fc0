"""How an incident moves between two looks at its day."""

import pytest
from situations import finding, incident

from breakwater.core.finding import Finding, Severity
from breakwater.notify.incident import Incident
from breakwater.notify.transition import Transition, transition_of

CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING


@pytest.mark.parametrize(
    ("before", "found", "expected"),
    [
        (None, finding(), Transition.OPENED),
        (incident(), finding(), Transition.UNCHANGED),
        (incident(), finding(severity=CRITICAL), Transition.WORSENED),
        (incident(), finding(severity=CRITICAL, value=48), Transition.WORSENED),
        (incident(), finding(severity=WARNING), Transition.EASED),
        (incident(), finding(value=13), Transition.RESTATED),
        (incident(), finding(expected=9), Transition.UNCHANGED),
        (incident(), None, Transition.RESOLVED),
        (incident(is_open=False), finding(), Transition.REOPENED),
        (incident(is_open=False), finding(severity=CRITICAL), Transition.REOPENED),
        (incident(is_open=False), None, Transition.UNCHANGED),
        (None, None, Transition.UNCHANGED),
    ],
)
def test_an_incident_moves_by_what_is_found_now(
    before: Incident | None, found: Finding | None, expected: Transition
) -> None:
    """The whole decision table; the incident before is major with 12 cases."""
    assert transition_of(before, found) is expected


def test_the_fingerprint_ignores_value_severity_and_detail() -> None:
    """So that the same condition, measured again, is the same incident."""
    again = incident(severity=CRITICAL, value=99, expected=3, detail={"n": 1})
    assert again.fingerprint == incident().fingerprint


@pytest.mark.parametrize(
    "other",
    [incident(vendor="dekkan"), incident(scope={"outcome": "time_drift"}), incident(vendor=None)],
)
def test_the_fingerprint_tells_conditions_apart(other: Incident) -> None:
    """Another vendor or another scope is another incident."""
    assert other.fingerprint != incident().fingerprint
