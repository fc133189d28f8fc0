"""The digest's promises: what was excused is named, and what will be missed is told ahead."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from made_days import DAY

from breakwater.contracts.audiences import Audience
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.excusals import Excusal
from breakwater.contracts.wording import Names
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.report.answers import read_answers
from breakwater.report.scope import cut
from breakwater.report.sections.legal import legal_section
from breakwater.report.sections.promises import promise_section
from breakwater.warehouse.workspace import Workspace

END = datetime(2026, 11, 22, 16, tzinfo=UTC)
OUTAGE = Excusal.model_validate(
    {
        "excusal": "tool_down",
        "reason": "platform_outage",
        "title": "The review tool was down for three hours.",
        "scope": {"vendors": ["pearlline"]},
        "starts_at": "2026-11-22T02:00:00+08:00",
        "ends_at": "2026-11-22T05:00:00+08:00",
        "evidence": "https://status.harbour.example/211",
        "approver": "vendor-operations",
        "approved_on": "2026-11-23",
    }
)


@pytest.fixture
def told(quiet: Workspace) -> Workspace:
    """Excuse two clocks of Pearlline, and forecast three of its decisions and one of a law."""
    with quiet.warehouse.transaction() as connection:
        for case in ("C1", "C2"):
            connection.execute(
                "insert into measure.clock_exception (operational_day, vendor, clock, kind,"
                " case_id_vendor, site, queue, language, priority, state, is_due, started_at,"
                " triggered_at, due_at, elapsed_seconds, target_seconds, cycle, is_excused, excusal)"
                " values (%s, 'pearlline', 'decision_p3', 'contract', %s, 'main', 'spam', 'en', 'p3',"
                " 'missed', false, %s, %s, %s, 1, 1, 1, true, 'tool_down')",
                [DAY, case, END, END, END],
            )
        for n, (clock, as_of, lost) in enumerate(
            [
                ("decision_p3", END, True),
                ("decision_p3", END, True),
                ("decision_p4", END, True),
                ("decision_p4", END, False),
                ("eu_tco_removal", END, True),
                ("decision_p3", END - timedelta(hours=9), True),
            ]
        ):
            connection.execute(
                "insert into measure.breach_forecast values (%s, 'pearlline', %s, %s, %s, %s, 'main',"
                " 'spam', %s, 'waiting', 3, 1, 1, 1, null, null, null, 0.9, 0.8, 0.95, 40, %s)",
                [DAY, as_of, clock, f"F{n}", END, END + timedelta(hours=3 + n), lost],
            )
    return quiet


def summary(workspace: Workspace, configuration: Configuration, **audience: object) -> str:
    """Return what the section says to an audience."""
    entry = {
        "audience": "readers",
        "title": "X",
        "kind": "ops",
        "zone": "Asia/Singapore",
    } | audience
    with workspace.warehouse.transaction() as connection:
        answers = read_answers(connection, configuration, DAY, ["sla_attainment"])
    view = cut(answers, Audience.model_validate(entry))
    return promise_section(view, Names(configuration, DAY), 5).summary


def test_excused_clocks_are_named_and_lost_ones_told_ahead(
    told: Workspace, configuration: Configuration
) -> None:
    """The latest forecast counts, and promises alone; a law has its own section."""
    said = summary(told, replace(configuration, excusals=(OUTAGE,)))
    assert "2 clocks not counted: The review tool was down for three hours." in said
    assert "At the present pace 3 open cases will miss a promise within 24 hours" in said
    assert "the first at 03:00 on 23 Nov." in said


def test_others_read_nothing_of_it(told: Workspace, configuration: Configuration) -> None:
    """Another vendor, and an audience of another queue."""
    for scope in ({"kind": "vendor", "vendors": ["dekkan"]}, {"queues": ["hate"]}):
        said = summary(told, configuration, **scope)
        assert "not counted" not in said
        assert "present pace" not in said


def test_a_day_without_either_says_what_it_said(
    quiet: Workspace, configuration: Configuration
) -> None:
    """No sentence about nothing."""
    assert "pace" not in summary(quiet, configuration)


def test_a_row_about_a_law_names_the_clock_that_presses_by_now(
    quiet: Workspace, configuration: Configuration
) -> None:
    """By its title, which is ours; without one the row says what it said."""
    with quiet.warehouse.transaction() as connection:
        answers = read_answers(connection, configuration, DAY, ["sla_attainment"])
    ops = Audience.model_validate(
        {"audience": "readers", "title": "X", "kind": "ops", "zone": "Asia/Singapore"}
    )
    breach = Finding(
        rule=Rule.STATUTORY_CLOCK_BREACHED,
        operational_day=DAY,
        vendor="pearlline",
        severity=Severity.CRITICAL,
        scope={"clock": "eu_tco_removal", "queue": "legal_requests"},
        value=3,
        unit="cases",
        threshold=0,
        detail={"still_open": 3},
    )
    notes = []
    for detail in ({}, {"tightest_clock": "decision_p3", "tightest_cases": 2}):
        told = replace(breach, detail={**breach.detail, **detail})
        view = cut(replace(answers, findings=(told,)), ops)
        (line,) = legal_section(view, Names(configuration, DAY), 5).lines
        notes.append(line.note)
    title = Names(configuration, DAY).clock("decision_p3")
    assert notes == ["3 still open", f"3 still open; most pressing by now: {title} (2 cases)"]
