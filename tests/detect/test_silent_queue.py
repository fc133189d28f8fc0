"""A queue to which nothing comes any more: said plainly, once, and not as an odd number besides."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from made_facts import LAST_DAY, Operation, write_facts

from breakwater.contracts.events import KnownEvent
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.detect.detect import detect_day
from breakwater.detect.facts import Facts, MetricFacts
from breakwater.detect.silent import Silence, silences
from breakwater.notify.notes import said_of
from breakwater.warehouse.finding import findings_of_day
from breakwater.warehouse.workspace import Workspace

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
WEEK = [LAST_DAY - timedelta(days=n) for n in reversed(range(7))]
QUEUE = 'total_incoming{vendor="pearlline",queue="spam"}'
DAYS = 36
"""Five weeks and the judged day."""


def judged(
    workspace: Workspace, day: date, *events: KnownEvent
) -> tuple[list[Finding], dict[str, dict[str, Any]]]:
    """Judge a day; return its findings and its scores by series."""
    configuration = replace(workspace.configuration, events=events)
    detect_day(replace(workspace, configuration=configuration), day, NOW)
    with workspace.warehouse.transaction() as connection:
        found = findings_of_day(connection, day)
    rows = workspace.warehouse.rows("select * from detect.score where operational_day = %s", [day])
    return found, {row["series"]: row for row in rows}


@pytest.fixture
def silent(workspace: Workspace) -> Workspace:
    """Six weeks; a queue is silent on three of the last days, a vendor on the last."""
    planted = Operation(
        silent_queues={
            ("pearlline", "spam"): {WEEK[3], WEEK[4], WEEK[5]},
            **{("dekkan", queue): {LAST_DAY} for queue in ("spam", "adult", "hate_text")},
        }
    )
    write_facts(workspace.warehouse, planted.facts())
    return workspace


def test_a_queue_that_falls_silent_is_told_on_the_day_and_instead_of_odd_numbers(
    silent: Workspace,
) -> None:
    """The queue and its streams fell to nothing as well; one message says it."""
    (finding,), scores = judged(silent, WEEK[3])
    assert (finding.rule, finding.vendor) == (Rule.QUEUE_SILENT, "pearlline")
    assert finding.scope == {"queue": "spam"}
    assert finding.severity is Severity.WARNING
    assert finding.expected == pytest.approx(600, rel=0.15)
    assert scores[QUEUE]["verdict"] == "onset"
    queue = scores['manual_incoming{vendor="pearlline",queue="spam"}']
    assert (queue["verdict"], queue["reason"]) == ("explained", f"explained by {QUEUE}")
    assert said_of(finding).startswith("not one case came (usual ")
    assert "weeks before" in said_of(finding)


def test_it_lasts_without_being_told_again_and_ends_with_the_first_case(silent: Workspace) -> None:
    """The day it was told stays with it."""
    found, scores = judged(silent, WEEK[5])
    assert found == []
    assert (scores[QUEUE]["verdict"], scores[QUEUE]["since"]) == ("continuing", WEEK[3])
    _, scores = judged(silent, WEEK[6])
    assert QUEUE not in scores


def test_a_vendor_without_any_case_is_one_silence(silent: Workspace) -> None:
    """Three queues that are silent together are the vendor."""
    found, _ = judged(silent, LAST_DAY)
    (finding,) = [each for each in found if each.rule is Rule.QUEUE_SILENT]
    assert (finding.vendor, finding.scope) == ("dekkan", {})
    assert finding.severity is Severity.MAJOR
    assert [each for each in found if each.vendor == "dekkan"] == [finding]


def test_urgent_work_makes_it_major(workspace: Workspace) -> None:
    """Live video is decided first."""
    write_facts(
        workspace.warehouse,
        Operation(silent_queues={("andeska", "live_video"): {LAST_DAY}}).facts(),
    )
    ((finding,), _) = judged(workspace, LAST_DAY)
    assert finding.severity is Severity.MAJOR


def test_a_known_event_keeps_it_quiet_when_told_to_and_is_named_otherwise(
    silent: Workspace,
) -> None:
    """Moved on purpose for two days; the third is told, since nobody said that it would last."""
    moved = KnownEvent.model_validate(
        {
            "event": "moved",
            "kind": "vendor_cutover",
            "title": "Spam goes elsewhere",
            "scope": {"vendors": ["pearlline"], "queues": ["spam"]},
            "first_day": WEEK[3],
            "last_day": WEEK[4],
            "suppress": True,
        }
    )
    found, scores = judged(silent, WEEK[4], moved)
    assert found == []
    assert scores[QUEUE]["verdict"] == "known_event"
    assert scores[QUEUE]["events"] == ["moved"]
    (finding,), _ = judged(silent, WEEK[5], moved)
    assert finding.rule is Rule.QUEUE_SILENT
    (finding,), _ = judged(silent, WEEK[3], moved.model_copy(update={"suppress": False}))
    assert said_of(finding).endswith("coincides with: Spam goes elsewhere")


def found_in(
    cases: list[float], reported: list[bool] | None = None, off: list[bool] | None = None
) -> list[Silence]:
    """Look at one queue of a vendor that has another one."""
    days = tuple(LAST_DAY - timedelta(days=n) for n in range(len(cases) - 1, -1, -1))
    numerator = np.array([cases, [50.0] * len(cases)])
    leaves = (("acme", "s", "spam", "en"), ("acme", "s", "hate", "en"))
    facts = Facts(
        days=days,
        metrics={
            "total_incoming": MetricFacts(
                "total_incoming", leaves, numerator, np.zeros_like(numerator)
            )
        },
        reported={"acme": np.array(reported or [True] * len(cases))},
        contents={},
    )
    return silences(facts, {"acme": np.array(off or [False] * len(cases))}, 10)


def with_cases(changed: dict[int, float], usual: float = 20.0) -> list[float]:
    """Return days of which some, counted from the last one, are otherwise."""
    cases = [usual] * DAYS
    for ago, value in changed.items():
        cases[-1 - ago] = value
    return cases


def on(*ago: int) -> list[bool]:
    """Return a flag a day, set so many days before the last one."""
    return [DAYS - 1 - day in ago for day in range(DAYS)]


def test_nothing_is_estimated_the_same_weekdays_decide() -> None:
    """Enough came on each of them, or it is not said."""
    (silence,) = found_in(with_cases({0: 0, 7: 10}))
    assert (silence.weeks, silence.fewest, silence.usual) == (4, 10, 17.5)
    assert found_in(with_cases({0: 0, 7: 9})) == []
    assert found_in(with_cases({0: 1})) == []
    assert found_in(with_cases({}, usual=0)) == []


def test_a_queue_that_rests_at_weekends_is_silent_from_monday_on() -> None:
    """Its Sundays never brought anything."""
    rests = dict.fromkeys(range(1, DAYS, 7), 0.0)
    (silence,) = found_in(with_cases({**rests, 0: 0}))
    assert silence.verdict == "onset"
    assert found_in(with_cases({**rests, 0: 0})[:-1]) == []


def test_days_without_an_export_and_holidays_say_nothing() -> None:
    """Neither is a silent day, nor what others are measured by; two of the weeks must be known."""
    missing = [not flag for flag in on(0)]
    assert found_in(with_cases({0: 0}), reported=missing) == []
    assert found_in(with_cases({0: 0}), off=on(0)) == []
    (silence,) = found_in(with_cases({0: 0, 7: 0, 14: 0}), off=on(7, 14))
    assert silence.weeks == 2
    assert found_in(with_cases({0: 0}), off=on(7, 14, 21)) == []


def test_a_silence_that_lasts_is_not_taken_for_usual_in_a_week() -> None:
    """Silent days are no measure; after three weeks too few others are left."""
    (silence,) = found_in(with_cases(dict.fromkeys(range(10), 0.0)))
    assert len(silence.days) == 10
    assert silence.verdict == "continuing"
    assert silence.told == LAST_DAY - timedelta(days=9)
    assert found_in(with_cases(dict.fromkeys(range(25), 0.0))) == []
