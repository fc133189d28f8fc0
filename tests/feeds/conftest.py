"""A vendor with a folder and an empty log of ours."""

from collections.abc import Iterator

import pytest
from far_end import FarEnd
from vendor_exports import VendorFolder, contract, make_enforcement_log, with_vendor

from breakwater.warehouse.workspace import Workspace


@pytest.fixture
def acme(workspace: Workspace) -> Workspace:
    """Open a workspace whose only vendor is the tests' own, without manifests."""
    make_enforcement_log(workspace.enforcement_log)
    return with_vendor(workspace, contract())


@pytest.fixture
def folder(acme: Workspace) -> VendorFolder:
    """Make the vendor's folder."""
    return VendorFolder.of(acme)


@pytest.fixture
def far_end() -> Iterator[FarEnd]:
    """Serve a vendor's HTTP service."""
    with FarEnd() as running:
        yield running
