"""A backfill pages nobody; when it is over, one line says what it changed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from pydantic import ValidationError
from situations import NOW, finding, found

from breakwater.contracts.incidents import Incidents
from breakwater.contracts.routes import Destination
from breakwater.core.finding import Finding, Severity
from breakwater.core.vocabulary import RunType
from breakwater.notify.backfill import OVER_AFTER, days_of, moved_words, past_backfills
from breakwater.notify.incidents import raise_incidents
from breakwater.notify.wake import wake
from breakwater.warehouse.database import Database
from breakwater.warehouse.workspace import Workspace

FIRST = date(2026, 11, 10)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def told_to_ops(workspace: Workspace) -> Workspace:
    """Tell of backfills in one channel."""
    destination = Destination(channel="slack", recipient="C0OPS")
    incidents = Incidents(backfills_told_to=(destination,))
    operations = workspace.configuration.operations.model_copy(update={"incidents": incidents})
    return replace(workspace, configuration=replace(workspace.configuration, operations=operations))


def close(
    workspace: Workspace, number: int, *findings: Finding, by: str | None = "admin", after: int = 0
) -> None:
    """Let a backfill look at a day; so many minutes after the first."""
    day = FIRST + timedelta(days=number)
    dated = [replace(each, operational_day=day) for each in findings]
    found(workspace.warehouse, *dated, day=day)
    raise_incidents(workspace, day, NOW + after * MINUTE, RunType.BACKFILL, started_by=by)


def texts(warehouse: Database) -> list[str]:
    """List what was said."""
    rows = warehouse.rows("select payload ->> 'text' as text from notify.outbox order by outbox_id")
    return [row["text"] for row in rows]


def test_one_line_says_what_a_backfill_changed_when_it_is_over(
    told_to_ops: Workspace, warehouse: Database
) -> None:
    """Days in any order, some of them twice; not before half an hour has passed, and never again."""
    for number in range(7):
        close(told_to_ops, number, finding(), by=None)
    for number, again in [
        (6, finding(value=13)),
        (0, finding(value=14)),
        (3, None),
        (1, finding()),
    ]:
        close(told_to_ops, number, *([again] if again else []), after=number)
    close(told_to_ops, 6, finding(value=13), after=20)
    over = NOW + 20 * MINUTE + OVER_AFTER
    assert wake(told_to_ops, over - MINUTE).summary["messages"] == 0
    assert texts(warehouse) == []
    assert wake(told_to_ops, over).summary["messages"] == 1
    assert wake(told_to_ops, over + MINUTE).summary["messages"] == 0
    assert texts(warehouse) == [
        "○ Info: Backfill 10–16 Nov 2026 by admin. 2 restated, 1 resolved. Nobody was paged for it."
    ]


def test_another_persons_backfill_is_another_one(
    told_to_ops: Workspace, warehouse: Database
) -> None:
    """And so is one that begins when the last is over."""
    close(told_to_ops, 0, finding())
    close(told_to_ops, 1, finding(), by="Bo")
    close(told_to_ops, 2, finding(severity=Severity.CRITICAL), after=31)
    with warehouse.transaction() as connection:
        known = [(each.started_by, days_of(each)) for each in past_backfills(connection, 10)]
    assert known == [("admin", "12 Nov 2026"), ("Bo", "11 Nov 2026"), ("admin", "10 Nov 2026")]


def test_what_changed_nothing_is_not_told(told_to_ops: Workspace, warehouse: Database) -> None:
    """It is listed all the same."""
    close(told_to_ops, 0)
    assert wake(told_to_ops, NOW + OVER_AFTER).summary["messages"] == 0
    with warehouse.transaction() as connection:
        (known,) = past_backfills(connection, 10)
    assert (moved_words(known.moves), known.told_at) == ("nothing changed", NOW + OVER_AFTER)


def test_a_name_is_text(told_to_ops: Workspace, warehouse: Database) -> None:
    """Whoever may start a backfill may not mention a channel."""
    close(told_to_ops, 0, finding(), by="<!channel>\n{{ 7*7 }}")
    wake(told_to_ops, NOW + OVER_AFTER)
    assert "<!channel>" not in texts(warehouse)[0]
    assert "\n" not in texts(warehouse)[0]


@pytest.mark.parametrize("recipient", ["{vendor}", "{on_call:desk}"])
def test_it_goes_to_addresses_of_our_own(recipient: str) -> None:
    """No vendor's, since it is of all vendors; nobody on call, since it calls nobody."""
    with pytest.raises(ValidationError, match="expected addresses"):
        Incidents(backfills_told_to=(Destination(channel="slack", recipient=recipient),))
