"""Who may be told by which run."""

from datetime import date, timedelta

import pytest

from breakwater.core.vocabulary import RunType
from breakwater.notify.page import PagingReason, decide_paging

TODAY = date(2026, 11, 15)


@pytest.mark.parametrize(
    ("run_type", "notify", "days_ago", "is_allowed", "reason"),
    [
        (RunType.SCHEDULED, False, 1, True, PagingReason.SCHEDULED_LIVE_DAY),
        (RunType.SCHEDULED, False, 0, True, PagingReason.SCHEDULED_LIVE_DAY),
        (RunType.SCHEDULED, False, 3, True, PagingReason.SCHEDULED_LIVE_DAY),
        (RunType.SCHEDULED, False, 4, False, PagingReason.OLD_DAY),
        (RunType.SCHEDULED, True, 4, False, PagingReason.OLD_DAY),
        (RunType.MANUAL, False, 1, False, PagingReason.MANUAL_SILENT),
        (RunType.MANUAL, True, 1, True, PagingReason.MANUAL_ASKED_TO_TELL),
        (RunType.MANUAL, True, 4, False, PagingReason.OLD_DAY),
        (RunType.BACKFILL, False, 1, False, PagingReason.BACKFILL),
        (RunType.BACKFILL, True, 0, False, PagingReason.BACKFILL),
    ],
)
def test_a_run_may_tell_people_only_for_a_live_day_and_never_as_a_backfill(
    run_type: RunType, notify: bool, days_ago: int, is_allowed: bool, reason: PagingReason
) -> None:
    """Live days are 3 here: a day 3 days ago still concerns people, one 4 days ago does not."""
    day = TODAY - timedelta(days=days_ago)
    paging = decide_paging(run_type, notify=notify, day=day, today=TODAY, live_days=3)
    assert (paging.is_allowed, paging.reason) == (is_allowed, reason)
