"""The stages of the pipeline, each as a table: what is known, what the clock says, the named answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from situations import DAY, NOW, OPS, finding, incident, telling

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.recipients import QuietHours, RecipientWishes
from breakwater.contracts.routes import (
    Destination,
    Escalation,
    EscalationStep,
    Grouping,
    Silence,
)
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.notify.escalate import EscalationReason, Running, decide_escalation
from breakwater.notify.group import GroupReason, decide_group
from breakwater.notify.inhibit import InhibitReason, decide_inhibition
from breakwater.notify.pressing import is_pressing
from breakwater.notify.quiet import QuietReason, decide_quiet
from breakwater.notify.silence import SilenceReason, decide_silence
from breakwater.notify.storm import StormReason, decide_storm
from breakwater.notify.telling import TellingReason, decide_telling, repeat_due_at
from breakwater.notify.thread import thread_key_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BREAKS = incident()
RESOLVED = incident(is_open=False)


@pytest.mark.parametrize(
    ("told", "found", "expected"),
    [
        (finding(Rule.EXPORT_LATE), [finding(Rule.EXPORT_MISSING)], InhibitReason.NO_SYMPTOM),
        (finding(), [finding(Rule.EXPORT_MISSING)], InhibitReason.INHIBITED),
        (finding(), [finding(Rule.EXPORT_LATE)], InhibitReason.NO_CAUSE),
        (finding(), [finding(Rule.EXPORT_MISSING, vendor="dekkan")], InhibitReason.NO_CAUSE),
        (
            finding(Rule.KPI_ANOMALY, vendor=None),
            [finding(Rule.EXPORT_MISSING)],
            InhibitReason.OF_ALL_VENDORS,
        ),
    ],
)
def test_whether_a_cause_hides_a_symptom(
    told: Finding, found: list[Finding], expected: InhibitReason
) -> None:
    """Same vendor, a cause and a symptom: nothing else hides anything."""
    assert decide_inhibition(told, found).reason is expected


@pytest.mark.parametrize(
    ("last_days", "vendor", "expected"),
    [
        ((), "pearlline", SilenceReason.NONE_MATCHES),
        ((0,), "dekkan", SilenceReason.NONE_MATCHES),
        ((0,), "pearlline", SilenceReason.SILENCED),
        ((-1,), "pearlline", SilenceReason.EXPIRED),
        ((-1, 3), "pearlline", SilenceReason.SILENCED),
    ],
)
def test_whether_a_silence_mutes(
    last_days: tuple[int, ...], vendor: str, expected: SilenceReason
) -> None:
    """One that has expired is named, and mutes nothing."""
    silences = [
        Silence.model_validate(
            {
                "silence": f"until_{days}",
                "match": {"vendors": ["pearlline"]},
                "reason": "The queue moves this week.",
                "link": "https://tracker.harbour.example/OPS-482",
                "owner": "vendor-operations",
                "expires_on": DAY + timedelta(days=days),
            }
        )
        for days in last_days
    ]
    assert decide_silence(finding(vendor=vendor), silences, DAY).reason is expected


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (("rule", "vendor"), "ReconBreaks/pearlline/2026-11-14"),
        (("vendor",), "*/pearlline/2026-11-14"),
        (("rule",), "ReconBreaks/*/2026-11-14"),
        (("vendor", "queue"), "*/pearlline/2026-11-14/spam"),
        ((), "*/*/2026-11-14"),
    ],
)
def test_what_shares_a_message(by: tuple[str, ...], expected: str) -> None:
    """The name of a thread has what its members have in common, and always their day."""
    of_queue = incident(scope={"queue": "spam", "outcome": "missing_internal"})
    assert thread_key_of(of_queue, Grouping.model_validate({"by": by})) == expected


@pytest.mark.parametrize(
    ("told", "since", "pressing", "reason", "due"),
    [
        (None, 0, False, GroupReason.WAITS_FOR_MORE, 10),
        (None, 9, False, GroupReason.WAITS_FOR_MORE, 1),
        (None, 10, False, GroupReason.DUE_NOW, None),
        (None, 0, True, GroupReason.PRESSING_DEADLINE, None),
        (29, 0, False, GroupReason.WITHIN_INTERVAL, 1),
        (30, 0, False, GroupReason.DUE_NOW, None),
        (1, 0, True, GroupReason.PRESSING_DEADLINE, None),
    ],
)
def test_whether_a_message_waits_for_more(
    told: int | None, since: int, pressing: bool, reason: GroupReason, due: int | None
) -> None:
    """Ten minutes for more of its kind, half an hour between two messages; all in minutes ago."""
    decision = decide_group(
        Grouping(wait_minutes=10, interval_minutes=30),
        told_at=None if told is None else NOW - told * MINUTE,
        since=NOW - since * MINUTE,
        now=NOW,
        is_pressing=pressing,
    )
    assert decision.reason is reason
    assert decision.due_at == (None if due is None else NOW + due * MINUTE)


@pytest.mark.parametrize(
    ("hours", "shown", "seen", "expected"),
    [
        (4, [BREAKS], False, 4),
        (None, [BREAKS], False, None),
        (4, [RESOLVED], False, None),
        (4, [BREAKS], True, None),
    ],
)
def test_when_nothing_new_is_told_again(
    hours: int | None, shown: list, seen: bool, expected: int | None
) -> None:
    """Hours after the last message, while it is open and nobody says that they look into it."""
    last = telling(BREAKS)
    told = type(last)(last.thread_key, OPS, 1, last.members, NOW)
    due = repeat_due_at(told, shown, hours, {BREAKS.fingerprint} if seen else ())
    assert due == (None if expected is None else NOW + expected * HOUR)


def test_a_repetition_gives_way_to_news() -> None:
    """What moved is said; a reminder is for what did not."""
    last = telling(BREAKS)
    assert decide_telling(last, [BREAKS], is_repeat_due=True) is TellingReason.REPEATED
    worse = incident(severity=Severity.CRITICAL)
    assert decide_telling(last, [worse], is_repeat_due=True) is TellingReason.WORSENED
    over = telling(RESOLVED)
    assert decide_telling(over, [RESOLVED], is_repeat_due=False) is TellingReason.UNCHANGED


@pytest.mark.parametrize(
    ("fresh", "expected"),
    [(0, StormReason.BELOW_CAP), (12, StormReason.BELOW_CAP), (13, StormReason.ROLLED_UP)],
)
def test_when_a_storm_becomes_one_message(fresh: int, expected: StormReason) -> None:
    """As many as the cap stay apart."""
    assert decide_storm(fresh, 12) is expected


NIGHT = QuietHours(hours="22:00-31:00")
WEEKEND = QuietHours(days=("sat", "sun"), hours="00:00-24:00")


def _wishes(**more: object) -> RecipientWishes:
    return RecipientWishes.model_validate(
        {"channel": "slack", "recipient": "C0OPS", "zone": "Asia/Singapore"} | more
    )


@pytest.mark.parametrize(
    ("local", "severity", "pressing", "reason", "ends"),
    [
        ("2026-11-17 21:59", "major", False, QuietReason.AWAKE, None),
        ("2026-11-17 22:00", "major", False, QuietReason.QUIET, "2026-11-18 07:00"),
        ("2026-11-18 06:59", "major", False, QuietReason.QUIET, "2026-11-18 07:00"),
        ("2026-11-18 07:00", "major", False, QuietReason.AWAKE, None),
        ("2026-11-18 02:00", "critical", False, QuietReason.SEVERE, None),
        ("2026-11-18 02:00", "warning", True, QuietReason.PRESSING_DEADLINE, None),
        # Friday night, the weekend and Sunday night meet: one quiet.
        ("2026-11-20 23:00", "major", False, QuietReason.QUIET, "2026-11-23 07:00"),
        ("2026-11-22 12:00", "major", False, QuietReason.QUIET, "2026-11-23 07:00"),
    ],
)
def test_whether_a_recipient_is_disturbed(
    local: str, severity: str, pressing: bool, reason: QuietReason, ends: str | None
) -> None:
    """Nights and weekends in the recipient's own zone."""
    wishes = _wishes(quiet=(NIGHT, WEEKEND), disturb_from="critical")
    now = datetime.fromisoformat(f"{local}+08:00")
    decision = decide_quiet(wishes, worst=Severity(severity), is_pressing=pressing, now=now)
    assert decision.reason is reason
    assert decision.due_at == (None if ends is None else datetime.fromisoformat(f"{ends}+08:00"))


def test_a_night_in_which_clocks_change_ends_at_the_wall_clocks_morning() -> None:
    """Riga, 25 October 2026: the hour from three comes twice, and seven is still seven."""
    wishes = _wishes(zone="Europe/Riga", quiet=(NIGHT,))
    now = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)
    decision = decide_quiet(wishes, worst=Severity.MAJOR, is_pressing=False, now=now)
    assert decision.due_at == datetime(2026, 10, 25, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "is_taken"),
    [
        ([{"hours": "00:00-24:00"}], False),
        ([{"hours": "09:00-17:00"}, {"hours": "17:00-33:00"}], False),
        ([{"hours": "09:00-17:00"}, {"hours": "17:01-33:00"}], True),
        ([{"days": ["sun"], "hours": "00:00-48:00"}], True),
        ([{"days": ["sun", "tue", "thu"], "hours": "00:00-48:00"}], True),
        ([{"days": ["sun", "tue", "thu", "sat"], "hours": "00:00-48:00"}], False),
        ([], True),
    ],
)
def test_who_would_never_be_told_is_refused(quiet: list[dict[str, Any]], is_taken: bool) -> None:
    """Quiet hours delay, they do not mute: a week without a minute awake is a slip in the file."""
    if is_taken:
        _wishes(quiet=quiet)
    else:
        with pytest.raises(ValueError, match="quiet hours that end"):
            _wishes(quiet=quiet)


@pytest.mark.parametrize(
    ("rule", "clock", "expected"),
    [
        (Rule.STATUTORY_CLOCK_BREACHED, "eu_tco_removal", True),
        (Rule.STATUTORY_CLOCK_BREACHED, "us_tida", False),
        (Rule.STATUTORY_CLOCK_BREACHED, "in_order", True),
        (Rule.STATUTORY_CLOCK_BREACHED, "nobody_knows", False),
        (Rule.SLA_ATTAINMENT_LOW, "eu_tco_removal", False),
    ],
)
def test_which_legal_deadlines_page_at_any_hour(
    rule: Rule, clock: str, expected: bool, configuration: Configuration
) -> None:
    """Those of at most three hours, by the entry in force on the day."""
    assert is_pressing(finding(rule, scope={"clock": clock}), configuration.clocks) is expected


CHAIN = Escalation(
    escalation="legal",
    steps=tuple(
        EscalationStep(
            after_minutes=minutes, send_to=(Destination(channel="slack", recipient="C0OPS"),)
        )
        for minutes in (30, 90)
    ),
)


@pytest.mark.parametrize(
    ("ago", "taken", "acknowledged", "shown", "reason", "steps", "due_in"),
    [
        (None, 0, False, BREAKS, EscalationReason.NOT_TOLD_YET, 0, None),
        (0, 0, False, BREAKS, EscalationReason.WAITS, 0, 30),
        (29, 0, False, BREAKS, EscalationReason.WAITS, 0, 1),
        (30, 0, False, BREAKS, EscalationReason.STEP_DUE, 1, 60),
        (40, 1, False, BREAKS, EscalationReason.WAITS, 1, 50),
        (90, 1, False, BREAKS, EscalationReason.STEP_DUE, 2, None),
        (95, 0, False, BREAKS, EscalationReason.STEP_DUE, 2, None),
        (95, 2, False, BREAKS, EscalationReason.AT_ITS_END, 2, None),
        (95, 1, True, BREAKS, EscalationReason.ACKNOWLEDGED, 1, None),
        (95, 1, False, RESOLVED, EscalationReason.RESOLVED, 1, None),
        (95, 1, False, incident(hidden_by="silenced/x"), EscalationReason.HIDDEN, 1, None),
    ],
)
def test_how_far_an_escalation_is(  # noqa: PLR0917  one row of the table
    ago: int | None,
    taken: int,
    acknowledged: bool,
    shown: object,
    reason: EscalationReason,
    steps: int,
    due_in: int | None,
) -> None:
    """Half an hour, an hour and a half; minutes since people were first told."""
    running = None if ago is None else Running("legal", NOW - ago * MINUTE, taken)
    decision = decide_escalation(CHAIN, shown, running, is_acknowledged=acknowledged, now=NOW)
    assert (decision.reason, decision.steps) == (reason, steps)
    assert decision.due_at == (None if due_in is None else NOW + due_in * MINUTE)


def test_nobody_asked_for_an_escalation() -> None:
    """Most routes name no chain."""
    decision = decide_escalation(None, BREAKS, None, is_acknowledged=False, now=NOW)
    assert decision.reason is EscalationReason.NOT_ASKED
