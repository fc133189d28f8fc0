"""What every task is given unless it says otherwise: owner, patience, retries."""

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from breakwater.orchestration.failing import end_failure, tell_failure

OWNER = "media-operations"
"""A team; people come and go."""

LONGEST_WAIT = timedelta(hours=38)
"""From 06:00 on the morning after a day to the end of that morning in the last zone on earth."""

RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        # The first match counts: what waiting can cure, then everything else of ours.
        RetryRule(
            exception="breakwater.core.errors.FeedUnavailableError",
            action=RetryAction.RETRY,
            retry_delay=timedelta(minutes=5),
            reason="the vendor's file store did not answer",
        ),
        RetryRule(
            exception=[
                "breakwater.core.errors.ExportPendingError",
                "breakwater.core.errors.DeliveryError",
            ],
            action=RetryAction.RETRY,
            reason="it may be there, or be accepted, a little later",
        ),
        RetryRule(
            exception="breakwater.core.errors.BreakwaterError",
            action=RetryAction.FAIL,
            reason="trying again gives the same: a person or a vendor has to act",
        ),
    ],
    # A lost connection, a full disk, a killed worker: as often as `retries` allows.
    default=RetryAction.DEFAULT,
)

LONGEST_FETCH = timedelta(hours=4)
"""One look at a vendor's place, all pages of a day included; `limits.total_seconds` ends it sooner."""

DEFAULT_ARGS: dict[str, Any] = {
    "owner": OWNER,
    "retries": 3,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
    "retry_policy": RETRY_POLICY,
    # Measured: a stage of a vendor-day takes seconds at 100,000 cases; half an hour means stuck.
    "execution_timeout": timedelta(minutes=30),
    # The task's own, which runs where it ran, at once: a Dag's, which each Dag names besides for what
    # Airflow ends as a whole, runs where Dags are parsed, later.
    "on_failure_callback": tell_failure,
    "on_success_callback": end_failure,
}
