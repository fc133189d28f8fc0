"""What a digest says of breaks that earlier days left open, and of those that late data closed."""

from datetime import date, datetime, timedelta

import pytest
from made_days import DAY, NOW

from breakwater.core.vocabulary import RunType
from breakwater.report.digest import publish_digest, render_digest
from breakwater.warehouse.workspace import Workspace

HOUR = timedelta(hours=1)


def leave(
    workspace: Workspace,
    number: int,
    vendor: str,
    day: date,
    *,
    disposition: str = "open",
    closed: tuple[str, datetime] | None = None,
) -> None:
    """Write a break of a day, and how it was closed if it was."""
    break_id = f"{number:016x}"
    rule, at = closed if closed is not None else (None, None)
    with workspace.warehouse.transaction() as connection:
        connection.execute(
            "insert into reconcile.break_life (break_id, vendor, operational_day, anchor, ordinal,"
            " outcome, rule, site, queue, language, item_id, decided_at, case_count, severity,"
            " disposition, closed_rule, is_present, first_seen_at, last_seen_at)"
            " values (%s, %s, %s, %s, 1, 'missing_vendor', 'unpaired', 'main', 'spam', 'en', 'item',"
            " %s, 1, 'major', %s, %s, %s, %s, %s)",
            [break_id, vendor, day, break_id, NOW, disposition, rule, rule is None, NOW, at],
        )
        if rule is not None:
            connection.execute(
                "insert into reconcile.break_history (break_id, at, actor, what, state, outcome,"
                " detail) values (%s, %s, 'breakwater', 'auto_closed', 'auto_closed',"
                " 'missing_vendor', jsonb_build_object('rule', %s::text))",
                [break_id, at, rule],
            )


@pytest.fixture
def carrying(quiet: Workspace) -> Workspace:
    """Four open breaks of two vendors, one to come, and three that were closed."""
    leave(quiet, 1, "andeska", DAY - timedelta(days=12), disposition="disputed")
    leave(quiet, 2, "andeska", DAY)
    leave(quiet, 3, "dekkan", DAY - timedelta(days=3), disposition="explained")
    leave(quiet, 4, "dekkan", DAY)
    leave(quiet, 5, "dekkan", DAY + timedelta(days=1))
    leave(quiet, 6, "dekkan", DAY, closed=("late_data", NOW - HOUR))
    leave(quiet, 7, "dekkan", DAY, closed=("corrected", NOW - HOUR))
    # Before the day ended: the digest before this one told of it.
    leave(quiet, 8, "dekkan", DAY, closed=("late_data", NOW - 24 * HOUR))
    return quiet


def told(workspace: Workspace, audience: str, at: datetime = NOW) -> str:
    """Publish the day and return an audience's latest edition as one line."""
    publish_digest(workspace, DAY, at, [audience], run_type=RunType.MANUAL, deliver=False)
    return " ".join(str(render_digest(workspace, DAY, audience, None, "text")).split())


def test_digest_says_what_is_open_and_what_late_data_closed(carrying: Workspace) -> None:
    """Of the day and those before it, in a sentence behind the day's own."""
    assert (
        "Open with those of earlier days: 4 breaks, 1 disputed, the oldest 12 days old."
        " Late data closed 1 since the digest before."
    ) in told(carrying, "ops")


def test_vendor_reads_of_its_own_alone(carrying: Workspace) -> None:
    """Dekkan has two open, the older of three days; it reads nothing of Andeska's dispute."""
    text = told(carrying, "vendor_dekkan")
    assert "Open with those of earlier days: 2 breaks, the oldest 3 days old. Late data" in text
    assert "disputed" not in text


def test_word_of_people_makes_no_new_edition(carrying: Workspace) -> None:
    """What became of earlier days is no figure of this one: nobody is told again."""
    first = told(carrying, "ops")
    with carrying.warehouse.transaction() as connection:
        connection.execute("update reconcile.break_life set disposition = 'disputed'")
    assert told(carrying, "ops", NOW + 3 * HOUR) == first


def test_day_without_breaks_says_nothing_of_them(quiet: Workspace) -> None:
    """No sentence about nothing."""
    text = told(quiet, "ops")
    assert "Open with" not in text
    assert "Late data" not in text
