"""Airflow is imported by these tests, so they share one worker and one home."""

from pathlib import Path

import airflow_home  # noqa: F401  before anything imports Airflow
import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what imports Airflow."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.airflow)
