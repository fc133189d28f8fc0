"""An installation on the disk, described by environment variables as an operator does."""

import json
import shutil
from pathlib import Path

import pytest
from vendor_exports import CONTRACT, make_enforcement_log

from breakwater.contracts.loading import SHIPPED
from breakwater.warehouse.lake import local_uri
from breakwater.warehouse.workspace import Workspace, open_workspace


@pytest.fixture
def on_disk(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Open one with the vendor of the tests beside the shipped ones, and an empty log of ours."""
    shutil.copytree(SHIPPED, tmp_path / "config")
    (tmp_path / "config/vendors/acme.yaml").write_text(json.dumps(CONTRACT))
    settings = {
        "BREAKWATER_HOME": str(tmp_path),
        "BREAKWATER_CONFIG": str(tmp_path / "config"),
        "BREAKWATER_WAREHOUSE": workspace.warehouse.dsn,
        "BREAKWATER_EXPORTS": local_uri(tmp_path / "exports"),
        "BREAKWATER_PSEUDONYM_KEY": "a secret of the tests",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    opened = open_workspace(settings)
    make_enforcement_log(opened.enforcement_log)
    return opened
