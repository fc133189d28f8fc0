"""The fetch task: a place that does not answer is looked at again as long as an export may come."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from breakwater.contracts.configuration import Configuration
from breakwater.core.days import parse_day
from breakwater.core.errors import (
    ExportMissingError,
    ExportPendingError,
    FeedUnavailableError,
    VendorDayError,
)
from breakwater.orchestration import stages

VENDOR, DAY = "baltica", parse_day("2026-11-03")


@pytest.fixture
def look(configuration: Configuration, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401  a function of a test
    """Return what takes one look at an instant relative to the deadline, and meets an error."""

    def take(error: type[VendorDayError], behind_deadline: timedelta) -> Any:  # noqa: ANN401  what a sensor returns
        def fail(*_: object) -> None:
            raise error(VENDOR, DAY, "a place", expected="an answer", found="none")

        due: datetime = configuration.vendor(VENDOR, DAY).delivery.due_at(DAY)
        monkeypatch.setattr(stages, "_run_for_vendor", fail)
        monkeypatch.setattr(stages, "get_current_context", dict)
        monkeypatch.setattr(stages, "operational_day", lambda _: DAY)
        monkeypatch.setattr(stages, "instant", lambda: due + behind_deadline)
        monkeypatch.setattr(
            stages, "installation", lambda: SimpleNamespace(configuration=configuration)
        )
        return stages.fetch(VENDOR)

    return take


@pytest.mark.parametrize("error", [ExportPendingError, FeedUnavailableError])
def test_what_may_still_come_is_looked_for_again(look: Any, error: type[VendorDayError]) -> None:  # noqa: ANN401  as above
    """An outage in the night does not end the wait."""
    assert look(error, timedelta(hours=-6)).is_done is False


def test_a_place_gets_an_hour_more_than_the_vendor(look: Any) -> None:  # noqa: ANN401  as above
    """Then the task fails, and says what did not answer."""
    assert look(FeedUnavailableError, timedelta(minutes=59)).is_done is False
    with pytest.raises(FeedUnavailableError):
        look(FeedUnavailableError, timedelta(minutes=61))


def test_a_missing_export_ends_the_wait_at_once(look: Any) -> None:  # noqa: ANN401  as above
    """It is known by the deadline."""
    with pytest.raises(ExportMissingError):
        look(ExportMissingError, timedelta(minutes=1))
