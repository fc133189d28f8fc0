"""Whoever writes a contract tries it on a sample; the page about it shows what really comes out."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from breakwater.cli import breakwater
from breakwater.contracts.loading import SHIPPED

PAGE = Path(__file__).parents[2] / "docs" / "add-a-vendor.md"


def block(kind: str, containing: str) -> str:
    """Return the code block of the page that is of a kind and holds a text."""
    blocks = re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (found,) = (each for each in blocks if containing in each)
    return str(found)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Copy the shipped configuration, with the page's vendor beside the others."""
    folder = tmp_path / "config"
    for file in SHIPPED.rglob("*.yaml"):
        target = folder / file.relative_to(SHIPPED)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    (folder / "vendors" / "quayside.yaml").write_text(block("yaml", "vendor: quayside"))
    return folder


def preview(config: Path, content: str, tmp_path: Path) -> Result:
    """Run the command on a file of this content."""
    file = tmp_path / "quayside_20261103.csv"
    file.write_text(content, encoding="utf-8")
    arguments = ["preview", "quayside", "2026-11-03", str(file), "--config", str(config)]
    return CliRunner().invoke(breakwater, arguments)


def test_the_page_shows_what_the_command_prints(config: Path, tmp_path: Path) -> None:
    """Sample, contract and output of the page belong together; only the pseudonym is of the moment."""
    result = preview(config, block("csv", "Ticket;"), tmp_path)
    assert result.exit_code == 0, result.output
    shown = block("console", "preview").partition("\n")[2]
    assert re.sub(r"A-[A-Z2-7]{10}", "A-…", result.output) == shown


def test_a_record_that_would_be_refused_is_told_with_every_reason(
    config: Path, tmp_path: Path
) -> None:
    """An unknown queue and a date in another order, each with what was expected."""
    sample = (
        block("csv", "Ticket;")
        .replace("HATE", "HASS")
        .replace("03/11/2026 09:44;TD", "2026-11-03 09:44;TD")
    )
    output = preview(config, sample, tmp_path).output
    assert "3 records: 2 would land, 1 refused" in output
    assert "refused 1 × queue_unknown" in output
    assert "(column Team); expected one of 'HATE', 'SPAM'" in output
    assert "refused 1 × decided_at_unreadable" in output
    assert "  row 1: decided_at_unreadable, queue_unknown" in output


def test_a_file_that_breaks_the_contract_is_one_sentence(config: Path, tmp_path: Path) -> None:
    """The missing column is named with what comes nearest."""
    sample = block("csv", "Ticket;").replace("Verdict", "Verdikt")
    result = preview(config, sample, tmp_path)
    assert result.exit_code != 0
    assert "expected 'Verdict'" in str(result.exception)
    assert "'Verdikt'" in str(result.exception)


def test_nothing_of_a_reviewer_is_shown(config: Path, tmp_path: Path) -> None:
    """Neither the name of the reviewer nor the comment."""
    output = preview(config, block("csv", "Ticket;"), tmp_path).output
    assert "santos" not in output
    assert "posted twice" not in output
