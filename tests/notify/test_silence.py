"""Mutes that cost a reason and expire."""

from datetime import date, timedelta
from typing import Any

import pytest
from situations import finding

from breakwater.contracts.routes import Matcher, Silence
from breakwater.core.finding import Rule, Severity
from breakwater.notify.silence import expired_silences, silenced_by

TODAY = date(2026, 11, 15)


def _silence(name: str = "migration", expires_on: date = TODAY, **match: object) -> Silence:
    return Silence(
        silence=name,
        match=Matcher(**match),
        reason="The queue moves to the new tool this week.",
        link="https://tracker.harbour.example/OPS-482",
        owner="vendor-operations",
        expires_on=expires_on,
    )


def test_a_silence_mutes_through_its_last_day() -> None:
    """It expires at the end of the day it names."""
    silence = _silence(expires_on=TODAY)
    assert silenced_by(finding(), [silence], TODAY) is silence
    assert silenced_by(finding(), [silence], TODAY + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("match", "is_muted"),
    [
        ({"rules": [Rule.RECON_BREAKS]}, True),
        ({"rules": [Rule.EXPORT_LATE]}, False),
        ({"vendors": ["pearlline"]}, True),
        ({"vendors": ["dekkan"]}, False),
        ({"queues": ["spam"]}, True),
        ({"queues": ["hate"]}, False),
        ({"minimum_severity": Severity.MAJOR}, True),
        ({"minimum_severity": Severity.CRITICAL}, False),
    ],
)
def test_a_silence_mutes_what_it_names_and_nothing_else(
    match: dict[str, Any], is_muted: bool
) -> None:
    """A major break of Pearlline's spam queue, against one condition at a time."""
    broken = finding(scope={"queue": "spam"})
    assert (silenced_by(broken, [_silence(**match)], TODAY) is not None) is is_muted


def test_a_silence_for_a_queue_leaves_findings_without_a_queue_alone() -> None:
    """What is about the whole vendor is more than the queue."""
    assert silenced_by(finding(scope={}), [_silence(queues=["spam"])], TODAY) is None


def test_expired_silences_are_named_so_that_somebody_deletes_them() -> None:
    """The one that ends today still counts."""
    silences = [_silence("old", TODAY - timedelta(days=1)), _silence("current")]
    assert expired_silences(silences, TODAY) == ("old",)
