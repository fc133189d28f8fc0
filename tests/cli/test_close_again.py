"""Stale days from the command line, and a range that is closed anew."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from vendor_exports import (
    DAY,
    VendorFolder,
    as_csv,
    rows_of,
)

from breakwater.cli import breakwater
from breakwater.core.errors import ConfigurationError
from breakwater.warehouse.stale import stale_days
from breakwater.warehouse.workspace import Workspace

Run = Callable[..., Result]
NEXT = DAY + timedelta(days=1)
FIRST, LAST = DAY.isoformat(), NEXT.isoformat()
CLOSE_DAYS = ("close-days", FIRST, LAST, "--vendor", "acme", "--workers", "1")
LATE = {"case": "C-8", "item": "I-8"}


@pytest.fixture
def acme(on_disk: Workspace) -> Workspace:
    """Open an installation on the disk with a vendor of the tests' own, for two days."""
    drop(on_disk, 0, {})
    drop(on_disk, 1, on(1, "C-2"))
    return on_disk


def on(days: int, case: str) -> dict[str, str]:
    """Return the changes that make a row one of a later day."""
    at = f"{DAY + timedelta(days=days):%d.%m.%Y}"
    instants = {"received": "09:00:00", "queued": "09:00:05", "assigned": "09:10:00"}
    instants |= {"decided": "09:12:00"}
    return {name: f"{at} {time}" for name, time in instants.items()} | {"case": case, "item": case}


def drop(workspace: Workspace, days: int, *rows: dict[str, str]) -> None:
    """Leave the export of a day, in time."""
    day = DAY + timedelta(days=days)
    VendorFolder.of(workspace).drop(
        as_csv(rows_of(*rows)),
        name=f"acme_{day:%Y%m%d}.csv",
        at=datetime(2026, 11, 4 + days, 3, tzinfo=UTC),
    )


@pytest.fixture
def run() -> Run:
    """Type a command; an error with a name comes out as itself."""

    def typed(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(breakwater, words)
        if isinstance(result.exception, ConfigurationError):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return typed


def solved(workspace: Workspace) -> dict[str, int]:
    """Return how many cases each closed day says were solved."""
    rows = workspace.warehouse.rows(
        "select operational_day::text as day, figures #> '{total,flow,total_solved}' as solved"
        " from measure.day_close order by 1"
    )
    return {row["day"]: row["solved"] for row in rows}


def marks(workspace: Workspace) -> list[str]:
    """Return the days that are stale."""
    with workspace.warehouse.transaction() as connection:
        return [mark.day.isoformat() for mark in stale_days(connection)]


def restated(workspace: Workspace) -> list[str]:
    """Return the days that were restated, in order of doing."""
    rows = workspace.warehouse.rows(
        "select operational_day::text as day from measure.restatement order by restatement_id"
    )
    return [row["day"] for row in rows]


def test_a_range_closed_in_one_pass_leaves_no_day_stale(acme: Workspace, run: Run) -> None:
    """Also where the second day's export brings a record of the first, measured by then or not."""
    drop(acme, 1, on(1, "C-2"), on(0, "C-8"))
    run(*CLOSE_DAYS)
    assert solved(acme) == {FIRST: 2, LAST: 1}
    assert marks(acme) == []


def test_a_range_closed_anew_keeps_what_moved(acme: Workspace, run: Run) -> None:
    """Each day whose rows changed is restated once; the next time nothing is."""
    run(*CLOSE_DAYS)
    drop(acme, 0, {}, LATE)
    run(*CLOSE_DAYS)
    assert solved(acme) == {FIRST: 2, LAST: 1}
    assert (marks(acme), restated(acme)) == ([], [FIRST])
    run(*CLOSE_DAYS)
    assert restated(acme) == [FIRST]


def test_stale_days_are_closed_again_on_request(acme: Workspace, run: Run) -> None:
    """The second day alone, stage by stage, makes the first stale, too; one command ends that."""
    run(*CLOSE_DAYS)
    drop(acme, 1, on(1, "C-2"), on(0, "C-8"))
    for stage in ("fetch", "land", "reconcile", "measure"):
        run(stage, "acme", LAST)
    assert marks(acme) == [FIRST, LAST]
    own = json.loads(run("close", LAST, "--stale").output)
    assert (own["closed"], own["restated"]) == ([LAST], []), "its own rows say the same"
    said = json.loads(run("close", "--stale", "--vendor", "acme").output)
    assert said["closed"] == [FIRST]
    (moved,) = said["restated"]
    assert moved["difference"]["total"]["flow/total_solved"]["change"] == 1
    assert json.loads(run("close", "--stale").output) == {
        "closed": [],
        "restated": [],
        "judged": [],
        "problems": [],
    }
    assert solved(acme)[FIRST] == 2


def test_what_cannot_be_meant_is_refused(acme: Workspace, run: Run) -> None:
    """No day and no --stale; a vendor without it; a vendor that nobody knows."""
    assert marks(acme) == []
    assert "--stale" in run("close", code=2).output
    run("close", FIRST, "--vendor", "acme", code=2)
    with pytest.raises(ConfigurationError, match="nobody"):
        run("close", "--stale", "--vendor", "nobody")
