"""Whoever is told that a file was refused finds a section about exactly that."""

import pytest

from breakwater.contracts.loading import SHIPPED
from breakwater.landing.reading.refusal import Fault

RUNBOOKS = SHIPPED.parents[1] / "docs" / "runbooks"


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_has_its_section_in_the_runbook_of_its_rule(fault: Fault) -> None:
    """The heading is the sentence that the alert says."""
    page = (RUNBOOKS / f"{fault.rule}.md").read_text(encoding="utf-8")
    assert f"\n## {fault}\n" in page
    section = page.split(f"\n## {fault}\n", 1)[1].split("\n## ", 1)[0]
    assert len(section.split()) >= 10


@pytest.mark.parametrize("rule", sorted({fault.rule for fault in Fault}))
def test_no_section_is_about_a_fault_that_there_is_not(rule: str) -> None:
    """A page that outlives its code misleads."""
    page = (RUNBOOKS / f"{rule}.md").read_text(encoding="utf-8")
    headings = {line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")}
    assert headings == {str(fault) for fault in Fault if fault.rule == rule}
