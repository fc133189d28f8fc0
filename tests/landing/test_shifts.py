"""An export of shifts: fetched beside the cases, landed like them, and never in their way."""

from datetime import datetime
from typing import Any

import pytest
from published import rows
from vendor_exports import (
    DAY,
    DEADLINE,
    LATER,
    ON_TIME,
    VendorFolder,
    as_csv,
    contract,
    rows_of,
    with_vendor,
)

from breakwater.contracts.metrics import METRICS
from breakwater.core.errors import ExportPendingError
from breakwater.core.finding import Finding, Rule
from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.landing.quarantine.reason_words import words_of
from breakwater.measure.measure import measure_day
from breakwater.reconcile.reconcile import reconcile_day
from breakwater.warehouse.finding import findings_of_day
from breakwater.warehouse.numbers import Asked, read_numbers
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.workspace import Workspace

SHIFTS: dict[str, Any] = {
    "source": {"kind": "folder", "uri": "{exports}/acme", "pattern": "wfm_{day:%Y%m%d}*.csv"},
    "format": {"kind": "csv"},
    "unit": "minutes",
    "columns": {
        "agent": "who",
        "site": "where",
        "scheduled_seconds": "planned",
        "logged_in_seconds": "present",
        "handling_seconds": "busy",
        "break_seconds": "away",
    },
}
HEADER = "who,where,planned,present,busy,away\n"
CREW = "".join(f"agent.{n},RIX,480,450,300,50\n" for n in range(5))
NAME = "wfm_20261103.csv"


@pytest.fixture
def crewed(acme: Workspace, folder: VendorFolder) -> Workspace:
    """The vendor of the tests, with shifts in its contract and its cases in its folder."""
    folder.drop(as_csv(rows_of({}, {"agent": "agent.0"})))
    return with_vendor(acme, contract(shifts=SHIFTS))


def run(workspace: Workspace, now: datetime = LATER) -> StageResult:
    """Fetch and land the tests' day."""
    fetch_export(workspace, "acme", DAY, now)
    return land_day(workspace, "acme", DAY, now)


def shifts_missing(workspace: Workspace) -> list[Finding]:
    """Return what is told of absent shifts."""
    with workspace.warehouse.transaction() as connection:
        found = findings_of_day(connection, DAY)
    return [each for each in found if each.rule is Rule.SHIFTS_MISSING]


def test_shifts_land_in_seconds_under_the_pseudonym_of_the_cases(
    crewed: Workspace, folder: VendorFolder
) -> None:
    """What nobody states is what is left; whoever decided a case is the same person here."""
    folder.drop((HEADER + CREW).encode(), name=NAME)
    assert run(crewed).summary["shifts"] == 5
    shifts = rows(crewed, "shift")
    durations = {
        (r["scheduled_seconds"], r["available_seconds"], r["paid_seconds"]) for r in shifts
    }
    assert durations == {(480 * 60, 100 * 60, None)}
    assert {row["site"] for row in shifts} == {"riga"}
    deciders = {row["agent"] for row in rows(crewed)} - {None}
    assert len(deciders & {row["agent"] for row in shifts}) == 1
    assert "agent.0" not in str(shifts)


def test_bad_rows_are_refused_with_reasons_and_the_totals_agree(
    crewed: Workspace, folder: VendorFolder
) -> None:
    """Hours where minutes were agreed are as plausible as they look; days of them are not."""
    bad = "agent.7,RIX,,450,300,50\n,RIX,480,450,300,50\nx,LON,480,1600,many,50\n"
    folder.drop((HEADER + CREW + bad).encode(), name=NAME)
    assert run(crewed).summary["shifts"] == 5
    refused = crewed.warehouse.rows(
        "select source_row, reasons from landing.quarantine_record where book = 'shifts' order by 1"
    )
    assert [(row["source_row"], row["reasons"]) for row in refused] == [
        (6, ["scheduled_seconds_missing"]),
        (7, ["agent_missing"]),
        (8, ["handling_seconds_unreadable", "logged_in_seconds_out_of_range", "site_unknown"]),
    ]
    assert all(words_of(reason) for row in refused for reason in row["reasons"])
    (total,) = crewed.warehouse.rows("select * from landing.control_total where book = 'shifts'")
    assert (total["physical_rows"], total["landed_rows"], total["quarantined_rows"]) == (8, 5, 3)
    assert shifts_missing(crewed) == []


def test_the_day_waits_for_them_until_the_deadline_and_not_longer(
    crewed: Workspace, folder: VendorFolder
) -> None:
    """Then the cases land without them, and it is told; once they are there, it is not."""
    with pytest.raises(ExportPendingError, match="no export of shifts"):
        fetch_export(crewed, "acme", DAY, DEADLINE)
    result = run(crewed)
    assert (result.summary["shifts"], result.summary["landed_rows"]) == (0, 2)
    (finding,) = shifts_missing(crewed)
    assert finding.detail == {"why": "not delivered"}
    folder.drop((HEADER + CREW).encode(), name=NAME, at=ON_TIME)
    assert run(crewed).summary["shifts"] == 5
    assert shifts_missing(crewed) == []
    assert run(crewed).changed is False, "nothing new, nothing changed"


def test_a_file_that_breaks_the_contract_is_told_and_holds_nothing_up(
    crewed: Workspace, folder: VendorFolder
) -> None:
    """Another header, and rows of which none can land."""
    folder.drop(b"name,hours\na,8\n", name=NAME)
    assert run(crewed).summary["landed_rows"] == 2
    (finding,) = shifts_missing(crewed)
    assert finding.detail["why"]
    folder.drop((HEADER + "agent.1,RIX,99999,,,\n").encode(), name="wfm_20261103_v2.csv", at=LATER)
    later = LATER.replace(hour=9)
    assert run(crewed, later).summary["shifts"] == 0
    assert shifts_missing(crewed)


def test_shares_of_time_are_numbers_with_their_coverage(
    crewed: Workspace, folder: VendorFolder
) -> None:
    """Without the file the vendor is missing from them, and from nothing else."""
    run(crewed)
    reconcile_day(crewed, "acme", DAY, LATER)
    measure_day(crewed, "acme", DAY, LATER)

    def number(metric: str) -> tuple[float | None, int]:
        asked = Asked(METRICS[metric], DAY, DAY)
        with crewed.warehouse.transaction() as connection:
            (found,) = read_numbers(connection, crewed.configuration, asked)
        return found.value, found.coverage.reported

    assert number("occupancy") == (None, 0)
    assert number("total_solved") == (2.0, 1)
    folder.drop((HEADER + CREW).encode(), name=NAME)
    run(crewed)
    reconcile_day(crewed, "acme", DAY, LATER)
    measure_day(crewed, "acme", DAY, LATER)
    assert number("occupancy") == (0.75, 1)
    asked = Asked(METRICS["utilisation"], DAY, DAY)
    with crewed.warehouse.transaction() as connection:
        (unpaid,) = read_numbers(connection, crewed.configuration, asked)
    assert unpaid.coverage.cannot_tell == ("acme",), "nobody says what is paid"


def test_shifts_are_one_file_a_day() -> None:
    """A sum of files has no reason to be one."""
    many = {**SHIFTS, "source": {**SHIFTS["source"], "files": "many"}}
    with pytest.raises(ValueError, match="one file a day"):
        contract(shifts=many)
