"""Clocks and calendars in configuration: what cannot run is refused where it is written."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from breakwater.contracts.calendar import CalendarRule
from breakwater.contracts.clocks import AppliesTo, Clock, Target, contradictions
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.cross_check import cross_check, cross_check_vendor
from breakwater.contracts.law import Duty, Law, Period
from breakwater.core.vocabulary import Priority

LAW: dict[str, Any] = {
    "clock": "removal_order",
    "kind": "statutory",
    "title": "Removal order",
    "target_seconds": 3600,
    "provision": "Act 1",
    "source": "the gazette",
    "confidence": "statute",
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pauses": True}, "never pauses"),
        ({"calendar": "site"}, "runs 24x7"),
        ({"provision": None}, "law.provision"),
        ({"source": None}, "names its provision, source"),
        ({"confidence": "surely"}, "'statute', 'official', 'secondary' or 'unconfirmed'"),
        ({"start": "decided"}, "start and stop must differ"),
        ({"target_seconds": 0}, "greater than 0"),
        ({"warning_share": 1.0}, "less than 1"),
        (
            {"effective_from": "2026-02-20", "effective_to": "2026-02-19"},
            "effective_to must not be before effective_from",
        ),
    ],
)
def test_a_clock_that_cannot_run_is_refused(change: dict[str, Any], said: str) -> None:
    """Each with what was expected."""
    with pytest.raises(ValidationError, match=said):
        Clock.model_validate(LAW | change)


def test_an_empty_list_applies_to_all_and_a_named_one_to_those() -> None:
    """A case without a policy is in no list of policies."""
    place = {"vendor": "dekkan", "queue": "hate", "language": "en", "priority": "p1"}
    assert AppliesTo().covers(policy=None, **place)
    assert AppliesTo(queues=("hate",), priorities=(Priority.P1,)).covers(policy=None, **place)
    assert not AppliesTo(vendors=("karavan",)).covers(policy=None, **place)
    assert not AppliesTo(policies=("hate",)).covers(policy=None, **place)
    assert AppliesTo(policies=("hate",)).covers(policy="hate", **place)


def test_a_law_that_changed_is_two_entries_one_after_the_other() -> None:
    """In force until the 19th, and from the 20th on: no day without, none with both."""
    before = Clock.model_validate(LAW | {"effective_to": "2026-02-19"})
    after = Clock.model_validate(LAW | {"effective_from": "2026-02-20", "target_seconds": 60})
    assert list(contradictions([after, before])) == []
    overlapping = before.model_copy(update={"effective_to": date(2026, 2, 20)})
    (said,) = contradictions([overlapping, after])
    assert "removal_order: expected entries one after another" in said
    (said,) = contradictions([before, after.model_copy(update={"kind": "internal"})])
    assert "expected one kind" in said


def test_the_warning_comes_before_the_target() -> None:
    """80 % of an hour, rounded up to a second."""
    assert Clock.model_validate(LAW).warning_seconds == 2880
    assert Clock.model_validate(LAW | {"target_seconds": 1}).warning_seconds == 1


def test_shipped_statutory_numbers_say_how_sure_they_are(configuration: Configuration) -> None:
    """What nobody confirmed is not switched on."""
    laws = [clock for clock in configuration.clocks if clock.kind == "statutory"]
    assert laws
    for clock in laws:
        assert clock.law
        # What an amendment replaced still counts for the days on which it was in force.
        counts = clock.law.legal_status == "in_force" or clock.effective_to
        sure = clock.law.confidence != "unconfirmed" and counts
        assert sure or not clock.enabled, clock.clock


def test_the_law_may_stand_beside_the_target() -> None:
    """Files from before the law had a place of its own mean what they meant."""
    law = Law(provision="Act 1", source="the gazette", confidence="statute")
    assert Clock.model_validate(LAW).law == law
    with pytest.raises(ValidationError, match="law holds its confidence"):
        Clock.model_validate(LAW | {"law": {"provision": "Act 2"}})


DUTY: dict[str, Any] = {
    "duty": "keep",
    "title": "Keep",
    "law": {
        "provision": "Act 1",
        "source": "the gazette",
        "confidence": "statute",
        "period": {"years": 1},
    },
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"period": {"years": 1, "days": 2}}, "one of hours, days"),
        ({"period": {}}, "one of hours, days"),
        ({"period": None}, "a period, or a standard"),
        ({"standard": "without undue delay"}, "a period, or a standard"),
        ({"source": None}, "names its source and confidence"),
    ],
    ids=["two units", "no unit", "neither", "both", "unsourced"],
)
def test_a_duty_that_says_nothing_is_refused(change: dict[str, Any], said: str) -> None:
    """Each with what was expected."""
    assert Duty.model_validate(DUTY).law.period == Period(years=1)
    with pytest.raises(ValidationError, match=said):
        Duty.model_validate(DUTY | {"law": DUTY["law"] | change})


def test_a_duty_is_tracked_by_a_clock_that_is_policy(configuration: Configuration) -> None:
    """A clock of the law, or none at all, is named at once."""
    duty = Duty.model_validate(DUTY | {"tracked_by": "eu_tco_removal"})
    (said,) = cross_check(replace(configuration, duties=(duty,)))
    assert (
        said
        == "clocks/: duties.keep.tracked_by: expected an internal clock; found 'eu_tco_removal'"
    )


def test_names_that_no_case_has_are_told_wherever_a_clock_uses_them(
    configuration: Configuration,
) -> None:
    """A target or a condition with a typing error would never count, and nobody would know."""
    clock = Clock.model_validate(
        {
            "clock": "typo",
            "kind": "internal",
            "title": "Typed in a hurry",
            "applies": {"vendors": ["perlline"]},
            "stop": ["closed", {"event": "decided", "queues": ["spamm"]}],
            "defer": {"begin": {"event": "paused", "policies": ["haate"]}},
            "targets": [
                {"when": {"languages": ["xx"]}, "within": {"hours": 1}},
                {"within": {"hours": 2}},
            ],
        }
    )
    assert list(cross_check(replace(configuration, clocks=(clock,), duties=()))) == [
        "clocks/: typo.applies: expected a vendor; found 'perlline'",
        "clocks/: typo.targets.0.when: expected a language; found 'xx'",
        "clocks/: typo.stop: expected a queue; found 'spamm'",
        "clocks/: typo.defer.begin: expected a policy; found 'haate'",
    ]
    vendor = configuration.vendor("pearlline")
    rule = CalendarRule(calendar="default", queues=("spamm",))
    contract = vendor.model_copy(update={"calendar_rules": (rule,)})
    assert list(cross_check_vendor(configuration, "pearlline", contract)) == [
        "vendors/pearlline.yaml: calendar_rules.0: expected a queue; found 'spamm'"
    ]


def test_a_target_cannot_end_before_it_begins() -> None:
    """It would never count."""
    with pytest.raises(ValidationError, match="must not be before"):
        Target.model_validate(
            {
                "within": {"hours": 1},
                "effective_from": "2026-03-02",
                "effective_to": "2026-03-01",
            }
        )


@pytest.mark.parametrize(
    ("said", "longest"),
    [
        ({"within": {"hours": 87_841}}, "at most 87840 hours"),
        ({"target_seconds": 10**18}, "at most 87840 hours"),
        ({"within": {"minutes": 10**12}}, "at most 87840 hours"),
        ({"within": {"hours": 26_353}, "calendar": "site"}, "at most 26352 hours"),
        ({"within": {"working_days": 751}, "calendar": "site"}, "working_days up to 750"),
        ({"within": {"calendar_days": 3_661}}, "calendar_days up to 3660"),
        ({"within": {"months": 121}}, "months up to 120"),
        ({"within": {"years": 11}}, "years up to 10"),
        ({"targets": [{"within": {"hours": 1}}, {"within": {"years": 11}}]}, "years up to 10"),
    ],
    ids=[
        "hours",
        "seconds",
        "minutes",
        "open hours",
        "working",
        "days",
        "months",
        "years",
        "of two",
    ],
)
def test_a_clock_that_nobody_will_see_the_end_of_is_refused_by_name(
    said: dict[str, Any], longest: str
) -> None:
    """The message names the clock and the bound; the bound itself is a clock."""
    stated = {"clock": "endless", "kind": "internal", "title": "Endless"}
    with pytest.raises(ValidationError, match=f"the time of endless is {longest}"):
        Clock.model_validate(stated | said)
    for within in ({"hours": 87_840}, {"months": 120}, {"years": 10}, {"calendar_days": 3_660}):
        assert Clock.model_validate(stated | {"within": within})
