"""What the pages about feeds show: their blocks of YAML, read as an installation reads them."""

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from breakwater.contracts.source import Source
from breakwater.contracts.vendor import VendorContract

PAGES = Path(__file__).parents[1] / "docs" / "feeds"
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks_of(page: str) -> list[dict[str, Any]]:
    """Return the blocks of a page, in order."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    return [yaml.safe_load(block) for block in BLOCK.findall(text)]


def sources_of(page: str) -> list[Source]:
    """Validate the blocks that are sources alone."""
    adapter: TypeAdapter[Source] = TypeAdapter(Source)
    return [
        adapter.validate_python(block["source"]) for block in blocks_of(page) if len(block) == 1
    ]


def contracts_of(page: str) -> list[VendorContract]:
    """Validate the blocks that are whole contracts."""
    return [VendorContract.model_validate(block) for block in blocks_of(page) if "vendor" in block]
