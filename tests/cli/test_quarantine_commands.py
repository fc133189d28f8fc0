"""The quarantine as a person works it: list, look, release, and what becomes of it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from vendor_exports import CONTRACT, DAY, VendorFolder, as_csv, rows_of

from breakwater.cli import breakwater
from breakwater.cli.terminal import escaped
from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.landing.release import ReleaseError
from breakwater.warehouse.workspace import Workspace

Run = Callable[..., Result]
NOW = datetime(2026, 11, 4, 8, tzinfo=UTC)
SAID = "2026-11-03"


@pytest.fixture
def acme(on_disk: Workspace) -> Workspace:
    """Four records: one good, one of an unknown queue, one with two faults, one that is no row."""
    drop(on_disk)
    return on_disk


def drop(workspace: Workspace, *more: dict[str, str]) -> None:
    """Leave the export, fetch it and land it."""
    rows = rows_of({}, {"queue": "Q\x1b[31m"}, {"seconds": "soon", "queue": "S2"}, *more)
    content = as_csv(rows) + b"C-9,only,three\n"
    VendorFolder.of(workspace).drop(content)
    fetch_export(workspace, "acme", DAY, NOW)
    land_day(workspace, "acme", DAY, NOW)


@pytest.fixture
def run() -> Run:
    """Type a command; an error with a name comes out as itself."""

    def typed(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(breakwater, ["quarantine", *words])
        if isinstance(result.exception, ReleaseError):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return typed


def file_of(run: Run) -> str:
    """Return the beginning of the file's hash as the list prints it."""
    first, *_ = run("list", "acme", SAID, "--format", "json").output.splitlines()
    return str(json.loads(first)["sha256"])[:12]


def landed(workspace: Workspace) -> dict[str, int]:
    """Return the control totals of the vendor's book."""
    (row,) = workspace.warehouse.rows(
        "select physical_rows, landed_rows, quarantined_rows, released_rows"
        " from landing.control_total where book = 'vendor'"
    )
    return row


@pytest.mark.usefixtures("acme")
def test_the_list_says_how_many_why_and_where_to_begin(run: Run) -> None:
    """One line for each file and reason, with its sentence."""
    lines = run("list").output.splitlines()
    assert len(lines) == 5
    assert lines[0].split()[:4] == ["vendor", "day", "hash", "file"]
    unknown = next(line for line in lines if "queue_unknown" in line)
    assert unknown.split()[4:7] == ["2", "2", "queue_unknown"]
    assert "no code that the crosswalk knows" in unknown
    printed = [json.loads(line) for line in run("list", "--format", "json").output.splitlines()]
    assert {each["reason"]: each["records"] for each in printed} == {
        "queue_unknown": 2,
        "handle_seconds_unreadable": 1,
        "field_count_wrong": 1,
        "text_has_control_characters": 1,
    }
    assert "queue_unknown" not in run("list", "--reason", "field_count_wrong").output
    assert run("list", "nobody").output == "nothing is in quarantine\n"


@pytest.mark.usefixtures("acme")
def test_a_record_is_shown_with_every_reason_expected_and_found(run: Run) -> None:
    """And every cell, those that are wrong marked."""
    shown = run("show", "acme", SAID, file_of(run), "3").output
    assert "expected one of 'H', 'S'" in shown
    assert "found queue = S2" in shown
    assert "found seconds = soon" in shown
    assert "*  seconds" in shown
    assert "   decided" in shown


@pytest.mark.usefixtures("acme")
def test_a_vendors_text_does_nothing_to_the_terminal(run: Run) -> None:
    """Escape sequences are printed, not obeyed; a file may be named instead of its hash."""
    shown = run("show", "acme", SAID, "acme_20261103.csv", "2").output
    assert "found queue = Q\\x1b[31m" in shown
    assert "\x1b" not in shown
    assert escaped("\u202eabc\\\u2066") == "\\u202eabc\\\\\\u2066"
    assert escaped("x" * 3_000).endswith("… and 1000 more characters")


@pytest.mark.usefixtures("acme")
def test_a_line_that_is_no_row_is_shown_as_it_was_read(run: Run) -> None:
    """With its cells as far as the header names them."""
    shown = run("show", "acme", SAID, file_of(run), "4").output
    assert "C-9,only,three" in shown
    assert "another number of cells than the header" in shown
    assert "case" in shown


def test_a_corrected_record_lands_and_counts_as_released(acme: Workspace, run: Run) -> None:
    """Both of its faults in one go; who said so is kept, and shown."""
    file = file_of(run)
    note = ("--note", "the vendor wrote on 4 November", "--by", "duty")
    said = run(
        *("release", "acme", SAID, file, "3"), *("--set", "seconds=95", "--set", "queue=S"), *note
    ).output
    assert "1 of 1 corrected records landed" in said
    assert "2 records of the day are in quarantine" in said
    assert landed(acme) == {
        "physical_rows": 4,
        "landed_rows": 2,
        "quarantined_rows": 2,
        "released_rows": 1,
    }
    shown = run("show", "acme", SAID, file, "3").output
    assert "it landed, because somebody corrected it" in shown
    assert "corrected by duty" in shown


@pytest.mark.usefixtures("acme")
def test_what_remains_wrong_is_said(run: Run) -> None:
    """Half a correction does not land, and the exit code says so."""
    words = ("release", "acme", SAID, file_of(run), "3", "--set", "queue=S", "--note", "n")
    said = run(*words, code=1).output
    assert "0 of 1 corrected records landed" in said
    assert "still refused: handle_seconds_unreadable (the handle seconds is no plain" in said


def test_many_are_released_from_a_file(acme: Workspace, run: Run, tmp_path: Path) -> None:
    """A record that could not be read needs every cell; all or none are kept."""
    file = file_of(run)
    cells = {"case": "C-9", "item": "I-9", "queue": "H", "decision": "DROP"}
    instants = {"received": "03.11.2026 09:00:00", "decided": "03.11.2026 09:12:00"}
    lines = [
        {"file": file, "row": 2, "set": {"queue": "S"}},
        {"file": file, "row": 4, "set": cells | instants, "note": "told by telephone"},
    ]
    source = tmp_path / "corrections.jsonl"
    source.write_text("\n".join(json.dumps(line) for line in lines))
    said = run("release", "acme", SAID, "--from", str(source), "--note", "mail of today").output
    assert "2 of 2 corrected records landed" in said
    assert landed(acme)["released_rows"] == 2
    lines[1]["row"] = 77
    source.write_text("\n".join(json.dumps(line) for line in lines))
    with pytest.raises(ReleaseError, match="row 77"):
        run("release", "acme", SAID, "--from", str(source), "--note", "mail of today")
    (count,) = acme.warehouse.rows("select count(*) as rows from landing.correction")
    assert count == {"rows": 2}
    source.write_text('{"file": "x", "row": 2, "set": {}}')
    assert "line 1: expected" in run("release", "acme", SAID, "--from", str(source), code=2).output


def test_after_the_contract_was_repaired_everything_is_landed_again(
    acme: Workspace, run: Run, tmp_path: Path
) -> None:
    """No correction is needed: the records were right, the crosswalk was not."""
    repaired = json.loads(json.dumps(CONTRACT))
    repaired["codes"]["queues"]["S2"] = "spam"
    repaired["columns"]["handle_seconds"] = None
    (tmp_path / "config/vendors/acme.yaml").write_text(json.dumps(repaired))
    said = run("release", "acme", SAID).output
    assert "2 records of the day are in quarantine" in said
    assert landed(acme)["released_rows"] == 0


@pytest.mark.usefixtures("acme")
def test_what_is_not_there_cannot_be_released(run: Run) -> None:
    """A column, a record, a file: what was expected and what was found."""
    file = file_of(run)
    rest = ("--set", "queue=S", "--note", "n")
    with pytest.raises(ReleaseError, match="nearest 'queue'"):
        run("release", "acme", SAID, file, "2", "--set", "queu=S", "--note", "n")
    with pytest.raises(ReleaseError, match="row 1 of"):
        run("release", "acme", SAID, file, "1", *rest)
    with pytest.raises(ReleaseError, match="at least 6 characters of its hash"):
        run("release", "acme", SAID, "abcdef012345", "2", *rest)
    assert (
        "COLUMN=VALUE"
        in run("release", "acme", SAID, file, "2", "--set", "queue", "--note", "n", code=2).output
    )
    run("release", "acme", SAID, file, "2", "--set", "queue=S", code=2)
    run("release", "acme", SAID, "--set", "queue=S", code=2)


def test_corrections_survive_a_fetch_and_end_with_the_version(acme: Workspace, run: Run) -> None:
    """They are bound to the content: another version of the file starts anew, and that is said."""
    file = file_of(run)
    run("release", "acme", SAID, file, "2", "--set", "queue=S", "--note", "n")
    drop(acme)
    assert landed(acme)["released_rows"] == 1
    drop(acme, {"case": "C-5"})
    assert landed(acme)["released_rows"] == 0
    assert "1 corrections are bound to a version" in run("list", "acme", SAID).output
    assert "1 corrections are bound to a version" in run("release", "acme", SAID).output
    with pytest.raises(ReleaseError, match="another version took its place"):
        run("release", "acme", SAID, file, "2", "--set", "queue=S", "--note", "n")
