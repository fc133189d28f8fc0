"""Every probable cause once from a vendor's file to the break that carries it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from vendor_exports import (
    DAY,
    DEADLINE,
    VendorFolder,
    as_csv,
    contract,
    log_action,
    make_enforcement_log,
    rows_of,
    with_vendor,
)

from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.reconcile.reconcile import reconcile_day
from breakwater.warehouse.workspace import Workspace

NOW = DEADLINE + timedelta(hours=2)
MORNING = datetime(2026, 11, 3, 5, tzinfo=UTC)
RIGA = timedelta(hours=2)
SITES = {"codes": contract().codes.model_dump() | {"sites": {"RIX": "riga", "VNO": "vilnius"}}}
MANY = contract().source.model_dump() | {"files": "many", "expected_files": 2}

Row = dict[str, str]


def decided(number: int, minutes: int, drift: int = 0, **changes: str) -> Row:
    """Return the vendor's row of a case decided so many minutes after 05:00 UTC, as its clock says."""
    spelled = MORNING + timedelta(minutes=minutes, seconds=drift) + RIGA
    return {
        "case": f"C-{number}",
        "item": f"I-{number}",
        "received": "03.11.2026 06:00:00",
        "queued": "",
        "assigned": "",
        "decided": f"{spelled:%d.%m.%Y %H:%M:%S}",
    } | changes


def enforced(workspace: Workspace, number: int, minutes: int, **changes: str | None) -> None:
    """Log our action of a case, on the very minute."""
    name, moment = f"A-{number}", f"{MORNING + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}+00"
    about = {"vendor_reference": f"C-{number}", "item_id": f"I-{number}"}
    log_action(workspace.enforcement_log, name, moment, **(about | changes))


def causes(
    workspace: Workspace,
    rows: list[Row],
    **terms: Any,  # noqa: ANN401  parts of a contract
) -> dict[tuple[str, str | None], int]:
    """Fetch, land and reconcile a day of one file; count its breaks by class and cause."""
    opened = with_vendor(workspace, contract(**terms))
    VendorFolder.of(opened).drop(as_csv(rows_of(*rows)))
    for stage in (fetch_export, land_day, reconcile_day):
        stage(opened, "acme", DAY, NOW)
    found = opened.warehouse.rows(
        "select outcome, cause, count(*) as count from reconcile.break_life group by 1, 2"
    )
    return {(row["outcome"], row["cause"]): row["count"] for row in found}


def numbers(workspace: Workspace, cause: str) -> Mapping[str, Any]:
    """Return what makes a cause probable."""
    (row,) = workspace.warehouse.rows(
        "select distinct cause_numbers from reconcile.break_life where cause = %s", [cause]
    )
    told: Mapping[str, Any] = row["cause_numbers"]
    return told


def ordinary(workspace: Workspace, first: int, minutes: range) -> Iterator[Row]:
    """Tell cases that both books have alike."""
    for number, minute in enumerate(minutes, start=first):
        enforced(workspace, number, minute)
        yield decided(number, minute)


def test_code_clock_outage_and_platform_of_one_day(workspace: Workspace) -> None:
    """One site's clock is ten minutes fast, the vendor is silent for two hours, enforcement fails in a third."""
    make_enforcement_log(workspace.enforcement_log)
    rows = list(ordinary(workspace, 0, range(0, 60, 2)))
    for number in range(100, 125):
        enforced(workspace, number, number - 95, site="vilnius")
        rows.append(decided(number, number - 95, 600, site="VNO"))
    for number in range(200, 203):
        enforced(workspace, number, 61, decision="warn")
        rows.append(decided(number, 61, decision="???"))
    for number in range(300, 312):  # 06:00 to 07:00
        enforced(workspace, number, number - 235, status="failed", enforced_at=None)
        rows.append(decided(number, number - 235))
    for number in range(400, 424):  # 07:00 to 09:00
        enforced(workspace, number, 120 + 5 * (number - 400))
    rows += ordinary(workspace, 500, range(240, 300, 5))
    assert causes(workspace, rows, **SITES) == {
        ("time_drift", "clock_skew"): 25,
        ("unknown_code", "code_unknown"): 3,
        ("enforcement_failed", "platform_failure"): 12,
        ("missing_vendor", "vendor_outage"): 24,
    }
    assert numbers(workspace, "clock_skew")["drift_seconds"] == 600
    assert numbers(workspace, "code_unknown") == {"codes": 1}


def test_file_that_is_not_there_yet(workspace: Workspace) -> None:
    """One of the day's two files came by the deadline: what it lacks is late, and says of how many."""
    make_enforcement_log(workspace.enforcement_log)
    rows = list(ordinary(workspace, 0, range(0, 60, 5)))
    enforced(workspace, 99, 400)
    assert causes(workspace, rows, source=MANY) == {("missing_vendor", "late_file"): 1}
    assert numbers(workspace, "late_file") == {"files_absent": 1, "files_due": 2}


def test_export_that_was_cut_off_and_a_log_that_was(workspace: Workspace) -> None:
    """The file ends at 07:00 and our log does not; before, our log is silent for an hour."""
    make_enforcement_log(workspace.enforcement_log)
    rows = list(ordinary(workspace, 0, range(0, 60, 5)))
    rows += [decided(number, number - 40) for number in range(100, 115)]  # 06:00 to 06:15
    rows += ordinary(workspace, 200, range(120, 125))
    for number in range(300, 330):
        enforced(workspace, number, 180 + 4 * (number - 300))
    assert causes(workspace, rows) == {
        ("missing_internal", "platform_failure"): 15,
        ("missing_vendor", "truncated_export"): 30,
    }
