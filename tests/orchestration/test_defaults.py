"""What every task is given."""

from collections.abc import Iterator

import pytest

from breakwater.core import errors
from breakwater.core.errors import BreakwaterError


def every_error(kind: type[BreakwaterError] = BreakwaterError) -> Iterator[type[BreakwaterError]]:
    """List the classes of the tree of errors."""
    yield kind
    for child in kind.__subclasses__():
        yield from every_error(child)


NAMED = [kind for kind in every_error() if kind.__module__ == errors.__name__]
# It says of each failure whether it is permanent, so its class cannot.
BY_CLASS = [kind for kind in NAMED if kind is not errors.DeliveryError]


@pytest.mark.parametrize("kind", BY_CLASS, ids=lambda kind: kind.__name__)
def test_the_retry_policy_agrees_with_what_each_error_says(kind: type[BreakwaterError]) -> None:
    """Permanent errors fail at once; those that waiting can cure are tried again."""
    from airflow.sdk import RetryAction

    from breakwater.orchestration.defaults import RETRY_POLICY

    error = kind.__new__(kind)
    expected = RetryAction.FAIL if kind.permanent else RetryAction.RETRY
    assert RETRY_POLICY.evaluate(error, 1, 3).action is expected


def test_a_lost_connection_is_tried_as_often_as_any_other_fault() -> None:
    """What is not ours to name follows the task's own number of retries."""
    from airflow.sdk import RetryAction

    from breakwater.orchestration.defaults import RETRY_POLICY

    assert RETRY_POLICY.evaluate(ConnectionError(), 1, 3).action is RetryAction.DEFAULT


def test_the_retry_policy_survives_being_stored() -> None:
    """The scheduler reads the Dag from the database, not from the file."""
    from airflow.sdk import ExceptionRetryPolicy, RetryAction

    from breakwater.orchestration.defaults import RETRY_POLICY

    stored = ExceptionRetryPolicy.deserialize(RETRY_POLICY.serialize())
    error = errors.ContractError.__new__(errors.ContractError)
    assert stored.evaluate(error, 1, 3).action is RetryAction.FAIL
