"""`breakwater tie-out`, as somebody reads it who looks for a lost case."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from case_book import DAY, Case
from click.testing import CliRunner
from landed import NOW, land, measured_workspace

from breakwater.cli import breakwater
from breakwater.measure.measure import measure_day
from breakwater.warehouse.workspace import Workspace

OPENED = ("received", "2026-03-02 01:00")
TUESDAY = DAY + timedelta(days=1)


@pytest.fixture
def installation(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    """Measure two days: one case moves from hate to spam, one is lost."""
    opened = measured_workspace(workspace)
    # The package has the command under the name of its module.
    module = sys.modules["breakwater.cli.tie_out"]
    monkeypatch.setattr(module, "open_workspace", lambda: opened)
    hate, spam = Case(queue="hate"), Case(queue="spam")
    monday = [event for name in ("moved", "lost") for event in hate.named(name).events(OPENED)]
    for day, events in ((DAY, monday), (TUESDAY, spam.named("moved").events(OPENED))):
        land(opened, tmp_path, events, [], day=day)
        measure_day(opened, "pearlline", day, NOW)
    return opened


def typed(*words: str) -> str:
    """Type the command; return what it prints."""
    result = CliRunner().invoke(breakwater, ["tie-out", "pearlline", *words], terminal_width=200)
    assert result.exit_code == 0, result.output
    return result.output


def test_each_queue_is_explained_to_the_last_case(installation: Workspace) -> None:
    """hate: 2 open, none listed: one moved, one lost. spam: none open, one listed: moved in."""
    with installation.warehouse.transaction() as connection:
        connection.execute(
            "insert into landing.vendor_total values ('pearlline', %s, 'backlog', 2)", [TUESDAY]
        )
    told = json.loads(typed(TUESDAY.isoformat(), "--json"))
    nothing = dict.fromkeys(("incoming", "returned", "solved", "appeared", "unexplained"), 0)
    assert told["queues"] == {
        "hate": nothing
        | {"opening": 2, "closing": 0, "difference": -2}
        | {"moved_in": {}, "moved_out": {"spam": 1}, "lost": 1},
        "spam": nothing
        | {"opening": 0, "closing": 1, "difference": 1}
        | {"moved_in": {"hate": 1}, "moved_out": {}, "lost": 0},
    }
    assert told["totals"] == {"backlog": {"stated": 2, "measured": 1, "difference": 1}}
    assert "stated by the vendor" in typed(TUESDAY.isoformat())


@pytest.mark.usefixtures("installation")
def test_no_word_is_cut_off_where_the_terminal_is_narrow() -> None:
    """Twelve columns are wider than a pipe or a small terminal is taken to be; queues are names."""
    told = [line.split() for line in typed(TUESDAY.isoformat()).splitlines()]
    assert ["hate", "2", "0", "0", "0", "0", "-2", "0", "spam", "1", "0", "1", "0"] in told
    assert ["spam", "0", "0", "0", "0", "1", "1", "hate", "1", "0", "0", "0", "0"] in told
    assert "unexplained" in told[1]


@pytest.mark.usefixtures("installation")
def test_a_day_without_the_day_before_is_carried_from_nowhere() -> None:
    """It says so, instead of a table of differences."""
    assert "nothing is carried forward" in typed(DAY.isoformat())
    assert json.loads(typed(DAY.isoformat(), "--json"))["queues"] == {}
