"""The examples of docs/clocks.md are clocks that could run."""

import re
from pathlib import Path

import yaml

from breakwater.contracts.clocks import Clock, contradictions

PAGE = Path(__file__).parents[2] / "docs" / "clocks.md"


def test_every_example_is_a_clock() -> None:
    """A whole file, and entries of one; a chain among them finds the clock that it follows."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    read = [yaml.safe_load(block) for block in blocks]
    stated = [
        each
        for block in read
        for each in (block if isinstance(block, list) else block.get("clocks", []))
    ]
    clocks = [Clock.model_validate(each) for each in stated]
    assert [clock.clock for clock in clocks][:2] == ["resolution", "first_response"]
    assert list(contradictions(clocks)) == []
    (parts,) = (block for block in read if isinstance(block, dict) and "clocks" not in block)
    Clock.model_validate(
        {"clock": "parts", "kind": "internal", "title": "Parts", "target_seconds": 1} | parts
    )
