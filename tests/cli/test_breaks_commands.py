"""The breaks as a person works them: list, show, and what is said of them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from landed_books import LandedBooks
from two_books import DAY, VENDOR, action, at, next_day, vendor_event

from breakwater.cli import breakwater
from breakwater.reconcile.life.dispositions import BreakLifeError
from breakwater.warehouse.workspace import Workspace

Run = Callable[..., Result]
NOW = datetime(2026, 3, 3, 2, tzinfo=UTC)
HOSTILE = "C2\x1b[31m"


@pytest.fixture
def books(on_disk: Workspace, tmp_path: Path) -> LandedBooks:
    """Two breaks of a Monday, one of the Wednesday after it."""
    books = LandedBooks(on_disk, tmp_path)
    wednesday = next_day(DAY, 2)
    events = [
        vendor_event("v1", at("10:00:00"), record_key="C1", decision="warn"),
        vendor_event("v2", at("11:00:00"), record_key=HOSTILE, queue="graphic_violence"),
        vendor_event("v3", at("11:00:00", wednesday), record_key="C3"),
    ]
    for day in (DAY, wednesday):
        books.land(day, events, [action("a1", at("10:00:00"), record_key="C1")])
        books.reconcile(day, NOW)
    return books


@pytest.fixture
def run() -> Run:
    """Type a command; an error with a name comes out as itself."""

    def typed(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(breakwater, ["breaks", *words])
        if isinstance(result.exception, BreakLifeError):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return typed


def listed(run: Run, *words: str) -> list[dict[str, Any]]:
    """Return what a list holds."""
    return [
        json.loads(line) for line in run("list", *words, "--format", "json").output.splitlines()
    ]


@pytest.mark.usefixtures("books")
def test_list_has_the_gravest_first_and_takes_what_is_asked(run: Run) -> None:
    """The class of an A queue leads; each option leaves out what it says."""
    keys = [each["record_key"] for each in listed(run)]
    assert keys == [HOSTILE, "C3", "C1"]  # critical, major, warning
    assert [each["age_days"] for each in listed(run)] == [2, 0, 2]
    wanted = {
        ("--class", "decision_mismatch"): ["C1"],
        ("--older-than", "1"): [HOSTILE, "C1"],
        ("--older-than", "2"): [],
        ("--day", "2026-03-04"): ["C3"],
        ("--as-of", "2026-03-03"): [HOSTILE, "C1"],
        ("--vendor", "baltica"): [],
        ("--state", "accepted"): [],
        ("--cause", "clock_skew"): [],
    }
    for words, found in wanted.items():
        assert [each["record_key"] for each in listed(run, *words)] == found, words
    table = run("list", "--most", "2").output
    assert table.splitlines()[-1] == "and 1 more"
    assert run("list", "--vendor", "baltica").output == "no break\n"


def test_word_of_a_person_is_kept_and_shown(books: LandedBooks, run: Run) -> None:
    """Assigned, disputed, accepted, reopened: each is in the history with who and why."""
    break_id = listed(run, "--class", "decision_mismatch")[0]["break_id"]
    run("assign", break_id[:8], "--to", "queue desk", "--by", "ana")
    run("dispute", break_id, "--note", "asked on Monday", "--by", "ana")
    assert [each["record_key"] for each in listed(run, "--state", "disputed")] == ["C1"]
    run("note", break_id, "--note", "they agree", "--by", "ben")
    run("explain", break_id, "--note", "their crosswalk", "--by", "ben")
    run("accept", break_id, "--note", "too old", "--by", "ana")
    assert "C1" not in {each["record_key"] for each in listed(run)}
    run("reopen", break_id, "--by", "ana")
    books.reconcile(DAY, NOW)
    (seen,) = listed(run, "--owner", "queue desk")
    assert (seen["state"], seen["record_key"]) == ("open", "C1")
    known = json.loads(run("show", break_id, "--format", "json").output)
    assert [(event["actor"], event["what"], event["state"]) for event in known["history"]] == [
        ("breakwater", "opened", "open"),
        ("ana", "assigned", "open"),
        ("ana", "disputed", "disputed"),
        ("ben", "noted", "disputed"),
        ("ben", "explained", "explained"),
        ("ana", "accepted", "accepted"),
        ("ana", "reopened", "open"),
    ]
    text = run("show", break_id).output
    assert "decision         vendor warn, ours remove" in text
    assert "ana: disputed: asked on Monday" in text
    assert "vendor   v1, file 000000000000, row 1" in text


@pytest.mark.usefixtures("books")
def test_text_of_a_vendor_is_shown_escaped(run: Run) -> None:
    """A key that would colour the terminal is spelled out."""
    (hostile,) = (each for each in listed(run) if each["record_key"] == HOSTILE)
    text = run("show", hostile["break_id"]).output
    assert "\x1b" not in text
    assert r"C2\x1b[31m" in text


@pytest.mark.usefixtures("books")
def test_commands_refuse_what_they_cannot_do(run: Run) -> None:
    """No such break, a disposition without a reason, an owner of several lines."""
    break_id = listed(run)[0]["break_id"]
    with pytest.raises(BreakLifeError, match="found none"):
        run("show", "0000")
    with pytest.raises(BreakLifeError, match="hexadecimal"):
        run("show", "C1")
    with pytest.raises(BreakLifeError, match="one line"):
        run("assign", break_id, "--to", "a\nb")
    assert "expected --note" in run("accept", break_id, code=2).output
    assert "expected --note" in run("note", break_id, code=2).output
    # Several at once are all named before the first is touched.
    with pytest.raises(BreakLifeError, match="found none"):
        run("accept", break_id, "0000", "--note", "old")
    assert [each["state"] for each in listed(run, "--vendor", VENDOR)] == ["open"] * 3
