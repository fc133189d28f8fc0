"""The Dag that tells what waited, executed with the real stages, in this process."""

from datetime import UTC, date, datetime, timedelta

import pytest
from one_day import fresh_dagbag

from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.vocabulary import RunType
from breakwater.notify.incidents import raise_incidents
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.workspace import Workspace

pytestmark = pytest.mark.usefixtures("metadata")


def _run() -> str:
    return str(fresh_dagbag().dags["tell"].test().state)


def test_whoever_is_on_call_is_told_when_nobody_answered(
    installation: Workspace, recent_day: date
) -> None:
    """A legal deadline was told an hour ago: the desk's team of now hears of it, and once."""
    late = Finding(
        Rule.STATUTORY_CLOCK_BREACHED,
        recent_day,
        "pearlline",
        Severity.CRITICAL,
        {"clock": "eu_tco_removal"},
        value=2,
        unit="cases",
    )
    with installation.warehouse.transaction() as connection:
        replace_findings(connection, recent_day, "measure", "pearlline", [late])
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)  # noqa: TID251  the Dag reads the clock as well
    raise_incidents(installation, recent_day, an_hour_ago, RunType.SCHEDULED)
    query = "select recipient from notify.outbox where channel = 'slack' order by outbox_id"
    told = installation.warehouse.rows(query)

    assert _run() == "success"
    after = installation.warehouse.rows(query)
    assert after[: len(told)] == told
    (desk,) = [row["recipient"] for row in after[len(told) :]]
    assert desk in {"C0APAC", "C0EMEA", "C0AMER"}

    assert _run() == "success"
    assert installation.warehouse.rows(query) == after
