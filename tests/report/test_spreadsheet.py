"""The spreadsheet of an edition: numbers that count, text that is nothing but text."""

import io
import zipfile
from dataclasses import replace

import pytest
from made_days import DAY, NOW
from python_calamine import CalamineWorkbook

from breakwater.core.vocabulary import RunType
from breakwater.report.digest import publish_digest, render_digest
from breakwater.report.message import (
    Cell,
    Column,
    Digest,
    Edition,
    Level,
    Measured,
    Table,
    TableRow,
)
from breakwater.report.spreadsheet import render_spreadsheet
from breakwater.warehouse.workspace import Workspace

FORMULAS = ["=cmd|'/C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\uff1d1", ";=1", "https://evil.example"]  # fmt: skip


def _digest(name: str) -> Digest:
    row = TableRow(
        name, (Cell("1,204", None, measured=Measured(1204.0, "cases", 1204.0)),), "", False
    )
    table = Table("By queue", "Queue", (Column("Incoming", is_essential=True),), "SLA", (row,), 0)
    return Digest(
        operation="Harbour",
        audience="ops",
        title="Operations",
        day=DAY,
        level=Level.CLEAR,
        verdict="Fine.",
        tiles=(),
        sections=(),
        table=table,
        chart=None,
        pictures=(),
        quality=(name,),
        sources="5 of 5",
        links=(),
    )


@pytest.mark.parametrize("name", FORMULAS)
def test_text_of_others_is_never_a_formula_nor_a_link(name: str) -> None:
    """The cell holds the very text; the file has no formula, no link and nothing outside itself."""
    file = io.BytesIO(render_spreadsheet(Edition(_digest(name), 1, ())))
    with zipfile.ZipFile(file) as parts:
        sheets = [parts.read(part) for part in parts.namelist() if part.startswith("xl/worksheets")]
        assert not any("externalLink" in part or "_rels/sheet" in part for part in parts.namelist())
    assert not any(b"<f>" in sheet or b"hyperlink" in sheet for sheet in sheets)
    file.seek(0)
    rows = CalamineWorkbook.from_filelike(file).get_sheet_by_name("By queue").to_python()
    assert rows[1] == [name, 1204.0]


def test_its_bytes_depend_on_the_digest_alone() -> None:
    """The same edition is the same file, so that a second attempt is the same mail."""
    edition = Edition(_digest("spam"), 1, ())
    assert render_spreadsheet(edition) == render_spreadsheet(edition)
    other = replace(edition.digest, quality=("late",))
    assert render_spreadsheet(replace(edition, digest=other)) != render_spreadsheet(edition)


def test_the_published_one_has_every_table(bad: Workspace) -> None:
    """Headline numbers and the vendors as numbers; conditions in words; what it rests on."""
    publish_digest(bad, DAY, NOW, ["ops", "apac"], run_type=RunType.MANUAL, deliver=False)
    file = render_digest(bad, DAY, "ops", None, "xlsx")
    assert isinstance(file, bytes)
    book = CalamineWorkbook.from_filelike(io.BytesIO(file))
    assert book.sheet_names == ["Numbers", "Conditions", "By vendor", "What this rests on"]
    numbers = {row[0]: row[1:3] for row in book.get_sheet_by_name("Numbers").to_python()}
    assert numbers["Manual incoming"][1] == "cases"
    assert isinstance(numbers["Manual incoming"][0], float)
    assert isinstance(numbers["SLA attainment"][0], float)
    conditions = book.get_sheet_by_name("Conditions").to_python()
    assert any("Pearlline" in str(row) for row in conditions)
    # Nobody mails these readers anything.
    assert render_digest(bad, DAY, "apac", None, "xlsx") == b""
