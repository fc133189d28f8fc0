"""A city's service desk with its own due times: our clocks against its own verdict, case by case.

58,251 requests of the second half of 2011, closed until 2019, each with the instant by which the
city promised it and with the city's own flag, ONTIME or OVERDUE. The contract has nothing but
columns: the flag is never read by the product. The data are no part of this repository; without
them beside it these tests skip.
"""

import gzip
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd  # noqa: TID253  a plain reader to hold ours against
import pytest
from installation import SHARED, exports_of, installation, show

from breakwater.engine.open import open_engine
from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.measure.close import close_day
from breakwater.measure.measure import measure_day, vendor_day
from breakwater.measure.models import run_measures
from breakwater.reconcile.reconcile import reconcile_day
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.lake import current_versions_between
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.workspace import Workspace

DATA = SHARED / "boston_311_2011" / "311_service_requests_2011.csv.gz"
VENDOR, ZONE = "city", "America/New_York"
EXTRACTED = date(2019, 11, 1)
"""A day after the last closure."""

NOW = datetime(2019, 11, 3, tzinfo=UTC)
FIRST, DAYS = date(2011, 7, 1), 31

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not beside the repository")


@pytest.fixture(scope="module")
def requests() -> pd.DataFrame:
    """Read the set with a plain reader; instants as UTC seconds, -1 where there is none."""
    table = pd.read_csv(DATA, dtype=str, keep_default_na=False)
    for name in ("open", "target", "closed"):
        local = pd.to_datetime(table[f"{name}_dt"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
        utc = local.dt.tz_localize(ZONE, ambiguous=True, nonexistent="shift_forward")
        seconds = utc.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[s]")
        table[name] = seconds.astype("int64").where(utc.notna(), -1)
    return table.set_index("case_enquiry_id")


@pytest.fixture
def workspace(server: EmbeddedPostgreSQL, tmp_path: Path) -> Iterator[Workspace]:
    """Open an empty installation for the city."""
    with installation(server, "boston_311", tmp_path) as opened:
        yield opened


def leave(workspace: Workspace, day: date, content: bytes) -> None:
    """Leave an export at three in the morning after its day."""
    file = exports_of(workspace, VENDOR) / f"requests_{day:%Y%m%d}.csv.gz"
    file.write_bytes(content)
    delivered = datetime(day.year, day.month, day.day, 8, tzinfo=UTC) + timedelta(days=1)
    os.utime(file, (delivered.timestamp(), delivered.timestamp()))


def test_our_clock_says_of_every_closed_request_what_the_city_says(
    workspace: Workspace, requests: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    """43,664 closed requests had a due time: 35,591 on time, 8,073 overdue, and these very ones."""
    leave(workspace, EXTRACTED, DATA.read_bytes())
    fetch_export(workspace, VENDOR, EXTRACTED, NOW)
    landed = land_day(workspace, VENDOR, EXTRACTED, NOW).summary
    assert (landed["physical_rows"], landed["landed_rows"]) == (58_251, 58_251)

    ours = clocks_of_everything(workspace)
    promised = requests[requests.target >= 0]
    assert set(ours) == set(promised.index)
    judged = promised[promised.ontime != ""]  # the city itself says nothing of 158 requests
    closed, still_open = judged[judged.closed >= 0], judged[judged.closed < 0]
    theirs = closed.ontime.map({"ONTIME": "met", "OVERDUE": "missed"})
    assert Counter(theirs) == {"met": 35_591, "missed": 8_073}
    differing = {case for case, state in theirs.items() if ours[case] != state}
    assert differing == set()

    assert {ours[case] for case in still_open.index} == {"overdue"}
    assert set(still_open.ontime) == {"OVERDUE"}
    show(capsys, f"Boston 311: 58,251 landed; our clock agrees on {len(closed):,} closed")


def clocks_of_everything(workspace: Workspace) -> dict[str, str]:
    """Run the product's clocks over all that was delivered, as one population, as of the end."""
    settings = workspace.configuration.operations.engine
    with workspace.warehouse.transaction() as connection:
        delivered = current_versions_between(
            connection, "case_delivery", date(2011, 1, 1), EXTRACTED, VENDOR
        )
    files = [workspace.lake.url(version.path) for version in delivered]
    with open_engine(settings, workspace.warehouse.dsn) as engine:
        run_measures(engine, vendor_day(workspace, VENDOR, EXTRACTED), files, [])
        runs = engine.fetch("clock_run").to_pylist()
    return {run["case_id_vendor"]: run["state"] for run in runs if run["clock"] == "promised"}


def test_a_month_of_daily_exports_has_the_attainment_that_the_flags_add_up_to(
    workspace: Workspace, requests: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each morning's file lists what is open and what was closed the day before."""
    header = columns_of_the_set()
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    for day in days:
        leave(workspace, day, gzip.compress(export_of(requests, header, day, workspace), mtime=0))
        results = close(workspace, day)
        assert results[1].summary["quarantined_rows"] == 0
    found = workspace.warehouse.rows(
        "select operational_day, sum(numerator)::bigint as met, sum(denominator)::bigint as due"
        " from measure.kpi_fact where metric = 'sla_attainment'"
        " group by operational_day order by operational_day"
    )
    ours = {row["operational_day"]: (row["met"], row["due"]) for row in found}
    expected = {day: attainment(requests, workspace, day) for day in days}
    assert ours == {day: pair for day, pair in expected.items() if pair[1]}
    met, due = (sum(pair[n] for pair in expected.values()) for n in (0, 1))
    show(capsys, f"Boston 311, {DAYS} days: {met:,} of {due:,} in time, {met / due:.1%}")


def columns_of_the_set() -> list[str]:
    """Return the columns of the set, in order."""
    with gzip.open(DATA, "rt", encoding="utf-8") as stream:
        return stream.readline().rstrip("\r\n").split(",")


def export_of(requests: pd.DataFrame, header: list[str], day: date, workspace: Workspace) -> bytes:
    """Write what the desk knew at the end of a day, of what was open in it."""
    window = workspace.window(day)
    known = requests[
        (requests.open < window.end) & ((requests.closed < 0) | (requests.closed >= window.start))
    ].reset_index()
    known.loc[known.closed >= window.end, "closed_dt"] = ""
    text: str = known[header].to_csv(index=False)
    return text.encode()


def close(workspace: Workspace, day: date) -> list[StageResult]:
    """Take a day through every stage up to its figures."""
    stages = (fetch_export, land_day, reconcile_day, measure_day)
    results = [stage(workspace, VENDOR, day, NOW) for stage in stages]
    return [*results, close_day(workspace, day, NOW)]


def attainment(requests: pd.DataFrame, workspace: Workspace, day: date) -> tuple[int, int]:
    """Count from the set itself what was met, and what was due, in a day."""
    window = workspace.window(day)
    promised = requests[(requests.target >= 0) & (requests.open < window.end)]
    closed_today = (promised.closed >= window.start) & (promised.closed < window.end)
    in_time = (promised.closed >= 0) & (promised.closed <= promised.target)
    ran_out_today = (promised.target >= window.start) & (promised.target < window.end)
    met = int((closed_today & in_time).sum())
    return met, met + int((ran_out_today & ~in_time).sum())
