"""Which days the demo plays, whatever the hour at which somebody tries it."""

from datetime import UTC, date, datetime

import pytest

from breakwater.demo.play import Plan
from breakwater.demo.simulator.delivery import deadline_of
from breakwater.warehouse.workspace import Workspace


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (datetime(2026, 11, 23, 10, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 23, 16, 30, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), date(2026, 11, 23)),
    ],
    ids=["in the evening", "just after midnight", "before seven", "at seven"],
)
def test_the_last_day_is_one_whose_exports_are_all_due(
    workspace: Workspace, now: datetime, last: date
) -> None:
    """Singapore is eight hours ahead: nobody waits for a deadline while the demo plays."""
    plan = Plan.ending_yesterday(now, workspace, 42)
    assert (plan.last_day, len(plan.days)) == (last, 42)
    for contract in workspace.configuration.vendors.values():
        assert deadline_of(contract, plan.last_day) <= now.timestamp()
