"""News that waits, and who is told later: on a real warehouse, with the clock in the test's hand."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from situations import DAY, NOW, finding, found, incident

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.on_call import OnCallFile
from breakwater.contracts.recipients import RecipientWishes
from breakwater.contracts.routes import Escalation, Grouping, Route
from breakwater.core.finding import Rule, Severity
from breakwater.core.vocabulary import RunType
from breakwater.notify.incidents import raise_incidents
from breakwater.notify.people import Saying, say
from breakwater.notify.plan import Known, Planner
from breakwater.notify.route import Directory
from breakwater.notify.storm import StormReason
from breakwater.notify.wake import wake
from breakwater.notify.word import WordKind
from breakwater.warehouse.database import Database
from breakwater.warehouse.workspace import Workspace

SCHEDULED, BACKFILL = RunType.SCHEDULED, RunType.BACKFILL
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OPS = {"channel": "slack", "recipient": "C0OPS"}
NIGHT = {"zone": "Asia/Singapore", "quiet": [{"hours": "09:00-12:00"}]}  # NOW is 10:00 there


def _with(workspace: Workspace, *wishes: dict[str, Any], **route: Any) -> Workspace:  # noqa: ANN401  as YAML
    """Send everything to one channel by a route of these settings."""
    configuration = replace(
        workspace.configuration,
        routes=(Route.model_validate({"route": "all", "send_to": [OPS]} | route),),
        recipients=tuple(RecipientWishes.model_validate(OPS | each) for each in wishes),
        escalations=(
            Escalation.model_validate(
                {
                    "escalation": "chain",
                    "steps": [
                        {"after_minutes": 30, "send_to": [OPS | {"recipient": "{on_call:desk}"}]},
                        {"after_minutes": 90, "send_to": [OPS | {"recipient": "C0BOSS"}]},
                    ],
                }
            ),
        ),
        on_call=OnCallFile.model_validate(
            {
                "teams": [
                    {"team": "day", "title": "Day", "contacts": [OPS | {"recipient": "C0DAY"}]},
                    {"team": "dusk", "title": "Dusk", "contacts": [OPS | {"recipient": "C0DUSK"}]},
                ],
                "rotas": [
                    {
                        "rota": "desk",
                        "title": "Desk",
                        "zone": "UTC",
                        "shifts": [  # the day's team goes home twenty minutes after NOW
                            {"zone": "UTC", "hours": "00:00-02:20", "teams": ["day"]},
                            {"zone": "UTC", "hours": "02:20-24:00", "teams": ["dusk"]},
                        ],
                    }
                ],
            }
        ),
    )
    return replace(workspace, configuration=configuration)


def _sent(warehouse: Database) -> list[tuple[str, str]]:
    rows = warehouse.rows("select recipient, transition from notify.outbox order by outbox_id")
    return [(row["recipient"], row["transition"]) for row in rows]


def _woken(workspace: Workspace, now: datetime) -> dict[str, int]:
    summary = wake(workspace, now).summary
    return {count: summary[count] for count in ("messages", "days")}


def _waiting(warehouse: Database) -> list[tuple[str, datetime]]:
    rows = warehouse.rows("select reason, due_at from notify.waiting order by due_at, thread_key")
    return [(row["reason"], row["due_at"]) for row in rows]


def test_who_sleeps_is_told_in_the_morning(workspace: Workspace, warehouse: Database) -> None:
    """Nothing at ten; nothing a minute before noon; one message at noon, and never a second."""
    asleep = _with(workspace, NIGHT)
    found(warehouse, finding())
    assert raise_incidents(asleep, DAY, NOW, SCHEDULED).summary["messages"] == 0
    assert _waiting(warehouse) == [("quiet", NOW + 2 * HOUR)]
    assert _woken(asleep, NOW + 2 * HOUR - MINUTE) == {"messages": 0, "days": 0}
    assert _woken(asleep, NOW + 2 * HOUR) == {"messages": 1, "days": 1}
    assert _woken(asleep, NOW + 3 * HOUR) == {"messages": 0, "days": 0}
    assert _sent(warehouse) == [("C0OPS", "1-opened")]


def test_what_is_over_by_the_morning_is_not_told(workspace: Workspace, warehouse: Database) -> None:
    """It was never told, so there is nothing to take back."""
    asleep = _with(workspace, NIGHT)
    found(warehouse, finding())
    raise_incidents(asleep, DAY, NOW, SCHEDULED)
    found(warehouse)
    raise_incidents(asleep, DAY, NOW + HOUR, BACKFILL)
    assert _woken(asleep, NOW + 2 * HOUR) == {"messages": 0, "days": 1}
    assert _sent(warehouse) == _waiting(warehouse) == []


def test_a_pressing_deadline_wakes(workspace: Workspace, warehouse: Database) -> None:
    """One hour by law: told at once, at night, and whatever the route's wait."""
    asleep = _with(workspace, NIGHT, group={"wait_minutes": 30})
    late = finding(Rule.STATUTORY_CLOCK_BREACHED, scope={"clock": "eu_tco_removal"})
    found(warehouse, late, finding())
    assert raise_incidents(asleep, DAY, NOW, SCHEDULED).summary["messages"] == 1
    assert [reason for reason, _ in _waiting(warehouse)] == ["quiet"]


def test_a_group_waits_for_more_and_then_tells_all_at_once(
    workspace: Workspace, warehouse: Database
) -> None:
    """Two queues of one vendor, ten minutes apart, a quarter of an hour after the first."""
    waits = _with(workspace, group={"by": ["vendor"], "wait_minutes": 15, "interval_minutes": 60})
    low = finding(Rule.SLA_ATTAINMENT_LOW, scope={"clock": "decision_p1"}, unit="rate", value=0.5)
    found(warehouse, finding())
    raise_incidents(waits, DAY, NOW, SCHEDULED)
    found(warehouse, finding(), low)
    raise_incidents(waits, DAY, NOW + 10 * MINUTE, SCHEDULED)
    assert _waiting(warehouse) == [("waits_for_more", NOW + 15 * MINUTE)]
    assert wake(waits, NOW + 15 * MINUTE).summary["messages"] == 1
    (text,) = [row["text"] for row in warehouse.rows("select payload ->> 'text' as text from notify.outbox")]  # fmt: skip
    assert "2 alerts" in text
    # Worse half an hour later: said when the hour since the last message is over.
    found(warehouse, finding(severity=Severity.CRITICAL), low)
    raise_incidents(waits, DAY, NOW + 45 * MINUTE, SCHEDULED)
    assert _waiting(warehouse) == [("within_interval", NOW + 75 * MINUTE)]
    wake(waits, NOW + 75 * MINUTE)
    assert _sent(warehouse)[1:] == [("C0OPS", "2-worsened-edit"), ("C0OPS", "2-worsened")]


def test_what_a_backfill_changed_is_not_told_by_waking(
    workspace: Workspace, warehouse: Database
) -> None:
    """Ops waits for one alert of the day; another that a backfill raised stays silent."""
    asleep = _with(workspace, NIGHT)
    found(warehouse, finding())
    raise_incidents(asleep, DAY, NOW, SCHEDULED)
    found(warehouse, finding(), finding(vendor="dekkan"))
    raise_incidents(asleep, DAY, NOW + HOUR, BACKFILL)
    assert wake(asleep, NOW + 2 * HOUR).summary["messages"] == 1


def test_a_reminder_comes_while_the_day_is_live(workspace: Workspace, warehouse: Database) -> None:
    """Every twenty hours: the message is edited, the thread does not grow; and it has an end."""
    reminds = _with(workspace, group={"repeat_hours": 20})
    found(warehouse, finding())
    raise_incidents(reminds, DAY, NOW, SCHEDULED)
    for hours in range(1, 120):
        wake(reminds, NOW + hours * HOUR)
    assert _sent(warehouse) == [
        ("C0OPS", "1-opened"),
        ("C0OPS", "2-repeated-edit"),
        ("C0OPS", "3-repeated-edit"),
        ("C0OPS", "4-repeated-edit"),
    ]
    assert _waiting(warehouse) == []


@pytest.fixture
def escalating(workspace: Workspace) -> Workspace:
    """A route with a chain: the team on call after half an hour, the boss after an hour and a half."""
    return _with(workspace, escalation="chain")


def test_a_chain_is_climbed_until_its_end(escalating: Workspace, warehouse: Database) -> None:
    """Who is on call is asked when the step is due: the day's team has gone home by then."""
    found(warehouse, finding())
    raise_incidents(escalating, DAY, NOW, SCHEDULED)
    assert _sent(warehouse) == [("C0OPS", "1-opened")]
    for minutes in range(0, 180, 10):
        wake(escalating, NOW + minutes * MINUTE)
    assert _sent(warehouse)[1:] == [("C0DUSK", "1-opened"), ("C0BOSS", "1-opened")]
    rows = warehouse.rows("select steps, due_at from notify.escalation")
    assert [tuple(row.values()) for row in rows] == [(2, None)]


def test_a_chain_ends_when_it_is_over_and_begins_anew(
    escalating: Workspace, warehouse: Database
) -> None:
    """Resolved after the first step: the boss is never told; who was told hears that it is over."""
    found(warehouse, finding())
    raise_incidents(escalating, DAY, NOW, SCHEDULED)
    wake(escalating, NOW + 30 * MINUTE)
    found(warehouse)
    raise_incidents(escalating, DAY, NOW + 60 * MINUTE, SCHEDULED)
    assert wake(escalating, NOW + 90 * MINUTE).summary["messages"] == 0
    assert warehouse.rows("select * from notify.escalation") == []
    assert [each for each in _sent(warehouse) if each[0] == "C0DUSK"] == [
        ("C0DUSK", "1-opened"),
        ("C0DUSK", "2-resolved-edit"),
        ("C0DUSK", "2-resolved"),
    ]
    found(warehouse, finding())
    raise_incidents(escalating, DAY, NOW + 2 * HOUR, SCHEDULED)
    (row,) = warehouse.rows("select started_at, steps from notify.escalation")
    assert (row["started_at"], row["steps"]) == (NOW + 2 * HOUR, 0)


def test_a_backfill_starts_no_chain(escalating: Workspace, warehouse: Database) -> None:
    """Nobody was told, so nobody is late."""
    found(warehouse, finding())
    raise_incidents(escalating, DAY, NOW, BACKFILL)
    assert wake(escalating, NOW + 3 * HOUR).summary["messages"] == 0
    assert warehouse.rows("select * from notify.escalation") == []


def test_ten_thousand_findings_end_in_a_bounded_number_of_messages(
    configuration: Configuration,
) -> None:
    """By the routes that ship, finely grouped: one roll-up for each address, vendors' among them."""
    storm = [
        incident(scope={"outcome": "missing_internal", "queue": f"q{n}"}, vendor=vendor)
        for n in range(2_500)
        for vendor in ("pearlline", "dekkan", "baltica", "karavan")
    ]
    fine = Grouping(by=("rule", "vendor", "queue"))
    routes = tuple(each.model_copy(update={"group": fine}) for each in configuration.routes)
    stormy = replace(configuration, routes=routes)
    planner = Planner(stormy, Directory(configuration.vendors), NOW)
    plan = planner.plan(storm, Known(DAY))
    assert sorted(each.recipient.address for each in plan.threads if each.is_told_now) == [
        "C0BALTICA",
        "C0DEKKAN",
        "C0KARAVAN",
        "C0OPS",
        "C0PEARLLINE",
        "ops-leads@harbour.example",
    ]
    assert {each.storm for each in plan.threads} == {StormReason.ROLLED_UP}


def test_an_acknowledgement_stops_the_chain_until_it_runs_out(
    escalating: Workspace, warehouse: Database
) -> None:
    """Acknowledged before the first step, for two hours; then both steps are overdue at once."""
    found(warehouse, finding())
    raise_incidents(escalating, DAY, NOW, SCHEDULED)
    word = Saying(WordKind.ACKNOWLEDGED, "Ana", until=NOW + 2 * HOUR)
    say(escalating, [finding().finding_id], word, NOW + 10 * MINUTE)
    # The step is overdue, and no day is planned anew for what nobody may be told.
    assert wake(escalating, NOW + HOUR).summary["days"] == 0
    assert {recipient for recipient, _ in _sent(warehouse)} == {"C0OPS"}
    wake(escalating, NOW + 2 * HOUR)
    assert ("C0OPS", "3-lapsed") in _sent(warehouse)
    assert _sent(warehouse)[-2:] == [("C0BOSS", "1-opened"), ("C0DUSK", "1-opened")]


def test_an_overdue_step_of_what_a_cause_hides_is_not_asked_for(
    escalating: Workspace, warehouse: Database
) -> None:
    """It is when nothing hides it any more, and a chain of what is over is still put away."""
    found(warehouse, finding())
    raise_incidents(escalating, DAY, NOW, SCHEDULED)
    with warehouse.transaction() as connection:
        connection.execute("update notify.incident set hidden_by = 'inhibited/ExportMissing'")
    assert wake(escalating, NOW + HOUR).summary["days"] == 0
    with warehouse.transaction() as connection:
        connection.execute("update notify.incident set hidden_by = null")
    assert wake(escalating, NOW + HOUR).summary["days"] == 1
    assert {recipient for recipient, _ in _sent(warehouse)} == {"C0OPS", "C0DUSK"}
    with warehouse.transaction() as connection:
        connection.execute(
            "update notify.incident set state = 'resolved', hidden_by = 'silenced/x'"
        )
    wake(escalating, NOW + 3 * HOUR)
    assert warehouse.rows("select 1 from notify.escalation") == []


def test_what_is_snoozed_reminds_nobody_and_climbs_no_chain(
    workspace: Workspace, warehouse: Database
) -> None:
    """It is put off until then; the day after, the chain and the reminders go on."""
    patient = _with(workspace, escalation="chain", group={"repeat_hours": 1})
    found(warehouse, finding())
    raise_incidents(patient, DAY, NOW, SCHEDULED)
    word = Saying(WordKind.SNOOZED, "Ana", note="The vendor mends it.", until=NOW + 9 * HOUR)
    say(patient, [finding().finding_id], word, NOW + 10 * MINUTE)
    before = _sent(warehouse)
    for minutes in range(20, 9 * 60, 20):
        wake(patient, NOW + minutes * MINUTE)
    assert _sent(warehouse) == before
    wake(patient, NOW + 9 * HOUR)
    assert {"C0DUSK", "C0BOSS"} < {recipient for recipient, _ in _sent(warehouse)}


def test_a_chain_that_is_configured_no_longer_ends(
    escalating: Workspace, warehouse: Database
) -> None:
    """Nobody is told by it, and nobody is woken for it for ever."""
    found(warehouse, finding())
    raise_incidents(escalating, DAY, NOW, SCHEDULED)
    without = replace(
        escalating,
        configuration=replace(
            escalating.configuration,
            escalations=(),
            routes=(Route.model_validate({"route": "all", "send_to": [OPS]}),),
        ),
    )
    assert _woken(without, NOW + HOUR) == {"messages": 0, "days": 1}
    assert _woken(without, NOW + 2 * HOUR) == {"messages": 0, "days": 0}
