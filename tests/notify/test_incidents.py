"""The stage: from findings to incidents, their history and the outbox."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from situations import DAY, LATER, NOW, finding, found

from breakwater.contracts.routes import Destination, Matcher, Route, Silence
from breakwater.core.finding import Rule, Severity
from breakwater.core.vocabulary import RunType
from breakwater.notify.incidents import raise_incidents
from breakwater.notify.summary import IncidentCount, count_incidents
from breakwater.warehouse.database import Database
from breakwater.warehouse.workspace import Workspace

SCHEDULED, MANUAL, BACKFILL = RunType.SCHEDULED, RunType.MANUAL, RunType.BACKFILL
WORSE = finding(severity=Severity.CRITICAL, value=48)


def _outbox(warehouse: Database, channel: str = "slack") -> list[tuple[str, str, str]]:
    rows = warehouse.rows(
        "select recipient, operation, transition from notify.outbox where channel = %s"
        " order by outbox_id",
        [channel],
    )
    return [tuple(row.values()) for row in rows]


def _texts(warehouse: Database, recipient: str) -> list[str]:
    rows = warehouse.rows(
        "select payload ->> 'text' as text from notify.outbox where recipient = %s"
        " order by outbox_id",
        [recipient],
    )
    return [row["text"] for row in rows]


def _with(workspace: Workspace, **settings: object) -> Workspace:
    """Change configuration: routes, silences, or a setting of the operation."""
    configuration = workspace.configuration
    operations = configuration.operations.model_copy(
        update={k: v for k, v in settings.items() if k in {"storm_cap", "live_days"}}
    )
    rest = {k: v for k, v in settings.items() if k in {"routes", "silences"}}
    return replace(workspace, configuration=replace(configuration, operations=operations, **rest))


def _to_ops(workspace: Workspace, **settings: object) -> Workspace:
    """Send everything to one channel."""
    destination = Destination(channel="slack", recipient="C0OPS")
    route = Route(route="all", send_to=(destination,))
    return _with(workspace, routes=(route,), **settings)


def _history(warehouse: Database) -> list[tuple[Any, ...]]:
    rows = warehouse.rows(
        "select kind, severity, value, run_type, paging from notify.incident_transition"
        " order by fingerprint, ordinal"
    )
    return [tuple(row.values()) for row in rows]


def test_a_finding_becomes_an_incident_and_one_message_for_each_recipient(
    workspace: Workspace, warehouse: Database
) -> None:
    """A major break by the routes that ship: the vendor's channel, ops chat and ops mail."""
    found(warehouse, finding())
    result = raise_incidents(workspace, DAY, NOW, SCHEDULED)
    assert result.changed
    assert {k: result.summary[k] for k in ("open", "opened", "messages", "paging")} == {
        "open": 1,
        "opened": 1,
        "messages": 3,
        "paging": "scheduled_live_day",
    }
    assert _outbox(warehouse) == [
        ("C0OPS", "post", "1-opened"),
        ("C0PEARLLINE", "post", "1-opened"),
    ]
    assert _outbox(warehouse, "email") == [("ops-leads@harbour.example", "post", "1-opened")]


def test_a_second_run_with_the_same_findings_changes_nothing(
    workspace: Workspace, warehouse: Database
) -> None:
    """Same rows, byte for byte, at a later instant; and the stage says so."""
    found(warehouse, finding(), finding(Rule.EXPORT_LATE, value=600, unit="seconds"))
    raise_incidents(workspace, DAY, NOW, SCHEDULED)

    def everything() -> list[list[dict[str, Any]]]:
        return [
            warehouse.rows("select * from notify.incident order by fingerprint"),
            warehouse.rows("select * from notify.incident_transition order by 1, 2"),
            warehouse.rows("select * from notify.telling order by 1, 2, 3"),
            warehouse.rows("select * from notify.outbox order by outbox_id"),
            warehouse.rows("select * from operations.stage_run"),
        ]

    before = everything()
    result = raise_incidents(workspace, DAY, LATER, SCHEDULED)
    assert (result.changed, result.summary["messages"]) == (False, 0)
    assert everything() == before


@pytest.mark.parametrize(
    ("runs", "transitions"),
    [
        ([[finding()], [WORSE]], ["1-opened", "2-worsened-edit", "2-worsened"]),
        ([[WORSE], [finding()]], ["1-opened", "2-eased-edit", "2-eased"]),
        ([[finding()], [finding(value=13)]], ["1-opened", "2-restated-edit", "2-restated"]),
        ([[finding()], []], ["1-opened", "2-resolved-edit", "2-resolved"]),
        (
            [[finding()], [], [finding()]],
            ["1-opened", "2-resolved-edit", "2-resolved", "3-reopened-edit", "3-reopened"],
        ),
        ([[], []], []),
    ],
    ids=["worsened", "eased", "restated", "resolved", "reopened", "nothing"],
)
def test_each_change_edits_the_message_and_says_so_in_its_thread(
    runs: Sequence[Sequence[Any]], transitions: list[str], workspace: Workspace, warehouse: Database
) -> None:
    """One living message; a reply only when the state moved."""
    for number, findings in enumerate(runs):
        found(warehouse, *findings)
        raise_incidents(_to_ops(workspace), DAY, NOW + timedelta(minutes=number), SCHEDULED)
    assert [transition for _, _, transition in _outbox(warehouse)] == transitions


def test_the_edit_says_what_was_and_what_is(workspace: Workspace, warehouse: Database) -> None:
    """12 cases became 48: the reply shows both numbers and the limit."""
    for value in (12, 48):
        found(warehouse, finding(value=value))
        raise_incidents(_to_ops(workspace), DAY, NOW, SCHEDULED)
    assert _texts(warehouse, "C0OPS")[-1] == (
        "▲ Major: Restated: missing internal, 12 cases → 48 cases in disagreement (limit 5 cases)"
    )


@pytest.mark.parametrize(
    ("run_type", "notify", "day", "paging"),
    [
        (BACKFILL, False, DAY, "backfill"),
        (BACKFILL, True, DAY, "backfill"),
        (MANUAL, False, DAY, "manual_silent"),
        (SCHEDULED, False, DAY - timedelta(days=30), "old_day"),
        (MANUAL, True, DAY - timedelta(days=30), "old_day"),
    ],
)
def test_a_run_that_may_not_page_updates_incidents_and_writes_no_message(  # noqa: PLR0917  pytest names them
    run_type: RunType,
    notify: bool,
    day: date,
    paging: str,
    workspace: Workspace,
    warehouse: Database,
) -> None:
    """The history says who moved it and why nobody heard."""
    for value in (12, 13):
        found(warehouse, finding(operational_day=day, value=value), day=day)
        result = raise_incidents(workspace, day, NOW, run_type, notify=notify)
    assert (result.changed, result.summary["messages"]) == (True, 0)
    assert warehouse.rows("select * from notify.outbox") == []
    assert [(row[0], row[2], row[4]) for row in _history(warehouse)] == [
        ("opened", 12, paging),
        ("restated", 13, paging),
    ]


def test_a_backfill_returns_and_keeps_a_summary_of_what_it_changed(
    workspace: Workspace, warehouse: Database
) -> None:
    """One restated and one resolved, found in the history by run type."""
    drift = finding(scope={"outcome": "time_drift"})
    found(warehouse, finding(), drift)
    raise_incidents(workspace, DAY, NOW, SCHEDULED)
    messages = len(warehouse.rows("select 1 from notify.outbox"))
    found(warehouse, finding(value=30))
    result = raise_incidents(workspace, DAY, LATER, BACKFILL)
    assert (result.summary["restated"], result.summary["resolved"]) == (1, 1)
    kinds = sorted(row[0] for row in _history(warehouse) if row[3] == "backfill")
    assert kinds == ["resolved", "restated"]
    assert len(warehouse.rows("select 1 from notify.outbox")) == messages


def test_the_next_live_run_tells_what_a_silent_one_found(
    workspace: Workspace, warehouse: Database
) -> None:
    """What people know decides, not what the warehouse knew before."""
    found(warehouse, finding())
    raise_incidents(_to_ops(workspace), DAY, NOW, MANUAL)
    raise_incidents(_to_ops(workspace), DAY, LATER, SCHEDULED)
    assert _outbox(warehouse) == [("C0OPS", "post", "1-opened")]


def test_a_missing_export_is_one_message_and_hides_its_symptoms(
    workspace: Workspace, warehouse: Database
) -> None:
    """Another vendor's breaks are told all the same."""
    missing = finding(Rule.EXPORT_MISSING, value=1, unit="files")
    found(warehouse, missing, finding(), finding(vendor="dekkan"))
    result = raise_incidents(_to_ops(workspace), DAY, NOW, SCHEDULED)
    assert (result.summary["open"], result.summary["hidden"]) == (3, 1)
    headings = [text.split(" · 2026")[0] for text in _texts(warehouse, "C0OPS")]
    assert headings == [
        "▲ Major: Export missing · Pearlline",
        "▲ Major: Reconciliation breaks · Dekkan Review Services",
    ]


def test_a_symptom_that_outlives_its_cause_is_told_then(
    workspace: Workspace, warehouse: Database
) -> None:
    """The export came, the breaks are still there: resolved is told, and opened."""
    found(warehouse, finding(Rule.EXPORT_MISSING), finding())
    raise_incidents(_to_ops(workspace), DAY, NOW, SCHEDULED)
    found(warehouse, finding())
    raise_incidents(_to_ops(workspace), DAY, LATER, SCHEDULED)
    assert [transition for _, _, transition in _outbox(warehouse)] == [
        "1-opened",
        "2-resolved-edit",
        "2-resolved",
        "1-opened",
    ]


def test_what_was_told_before_it_was_hidden_stays_as_it_was(
    workspace: Workspace, warehouse: Database
) -> None:
    """A cause that appears later silences the symptom; its message does not say resolved."""
    found(warehouse, finding())
    raise_incidents(_to_ops(workspace), DAY, NOW, SCHEDULED)
    found(warehouse, finding(value=99), finding(Rule.EXPORT_TRUNCATED))
    raise_incidents(_to_ops(workspace), DAY, LATER, SCHEDULED)
    assert [t for _, _, t in _outbox(warehouse)] == ["1-opened", "1-opened"]
    assert "Export truncated" in _texts(warehouse, "C0OPS")[1]


def test_a_silence_hides_and_its_end_tells(workspace: Workspace, warehouse: Database) -> None:
    """Muted through the 15th; the run of the 16th opens the message, and names the silence."""
    silence = Silence(
        silence="migration",
        match=Matcher(vendors=("pearlline",)),
        reason="The queue moves to the new tool.",
        link="https://tracker.harbour.example/OPS-482",
        owner="vendor-operations",
        expires_on=date(2026, 11, 15),
    )
    muted = _to_ops(workspace, silences=(silence,))
    found(warehouse, finding())
    first = raise_incidents(muted, DAY, NOW, SCHEDULED)
    assert (first.summary["hidden"], first.summary["messages"]) == (1, 0)
    rows = warehouse.rows("select hidden_by from notify.incident")
    assert rows == [{"hidden_by": "silenced/migration"}]
    after = raise_incidents(muted, DAY, NOW + timedelta(days=1), SCHEDULED)
    assert (after.summary["messages"], after.summary["expired_silences"]) == (1, ["migration"])


def test_a_storm_is_one_message_with_the_worst_first(
    workspace: Workspace, warehouse: Database
) -> None:
    """Cap 2, three new threads: one roll-up; a later resolution edits it."""
    stormy = _to_ops(workspace, storm_cap=2)
    worst = finding(vendor="dekkan", severity=Severity.CRITICAL, value=400)
    found(warehouse, finding(), worst, finding(vendor="baltica"))
    raise_incidents(stormy, DAY, NOW, SCHEDULED)
    assert _outbox(warehouse) == [("C0OPS", "post", "1-opened")]
    (text,) = _texts(warehouse, "C0OPS")
    assert text.startswith("◆ Critical: 3 alerts · 2026-11-14. 3 conditions. Worst:")
    assert "Dekkan Review Services: missing internal: 400 cases" in text
    found(warehouse, worst)
    raise_incidents(stormy, DAY, LATER, SCHEDULED)
    assert [t for _, _, t in _outbox(warehouse)][1:] == ["2-eased-edit", "2-eased"]


def test_a_vendor_reads_its_own_findings_only(workspace: Workspace, warehouse: Database) -> None:
    """Everything in Pearlline's channel, against the names of the others and our runbooks."""
    names = [v.name for v in workspace.configuration.vendors.values() if v.vendor != "pearlline"]
    vendors = list(workspace.configuration.vendors)
    found(warehouse, *(finding(vendor=vendor) for vendor in vendors))
    raise_incidents(_with(workspace, storm_cap=1), DAY, NOW, SCHEDULED)
    rows = warehouse.rows(
        "select payload::text as said from notify.outbox where recipient = 'C0PEARLLINE'"
    )
    assert len(rows) == 1
    assert "Pearlline" in rows[0]["said"]
    absent = [*names, *(set(vendors) - {"pearlline"}), "runbook", "of 5 vendors"]
    assert [word for word in absent if word in rows[0]["said"]] == []


def test_incidents_are_counted_by_rule_and_state(workspace: Workspace, warehouse: Database) -> None:
    """Two breaks of which one is resolved; a late export, hidden by nothing."""
    found(warehouse, finding(), finding(scope={"outcome": "time_drift"}))
    raise_incidents(workspace, DAY, NOW, SCHEDULED)
    found(warehouse, finding(), finding(Rule.EXPORT_LATE))
    raise_incidents(workspace, DAY, NOW, SCHEDULED)
    with warehouse.transaction() as connection:
        counts = count_incidents(connection, DAY, DAY)
    assert counts == [
        IncidentCount("ExportLate", open=1, resolved=0, hidden=0),
        IncidentCount("ReconBreaks", open=1, resolved=1, hidden=0),
    ]


def test_the_outbox_and_the_incident_change_together(
    workspace: Workspace, warehouse: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure while messages are written leaves no incident behind either."""

    def fail(*_arguments: object, **_named: object) -> None:
        message = "the disk is full"
        raise OSError(message)

    monkeypatch.setattr("breakwater.notify.tell.enqueue", fail)
    found(warehouse, finding())
    with pytest.raises(OSError, match="disk is full"):
        raise_incidents(workspace, DAY, NOW, SCHEDULED)
    assert warehouse.rows("select * from notify.incident") == []
    assert warehouse.rows("select * from notify.telling") == []
