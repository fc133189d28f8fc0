"""Installations in which a quiet day, or a bad one, was closed."""

import made_days
import pytest

from breakwater.warehouse.workspace import Workspace


@pytest.fixture
def quiet(workspace: Workspace) -> Workspace:
    """Close an ordinary day."""
    made_days.write_quiet_day(workspace.warehouse)
    return workspace


@pytest.fixture
def bad(workspace: Workspace) -> Workspace:
    """Close a day on which much went wrong."""
    made_days.write_bad_day(workspace.warehouse)
    return workspace
