"""Airflow is imported by these tests, so they share one worker and one home."""

from pathlib import Path

import airflow_home  # noqa: F401  before anything imports Airflow
import pytest


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what imports Airflow in one worker."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("airflow"))
            item.add_marker(pytest.mark.airflow)
