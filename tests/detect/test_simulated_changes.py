"""Proof on the simulator: what is planted is found within two days, with the right slice first.

Six weeks of three vendors, played case by case: reviewers, rosters, queues that fill and empty. Arrivals
beget backlog and waiting there, as they do in life, and nobody tells the detector so.
"""

from datetime import UTC, date, datetime, timedelta

from made_facts import write_facts
from planted_change import Planted
from played_facts import played_facts

from breakwater.core.finding import Finding, Rule
from breakwater.demo.simulator.faults import AccuracyDrop, FaultPlan, SlowSite, VolumeSpike
from breakwater.detect.detect import detect_days
from breakwater.warehouse.finding import findings_of_day
from breakwater.warehouse.workspace import Workspace

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
FIRST_DAY = date(2026, 8, 31)
"""A Monday, far from changes of clocks."""
DAYS = [FIRST_DAY + timedelta(days=n) for n in range(42)]
JUDGED = DAYS[28:]
SPIKE, SHIFT, RAMP, ACCURACY, SLOW, DIP, SILENCE = (JUDGED[n] for n in (8, 2, 1, 4, 3, 9, 10))
RAMP_FACTORS = (1.15, 1.3, 1.45, 1.6, 1.75, 1.9, 2.05)
DEKKAN_SPAM, ANDESKA_SPAM = ("dekkan", "spam", "hi"), ("andeska", "spam", "pt")
PEARLLINE_ADULT, DEKKAN_ADULT = ("pearlline", "adult", "tl"), ("dekkan", "adult", "en")

PLAN = FaultPlan(
    rates={},
    crossing_every_days=0,
    slow_sites=(SlowSite("pearlline", "cebu", SLOW, factor=1.45),),
    accuracy_drops=(AccuracyDrop("es", tuple(day for day in DAYS if day >= ACCURACY), 0.35),),
    spikes=(
        VolumeSpike(*DEKKAN_SPAM, (SPIKE, SPIKE + timedelta(days=1)), 3.5),
        VolumeSpike(*ANDESKA_SPAM, (DIP,), 0.3),
        VolumeSpike(*PEARLLINE_ADULT, tuple(day for day in DAYS if day >= SHIFT), 1.8),
        *(
            VolumeSpike(*DEKKAN_ADULT, (RAMP + timedelta(days=n),), factor)
            for n, factor in enumerate(RAMP_FACTORS)
        ),
        *(
            VolumeSpike("pearlline", "hate", language, tuple(d for d in DAYS if d >= SILENCE), 0.0)
            for language in ("en", "tl", "es")
        ),
    ),
)


def _of_stream(stream: tuple[str, str, str], day: date, *, rises: bool) -> Planted:
    scope = dict(zip(("vendor", "queue", "language"), stream, strict=True))
    return Planted("manual_incoming", scope, day, rises=rises)


PLANTED = {
    "spike": _of_stream(DEKKAN_SPAM, SPIKE, rises=True),
    "dip": _of_stream(ANDESKA_SPAM, DIP, rises=False),
    "shift": _of_stream(PEARLLINE_ADULT, SHIFT, rises=True),
    "ramp": _of_stream(DEKKAN_ADULT, RAMP, rises=True),
    "accuracy": Planted("qa_accuracy", {"language": "es"}, ACCURACY, rises=False),
    "slow site": Planted("aht", {"vendor": "pearlline", "site": "cebu"}, SLOW, rises=True),
}


def test_what_the_simulator_plants_is_told_within_two_days(workspace: Workspace) -> None:
    """A silent queue on its first day, and once; all else at its own slice, and little besides."""
    facts = played_facts(
        workspace.configuration,
        PLAN,
        ("pearlline", "dekkan", "andeska"),
        first_day=FIRST_DAY,
        days=len(DAYS),
        cases_per_day=8_000,
    )
    write_facts(workspace.warehouse, facts)
    detect_days(workspace, JUDGED, NOW)
    with workspace.warehouse.transaction() as connection:
        told = [finding for day in JUDGED for finding in findings_of_day(connection, day)]
    missed = [
        name for name, each in PLANTED.items() if not any(each.is_told_by(one) for one in told)
    ]
    assert missed == []
    assert [
        (one.operational_day, one.vendor, one.scope)
        for one in told
        if one.rule is Rule.QUEUE_SILENT
    ] == [(SILENCE, "pearlline", {"queue": "hate"})]
    assert len(_others(told)) <= 1, _others(told)


def _others(told: list[Finding]) -> list[tuple[object, ...]]:
    """List what is told and was not planted."""
    return [
        (
            one.operational_day,
            one.vendor,
            one.scope,
            one.detail.get("causes"),
            one.detail["direction"],
        )
        for one in told
        if one.rule is Rule.KPI_ANOMALY
        and not any(each.is_told_by(one) for each in PLANTED.values())
    ]
