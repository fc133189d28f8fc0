"""Which day a run is about."""

from datetime import UTC, date

import pytest
from runs import run_of

from breakwater.orchestration.days import NoOperationalDayError, instant, operational_day


def test_the_partition_key_is_the_day() -> None:
    """As in every scheduled and every backfilled run."""
    run = run_of(partition_key="2026-11-22", params={"operational_day": None})
    assert operational_day(run) == date(2026, 11, 22)


def test_the_parameter_wins_over_the_partition_key() -> None:
    """A person who names a day means it."""
    run = run_of(partition_key="2026-11-22", params={"operational_day": "2026-11-20"})
    assert operational_day(run) == date(2026, 11, 20)


def test_a_run_without_a_day_is_refused() -> None:
    """There is no "today" to fall back on."""
    with pytest.raises(NoOperationalDayError, match="expected the parameter operational_day"):
        operational_day(run_of(params={}))


@pytest.mark.parametrize("spelling", ["2026-11-22T00:00:00", "20261122", "22.11.2026", "latest"])
def test_a_day_in_another_spelling_is_refused(spelling: str) -> None:
    """One spelling, so that one day is one partition."""
    with pytest.raises(NoOperationalDayError):
        operational_day(run_of(partition_key=spelling))


def test_the_clock_of_the_dag_knows_its_zone() -> None:
    """Stages take aware instants only."""
    assert instant().tzinfo is UTC
