"""Telling what was kept: corrections of what readers were sent, and what a person has approved."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from breakwater.contracts.audiences import Audience
from breakwater.core.days import operational_day_of, utc_seconds
from breakwater.core.period import Period, PeriodKind
from breakwater.report.correcting import decide_correction
from breakwater.report.deliver import enqueue_edition
from breakwater.report.editions import last_told, read_edition, said_by
from breakwater.report.subscriptions import UnsubscribeLinks
from breakwater.warehouse.database import hold
from breakwater.warehouse.stage_run import WHOLE_DAY
from breakwater.warehouse.workspace import Workspace

_UNTOLD = (
    "select operational_day, period, audience from report.edition where operational_day >= %s"
    " group by operational_day, period, audience"
    " having max(edition) > max(edition) filter (where told_at is not null)"
    " order by operational_day, period, audience"
)
"""Who was sent an edition that is not the latest; nobody is corrected who was never told."""


def tell_corrections(workspace: Workspace, now: datetime) -> int:
    """Write the corrections that readers are owed to the outbox; return how many messages.

    It reads editions, and composes nothing: what is told is what was kept. Safe to repeat and to
    kill: an edition is marked as told in the transaction that writes its messages.
    """
    operations = workspace.configuration.operations
    audiences = {each.audience: each for each in workspace.configuration.audiences}
    today = operational_day_of(utc_seconds(now), operations.zone_info)
    since = today - timedelta(days=operations.corrections.days)
    with workspace.warehouse.transaction() as connection:
        owed = connection.execute(_UNTOLD, [since]).fetchall()
    return sum(
        tell_kept(workspace, _about(row), audiences[row["audience"]], now)
        for row in owed
        if row["audience"] in audiences
    )


def _about(row: Mapping[str, Any]) -> Period:
    return Period.containing(PeriodKind(row["period"]), row["operational_day"])


def tell_kept(workspace: Workspace, about: Period, audience: Audience, now: datetime) -> int:
    """Write the latest edition of an audience to the outbox, as it was kept; composes nothing.

    Returns:
        How many messages; none when its readers know what it says.

    Raises:
        NoEditionError: it was never published.
    """
    rules = workspace.configuration.operations.corrections
    with workspace.warehouse.transaction() as connection:
        hold(connection, "digest", WHOLE_DAY, about.last)
        latest = read_edition(connection, about, audience.audience, None)
        told = last_told(connection, about, audience.audience)
        if not decide_correction(told, said_by(connection, latest), rules).is_told:
            return 0
        links = UnsubscribeLinks.of(workspace)
        return enqueue_edition(connection, latest, audience, now, links=links)
