"""Commands about telling: why somebody is told or not, who is on call, what time has made wrong."""

import json
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from breakwater.cli import breakwater
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.vocabulary import RunType
from breakwater.notify.incidents import raise_incidents
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.workspace import Workspace

DAY = date(2026, 11, 14)
AT = datetime(2026, 11, 15, 2, 0, tzinfo=UTC)


def typed(*words: str, code: int = 0) -> str:
    """Type a command; an error with a name comes out as itself."""
    result = CliRunner().invoke(breakwater, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


def _raise(workspace: Workspace, *findings: Finding) -> None:
    with workspace.warehouse.transaction() as connection:
        replace_findings(connection, DAY, "reconcile", "*", findings)
    raise_incidents(workspace, DAY, AT, RunType.SCHEDULED)


def _finding(rule: Rule, severity: Severity, **scope: str) -> Finding:
    return Finding(rule, DAY, "pearlline", severity, scope, value=12, unit="cases", threshold=5)


def test_an_incident_explains_its_way(on_disk: Workspace) -> None:
    """A legal deadline of an hour: every stage by its name, every address, what was sent, the chain."""
    late = _finding(
        Rule.STATUTORY_CLOCK_BREACHED, Severity.CRITICAL, clock="eu_tco_removal", queue="spam"
    )
    _raise(on_disk, late)
    told = typed("notify", "explain", late.finding_id[:8])
    lines = [" ".join(line.split()) for line in told.splitlines()]
    for line in (
        "paging scheduled_live_day",
        "inhibit no_cause",
        "silence none_matches",
        "pressing yes",
        "route statutory_clocks · slack C0LEGAL",
        "route serious · slack C0OPS",
        "storm below_cap",
        "= not told now",
        "pending 1-opened · slack C0LEGAL · 2026-11-15 02:00 UTC",
    ):
        assert line in lines
    assert any(line.startswith("dedupe unchanged · last told 2026-11-15 02:00") for line in lines)
    # Days have passed since, and nobody woke anybody: both steps of its chain are due.
    assert "escalate step_due · legal_deadline · step 2 of 2" in lines
    before = on_disk.warehouse.rows("select * from notify.escalation")
    assert [row["steps"] for row in before] == [0]


def test_what_is_hidden_says_by_what(on_disk: Workspace) -> None:
    """A missing export hides what was computed without it."""
    breaks = _finding(Rule.RECON_BREAKS, Severity.MAJOR, outcome="missing_internal")
    _raise(on_disk, breaks, _finding(Rule.EXPORT_MISSING, Severity.MAJOR))
    told = typed("notify", "explain", breaks.finding_id)
    assert "inhibited · ExportMissing" in told
    assert "hidden · inhibited/ExportMissing" in told


def test_a_day_needs_no_word_before_it(on_disk: Workspace) -> None:
    """``notify DAY`` is what it always was."""
    short, long = typed("notify", "2026-11-14"), typed("notify", "day", "2026-11-14")
    assert json.loads(short)["stage"] == json.loads(long)["stage"] == "notify"
    assert "YYYY-MM-DD" in typed("notify", "yesterday", code=2)
    assert on_disk.warehouse.rows("select * from notify.outbox") == []


@pytest.mark.usefixtures("on_disk")
def test_who_is_on_call_is_said_in_the_rotas_zone() -> None:
    """At an instant of Singapore, and who comes next."""
    told = [
        line.split() for line in typed("on-call", "2026-11-24T15:59", "--days", "1").splitlines()
    ]
    assert told[0] == ["Trust", "&", "Safety", "desk", "(Asia/Singapore)"]
    assert " ".join(told[2]).endswith("Tue 2026-11-24 08:00 Tue 2026-11-24 16:00 shifts")
    assert told[2][:4] == ["desk", "now", "Asia-Pacific", "desk"]
    assert told[3][:4] == ["desk", "then", "Europe", "desk"]
    assert len(told) == 6


def test_check_fails_for_an_expired_silence_and_a_rota_with_a_hole(on_disk: Workspace) -> None:
    """Configuration that was right when it was written."""
    folder = on_disk.configuration.folder
    typed("check", "--config", str(folder))
    rota = folder / "on_call.yaml"
    rota.write_text(rota.read_text().replace('hours: "08:00-16:00"', 'hours: "08:00-15:00"'))
    (folder / "silences.yaml").write_text(
        "silences:\n- {silence: old, match: {vendors: [pearlline]}, owner: ops,"
        " reason: The queue moves., link: 'https://x.example', expires_on: 2020-01-01}\n"
    )
    told = typed("check", "--config", str(folder), code=2)
    assert "silences.yaml: silences.old: expected one in force" in told
    assert "on_call.yaml: rotas.desk: nobody is on call from" in told
    assert "configuration holds" not in told
