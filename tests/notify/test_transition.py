"""How an incident moves between two looks at its day."""

from datetime import timedelta

import pytest
from situations import NOW, finding, incident

from breakwater.contracts.incidents import Incidents
from breakwater.core.finding import Finding, Severity
from breakwater.notify.incident import Incident
from breakwater.notify.transition import Transition, look_again

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
    ],
)
def test_an_incident_moves_by_what_is_found_now(
    before: Incident | None, found: Finding | None, expected: Transition
) -> None:
    """The whole decision table; the incident before is major with 12 cases."""
    assert look_again(before, found, Incidents(), NOW).transition is expected


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


def test_so_many_good_runs_in_a_row_resolve_an_incident() -> None:
    """One that comes back in between begins anew, and nobody hears of either."""
    guard = Incidents(resolve_after_runs=2, runs_apart_minutes=10)
    minutes = [NOW + timedelta(minutes=number) for number in range(0, 60, 10)]
    once = look_again(incident(), None, guard, minutes[0])
    assert (once.transition, once.incident.is_open, once.incident.good_runs) == (
        Transition.UNCHANGED, True, 1,
    )  # fmt: skip
    back = look_again(once.incident, finding(), guard, minutes[1])
    assert (back.transition, back.incident) == (Transition.UNCHANGED, incident())
    again = look_again(back.incident, None, guard, minutes[2])
    done = look_again(again.incident, None, guard, minutes[3])
    assert (done.transition, done.incident) == (Transition.RESOLVED, incident(is_open=False))


def test_a_task_that_is_tried_again_is_no_second_good_run() -> None:
    """Both stand for one look at the world."""
    guard = Incidents(resolve_after_runs=2, runs_apart_minutes=10)
    once = look_again(incident(), None, guard, NOW)
    soon = look_again(once.incident, None, guard, NOW + timedelta(minutes=9))
    assert (soon.transition, soon.incident) == (Transition.UNCHANGED, once.incident)
