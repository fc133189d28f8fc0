"""Delimited text: every physical record is a row or is refused, and a bad line costs one record."""

import csv
import io
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whole_export import read_csv_text

from breakwater.contracts.file_format import CsvFormat
from breakwater.landing.reading.raw_rows import RawRows
from breakwater.landing.reading.read_plain_csv import read_plain_csv
from breakwater.landing.reading.refusal import ExportRefusedError, Fault

COMMA = CsvFormat(kind="csv")
HEADER = "a,b,c\n"
CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=0, max_size=8
) | st.sampled_from(['"', '""', ",", "\n", 'say "no", twice\nor thrice', "\u2028", "\x1c"])


def cells(rows: RawRows) -> list[tuple[str | None, ...]]:
    """Return the rows as tuples; an empty cell and an absent one are the same to landing."""
    columns = [column.to_pylist() for column in rows.columns.columns]
    return [tuple(cell or None for cell in row) for row in zip(*columns, strict=True)]


def read(body: str) -> RawRows:
    """Read a body below the header a,b,c."""
    return read_csv_text(HEADER + body, ["a", "b", "c"])


def test_a_quoted_field_may_span_lines_and_hold_anything() -> None:
    """RFC 4180: delimiters, doubled quotes and line breaks are text between quotes."""
    rows = read('1,"x, ""y""\nz",2\n3,4,5\n')
    assert cells(rows) == [("1", 'x, "y"\nz', "2"), ("3", "4", "5")]
    assert (rows.physical_rows, rows.refused) == (2, ())


@pytest.mark.parametrize(
    "following",
    [
        "x,y,z\n",  # no quote anywhere: it would run to the end of the file
        '"x","y","z"\n',  # every field quoted: it would end inside the next row
        'x,"y",z\n',
        'x,"y, and ""more""",z\n',
        'x,"y\nover lines",z\n',
    ],
)
def test_one_unclosed_quote_costs_one_record_and_never_its_neighbours(following: str) -> None:
    """The line with the fault is refused alone; all three thousand good rows land."""
    good = following * 3000
    rows = read(good + 'bad,"never closed,1\n' + good)
    assert len(cells(rows)) == 6000
    [refused] = rows.refused
    assert (refused.source_row, refused.reasons) == (3001, ("line_unreadable",))
    assert rows.physical_rows == 6001


def test_quotes_inside_an_unquoted_field_are_text() -> None:
    """Five inches are written 5" by people."""
    assert cells(read('1,5" wide,2\n')) == [("1", '5" wide', "2")]


def test_too_few_and_too_many_fields_are_refused_by_number() -> None:
    """Guessing which field is missing would move values into other columns."""
    rows = read("1,2,3\n1,2\n1,2,3,4\n1,2,3\n")
    assert [(r.source_row, r.reasons) for r in rows.refused] == [
        (2, ("field_count_wrong",)),
        (3, ("field_count_wrong",)),
    ]
    assert rows.source_row.tolist() == [1, 4]


def test_empty_lines_are_no_records() -> None:
    """Editors leave them at the end of files."""
    for body in ("1,2,3\n\n4,5,6\n\n\n", '"1",2,3\n\n4,5,6\n\n\n', "\n1,2,3\r\n\r\n4,5,6"):
        assert cells(read(body)) == [("1", "2", "3"), ("4", "5", "6")]


def test_a_carriage_return_inside_a_line_ends_no_record() -> None:
    """Only a line feed does; readers that disagree would count other rows."""
    rows = read("1,2\r,3\n4,5,6\n")
    assert cells(rows) == [("4", "5", "6")]
    assert [r.reasons for r in rows.refused] == [("line_unreadable",)]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_any_delimiter_and_any_quote(delimiter: str) -> None:
    """What a contract may say of its text."""
    text = delimiter.join("abc") + "\n" + delimiter.join(["1", f"'x{delimiter}''y'", '"'])
    rows = read_csv_text(text, ["a", "b", "c"], delimiter=delimiter, quote="'")
    assert cells(rows) == [("1", f"x{delimiter}'y", '"')]


def test_only_named_columns_are_read_wherever_they_stand() -> None:
    """A vendor may add columns and move them; a name may repeat where nobody asks for it."""
    rows = read_csv_text("x,c,x,a\nsecret,3,secret,1\n", ["a", "c"])
    assert rows.columns.column_names == ["a", "c"]
    assert cells(rows) == [("1", "3")]


@pytest.mark.parametrize(
    ("text", "fault", "found"),
    [
        ("", Fault.EMPTY, "no row"),
        ("\n1,2,3\n", Fault.EMPTY, "no row"),
        ('"a,b,c\n1,2,3\n', Fault.HEADER_UNREADABLE, "stray quotes"),
        ("a,b,d\n1,2,3\n", Fault.COLUMN_MISSING, "3 other columns"),
        ("a,b,C_\n", Fault.COLUMN_MISSING, "3 other columns"),
        ("a;b;c\n", Fault.COLUMN_MISSING, "1 other columns"),
        ("a,b,c,c\n", Fault.COLUMN_AMBIGUOUS, "2 of that name"),
    ],
)
def test_a_header_that_breaks_the_contract_refuses_the_file(
    text: str, fault: Fault, found: str
) -> None:
    """With what was expected and what was found."""
    with pytest.raises(ExportRefusedError) as raised:
        read_csv_text(text, ["a", "b", "c"])
    assert raised.value.fault is fault
    assert found in raised.value.found


def test_a_missing_column_is_told_with_its_nearest_neighbour_spelled_safely() -> None:
    """A renamed column is found at a glance, and a hostile name stays text."""
    with pytest.raises(ExportRefusedError, match=r"nearest 'decided\\x1b_at'"):
        read_csv_text("decided\x1b_at\n", ["decided_at"])


@settings(deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=12), st.booleans())
def test_whatever_a_writer_writes_is_read_back(
    rows: list[tuple[str, ...]], quotes_everything: bool
) -> None:
    """Every row that Python's own writer spells comes back as it was."""
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if quotes_everything else csv.QUOTE_MINIMAL
    writer = csv.writer(text, quoting=quoting, lineterminator="\n")
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    found = read_csv_text(text.getvalue(), ["a", "b", "c"])
    assert cells(found) == [tuple(cell or None for cell in row) for row in rows]
    assert found.refused == ()


@settings(deadline=None)
@given(st.lists(st.text(alphabet='ab,"', max_size=9), max_size=15))
def test_every_line_belongs_to_exactly_one_record(lines: list[str]) -> None:
    """Rows and refusals are numbered 1 to n without a gap, and no line is lost between them."""
    rows = read("".join(f"{line}\n" for line in lines))
    numbers = sorted([*rows.source_row.tolist(), *(r.source_row for r in rows.refused)])
    assert numbers == list(range(1, rows.physical_rows + 1))
    spanned = sum("".join(cell or "" for cell in row).count("\n") for row in cells(rows))
    assert rows.physical_rows + spanned == sum(1 for line in lines if line) + _inside(rows)


def _inside(rows: RawRows) -> int:
    """Count the empty lines that quoted fields hold: they are text and no records."""
    return sum((cell or "").split("\n")[1:-1].count("") for row in cells(rows) for cell in row)


LINES = st.lists(
    st.lists(
        st.sampled_from(["a", "é", "", "\r", '"', '"x"', '"""', '"a\nb"', '""']), max_size=4
    ).map(",".join),
    max_size=12,
)


@settings(deadline=None, max_examples=300)
@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.integers(1, 40))
def test_neither_the_fast_way_nor_the_size_of_blocks_changes_what_is_read(
    lines: list[str], end: str, ends: bool, block_bytes: int
) -> None:
    """The careful way, on the whole text at once, says what is right."""
    text = HEADER + end.join(lines) + end * ends
    with mock.patch("breakwater.landing.reading.read_csv.read_plain_csv", return_value=None):
        careful = read_csv_text(text, ["a", "b", "c"])
    with mock.patch("breakwater.landing.reading.read_csv.PIECE", 5):
        in_pieces = read_csv_text(text, ["a", "b", "c"])
    for found in (
        in_pieces,
        read_csv_text(text, ["a", "b", "c"]),
        read_csv_text(text, ["a", "b", "c"], block_bytes=block_bytes),
    ):
        assert cells(found) == cells(careful)
        assert found.source_row.tolist() == careful.source_row.tolist()
        assert found.refused == careful.refused


def test_the_fast_reader_takes_plain_text_and_leaves_the_rest() -> None:
    """So the property above is not about nothing."""
    positions = {"c": 2, "a": 0}

    def taken(text: bytes) -> dict[str, list[str]] | None:
        fast = read_plain_csv(text, COMMA, 3, positions)
        return fast and {name: column.to_pylist() for name, column in fast.columns.items()}

    assert taken(b"1,2,3\r\n,,\r\n") == {"c": ["3", ""], "a": ["1", ""]}
    assert taken(b'"1",2,"a ""b""\nc"\n1,2,3\n') == {"c": ['a "b"\nc', "3"], "a": ["1", "1"]}
    assert taken(b'1,2,3\n"x') == {"c": ["3"], "a": ["1"]}
    for text in (b'1" wide,2,3\n', b'"1" x,2,3\n', b"1\r,2,3\n", b'"1,2,3\n', b'"1"",2,3\n'):
        assert taken(text) is None


def test_the_fast_reader_tells_lines_of_another_width_by_number() -> None:
    """One bad line in a block does not send the other hundred thousand down the careful path."""
    fast = read_plain_csv(b"1,2,3\n1,2\n1,2,3\n1,2,3,4\n", COMMA, 3, {"a": 0})
    assert fast is not None
    assert (fast.numbers.tolist(), fast.wrong) == ([1, 3], [(2, "1,2"), (4, "1,2,3,4")])
