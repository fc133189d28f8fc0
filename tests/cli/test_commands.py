"""The command line, as an operator types it: a day from the first stage to the last."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from breakwater.cli import breakwater
from breakwater.core.errors import BreakwaterError
from breakwater.demo.simulator.faults import FaultPlan
from breakwater.demo.simulator.simulate import simulate
from breakwater.warehouse.lake import local_uri
from breakwater.warehouse.outbox import enqueue
from breakwater.warehouse.workspace import Workspace, open_workspace

DAY = date(2026, 10, 14)
Run = Callable[..., Result]


@pytest.fixture
def installation(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    """Describe an installation by environment variables, and let its vendors work for a day."""
    settings = {
        "BREAKWATER_HOME": str(tmp_path),
        "BREAKWATER_WAREHOUSE": workspace.warehouse.dsn,
        "BREAKWATER_EXPORTS": local_uri(tmp_path / "exports"),
        "BREAKWATER_PSEUDONYM_KEY": "a secret of the tests",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    opened = open_workspace(settings)
    simulate(
        opened.configuration,
        first_day=DAY,
        days=1,
        cases_per_day=200,
        seed=7,
        out=opened.exports,
        enforcement_log=opened.enforcement_log,
        truth_file=tmp_path / "truth.json",
        faults=FaultPlan(),
    )
    return opened


@pytest.fixture
def run() -> Run:
    """Type a command; an error with a name comes out as itself."""

    def typed(*words: str) -> Result:
        result = CliRunner().invoke(breakwater, words)
        if isinstance(result.exception, BreakwaterError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result

    return typed


def test_every_stage_runs_alone_and_prints_what_it_did(installation: Workspace, run: Run) -> None:
    """Fetch to digest, one command each; the digest can be printed in every form."""
    vendors = installation.configuration.active_vendors(DAY)
    for vendor in vendors:
        for stage in ("fetch", "land", "reconcile", "measure"):
            printed = json.loads(run(stage, vendor, DAY.isoformat()).output)
            assert (printed["stage"], printed["vendor"], printed["changed"]) == (
                stage,
                vendor,
                True,
            )
    for stage in ("close", "detect", "notify", "publish"):
        run(stage, DAY.isoformat())
    forms = [("text", "Harbour"), ("html", "<!doctype html>"), ("slack", "{"), ("eml", "From: ")]
    for form, beginning in forms:
        shown = run("digest", DAY.isoformat(), "--audience", "ops", "--format", form)
        assert shown.output.lstrip().startswith(beginning)
    picture = run("digest", DAY.isoformat(), "--audience", "ops", "--format", "png")
    assert picture.stdout_bytes.startswith(b"\x89PNG")
    sheet = run("digest", DAY.isoformat(), "--audience", "ops", "--format", "xlsx")
    assert sheet.stdout_bytes.startswith(b"PK")
    again = json.loads(run("reconcile", vendors[0], DAY.isoformat()).output)
    assert again["changed"] is False


def test_a_case_is_told_from_both_books(installation: Workspace, run: Run) -> None:
    """Any case of a measured day, by the vendor's own id."""
    vendor = installation.configuration.active_vendors(DAY)[0]
    for stage in ("fetch", "land", "reconcile", "measure"):
        run(stage, vendor, DAY.isoformat())
    cases = installation.warehouse.rows(
        "select record_key from reconcile.recon_break where vendor = %s and side = 'vendor'",
        [vendor],
    )
    explained = [run("explain", row["record_key"], "--vendor", vendor).output for row in cases]
    assert all("How the books agree" in told and "By rule" in told for told in explained)
    assert any("started" in lines and "used" in lines for lines in explained)


def test_a_stage_out_of_order_says_what_is_missing(installation: Workspace, run: Run) -> None:
    """Reconciling what was never landed is refused in one sentence."""
    vendor = installation.configuration.active_vendors(DAY)[0]
    with pytest.raises(BreakwaterError, match=f"{vendor} {DAY.isoformat()}"):
        run("reconcile", vendor, DAY.isoformat())


def test_a_day_is_written_in_one_way(run: Run) -> None:
    """A date in another spelling is refused before anything happens."""
    with pytest.raises(AssertionError, match="YYYY-MM-DD"):
        run("close", "14.10.2026")


def test_dead_letters_are_listed_and_revived(installation: Workspace, run: Run) -> None:
    """What was given up is shown with its reason, and gets its attempts back on request."""
    with installation.warehouse.transaction() as connection:
        enqueue(
            connection,
            subject="incident/1",
            transition="opened",
            channel="file",
            recipient="ops",
            thread_key="incident/1",
            operation="post",
            payload={"name": "a", "text": "b"},
            now=datetime(2026, 10, 15, tzinfo=UTC),
        )
        connection.execute(
            "update notify.outbox set state = 'dead', attempts = 3, last_error = 'mailbox is full'"
        )
        (letter,) = connection.execute("select outbox_id from notify.outbox").fetchall()
    assert "mailbox is full" in run("dead-letters").output
    assert "is tried again" in run("dead-letters", "--revive", str(letter["outbox_id"])).output
    assert run("dead-letters").output == ""


def test_a_dead_letter_is_put_aside_by_somebody_for_a_reason(
    installation: Workspace, run: Run
) -> None:
    """It is listed no longer, stays with who said so and why, and may be revived all the same."""
    with installation.warehouse.transaction() as connection:
        enqueue(
            connection,
            subject="incident/2",
            transition="opened",
            channel="file",
            recipient="ops",
            thread_key="incident/2",
            operation="post",
            payload={"name": "a", "text": "b"},
            now=datetime(2026, 10, 15, tzinfo=UTC),
        )
        (letter,) = connection.execute(
            "update notify.outbox set state = 'dead' returning outbox_id"
        ).fetchall()
    name = str(letter["outbox_id"])
    with pytest.raises(AssertionError, match="who and why"):
        run("dead-letters", "--put-aside", name)
    said = run("dead-letters", "--put-aside", name, "--by", "Ana", "--note", "room is closed")
    assert said.output == f"{name}: is put aside\n"
    (kept,) = installation.warehouse.rows(
        "select state, put_aside_by, put_aside_note from notify.outbox"
    )
    assert tuple(kept.values()) == ("dead", "Ana", "room is closed")
    assert "is tried again" in run("dead-letters", "--revive", name).output
