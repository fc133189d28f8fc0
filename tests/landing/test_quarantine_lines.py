"""Refused records are kept as they were read, once, whatever they hold."""

from pathlib import Path

from vendor_exports import DAY

from breakwater.landing.quarantine.lines import QuarantineLines, RefusedLine, read_lines
from breakwater.warehouse.lake import Lake

FILE, OTHER = "a" * 64, "b" * 64


def keep(lake: Lake, folder: Path, reason: str = "queue_unknown", file: str = FILE) -> str | None:
    """Keep two refused records of a file."""
    with QuarantineLines(folder) as lines:
        lines.add(7, ["too_few_cells"], 'C-7;"half \udcff\x1b[31m')
        lines.add(9, ["case_empty", reason], {"case": None, "queue": "Z\u2028"})
        return lines.keep(lake, "acme", DAY, file)


def test_what_was_refused_is_read_back_as_it_was(tmp_path: Path) -> None:
    """Lines with bytes that are no text, and cells."""
    lake = Lake((tmp_path / "lake").as_uri())
    keep(lake, tmp_path)
    keep(lake, tmp_path, file=OTHER)
    assert list(read_lines(lake, "acme", DAY, FILE)) == [
        RefusedLine(7, ("too_few_cells",), 'C-7;"half \udcff\x1b[31m'),
        RefusedLine(9, ("case_empty", "queue_unknown"), {"case": None, "queue": "Z\u2028"}),
    ]
    assert list(read_lines(lake, "other", DAY, FILE)) == []


def test_the_same_records_are_kept_once(tmp_path: Path) -> None:
    """Landing a file again writes nothing."""
    lake = Lake((tmp_path / "lake").as_uri())
    first = keep(lake, tmp_path)
    assert first is not None
    assert keep(lake, tmp_path) == first
    assert [file.path for file in lake.files("quarantine")] == [first]


def test_other_reasons_leave_what_was_kept_before_untouched(tmp_path: Path) -> None:
    """A landing that is killed before its end must not change what an earlier one kept."""
    lake = Lake((tmp_path / "lake").as_uri())
    first = keep(lake, tmp_path)
    assert first is not None
    before = lake.read(first)
    second = keep(lake, tmp_path, reason="queue_empty")
    assert second != first
    assert lake.read(first) == before
    assert [line.source_row for line in read_lines(lake, "acme", DAY, FILE)] == [7, 9]


def test_nothing_refused_keeps_nothing(tmp_path: Path) -> None:
    """A clean file leaves no trace."""
    lake = Lake((tmp_path / "lake").as_uri())
    with QuarantineLines(tmp_path) as lines:
        assert lines.keep(lake, "acme", DAY, FILE) is None
    assert lake.files("quarantine") == []
