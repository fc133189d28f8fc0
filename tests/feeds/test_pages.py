"""The pages about feeds: every source on them is one that a contract may have."""

import re

import pytest
import yaml
from feed_pages import BLOCK, PAGES
from pydantic import TypeAdapter

from breakwater.contracts.source import Source

KINDS = {
    "folder",
    "sftp",
    "http",
    "postgresql",
    "salesforce",
    "zendesk",
    "jira",
    "ozone",
    "coop",
}
NAMES = sorted(page.name for page in PAGES.glob("*.md"))
LINK = re.compile(r"\]\(([^)#:]+)\)")


def sources_on(name: str) -> list[Source]:
    """Validate every block of a page that starts with a source."""
    text = (PAGES / name).read_text(encoding="utf-8")
    blocks = [block for block in BLOCK.findall(text) if block.startswith("source:")]
    adapter: TypeAdapter[Source] = TypeAdapter(Source)
    return [adapter.validate_python(yaml.safe_load(block)["source"]) for block in blocks]


def test_every_kind_of_source_has_a_block_that_a_reader_can_copy() -> None:
    """No kind is left out, and none is shown that does not exist."""
    assert {source.kind for name in NAMES for source in sources_on(name)} == KINDS


@pytest.mark.parametrize("name", NAMES)
def test_every_block_of_a_page_is_valid(name: str) -> None:
    """Unknown keys are refused, so a page cannot fall behind the contract."""
    assert sources_on(name) or name in {"README.md", "formats.md"}


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_page_leads_to_a_file(name: str) -> None:
    """A reader who follows one arrives."""
    targets = LINK.findall((PAGES / name).read_text(encoding="utf-8"))
    assert [target for target in targets if not (PAGES / target).exists()] == []
