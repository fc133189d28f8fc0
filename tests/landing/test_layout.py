"""Headers that drift: other spellings, other order, more and fewer columns."""

import gzip
from pathlib import Path

import pytest
from vendor_exports import as_csv, contract, rows_of
from whole_export import csv_text

from breakwater.landing.reading.layout import (
    MOST_COLUMNS,
    Changes,
    Layout,
    Wanted,
    changes_since,
    find_columns,
    trimmed,
)
from breakwater.landing.reading.read_export import open_export
from breakwater.landing.reading.refusal import ExportRefusedError, Fault

UCI = Path(__file__).parents[3] / "shared/data/uci_incident_log"
NOTHING = Changes((), (), {}, reordered=False)


def wanted(**changes: object) -> Wanted:
    """Ask for the columns a and b."""
    return Wanted(("a", "b"), **changes)  # type: ignore[arg-type]


def test_columns_may_stand_in_any_order_among_others() -> None:
    """Only what the contract names is looked for."""
    layout, positions = find_columns(["x", "b", "y", "a"], wanted())
    assert positions == {"a": 3, "b": 1}
    assert layout.columns == ("x", "b", "y", "a")
    assert layout.unnamed == ("x", "y")
    assert (layout.renamed, layout.absent) == ({}, ())


def test_an_alias_is_the_column_of_the_contract() -> None:
    """And the layout tells which spelling the file has."""
    terms = wanted(aliases={"a": ("A", "Column A"), "b": ("B",)})
    layout, positions = find_columns(["Column A", "b"], terms)
    assert positions == {"a": 0, "b": 1}
    assert layout.renamed == {"Column A": "a"}
    assert layout.unnamed == ()


def test_two_columns_that_claim_to_be_the_same_are_refused() -> None:
    """Whichever would be read, it might be the wrong one."""
    terms = wanted(aliases={"a": ("A",)})
    for header in (["a", "A", "b"], ["A", "A", "b"], ["a", "b", "a"]):
        with pytest.raises(ExportRefusedError, match="one column 'a'; found 2") as raised:
            find_columns(header, terms)
        assert raised.value.fault is Fault.COLUMN_AMBIGUOUS


def test_a_column_of_the_contract_is_no_alias_of_another() -> None:
    """It has a name of its own."""
    _, positions = find_columns(["b", "x"], wanted(aliases={"a": ("b", "x")}))
    assert positions == {"a": 1, "b": 0}


def test_a_repeated_spelling_is_reached_by_its_number() -> None:
    """A damaged header may name two columns alike."""
    terms = wanted(aliases={"b": ("a[2]",), "a": ("a[1]",)})
    layout, positions = find_columns(["a", "x", "a"], terms)
    assert positions == {"a": 0, "b": 2}
    assert layout.renamed == {"a": "b"}
    for alias in ("a[3]", "a[0]", "a[x]", "a[-1]", "[2]"):
        with pytest.raises(ExportRefusedError):
            find_columns(["a", "x", "a"], wanted(aliases={"b": (alias,), "a": ("a[1]",)}))


def test_optional_columns_may_be_absent_and_have_no_values_then() -> None:
    """The records land without them."""
    layout, rows = csv_text("x,a\n9,1\n", wanted(optional=("b",)))
    assert layout.absent == ("b",)
    assert rows.columns.to_pydict() == {"a": ["1"], "b": [None]}
    with pytest.raises(ExportRefusedError, match="expected 'a'; found 1 other columns"):
        find_columns(["b"], wanted(optional=("b",)))


@pytest.mark.parametrize(
    "header",
    [
        "\ufeffa, b ",
        "a\u200b,\u200eb",
        " a\t,\u00a0b",
        '"a","b"',
        "a\0,b",
        "a,b\r",
    ],
)
def test_what_nobody_sees_in_a_header_does_not_hide_a_column(header: str) -> None:
    """Byte-order marks in the middle of a file, spaces, marks of direction."""
    layout, rows = csv_text(f"{header}\n1,2\n", wanted())
    assert layout.columns == ("a", "b")
    assert rows.columns.to_pydict() == {"a": ["1"], "b": ["2"]}


def test_visible_and_control_characters_stay_in_names() -> None:
    """A name that only looks alike is another name."""
    assert trimmed("deci\x1bded") == "deci\x1bded"
    assert trimmed("d\u0435cided") == "d\u0435cided"


def test_a_header_of_too_many_columns_is_refused() -> None:
    """Before anything is made of them."""
    names = [f"c{n}" for n in range(MOST_COLUMNS - 2)]
    find_columns(["a", "b", *names], wanted())
    for text in (",".join(["a", "b", "c", *names]), '"a\nb",' + "," * MOST_COLUMNS):
        with pytest.raises(ExportRefusedError, match="at most 10000 columns") as raised:
            csv_text(text + "\n", wanted())
        assert raised.value.fault is Fault.TOO_MANY_COLUMNS


def layout_of(*columns: str) -> Layout:
    """Return the layout of a header."""
    return find_columns(columns, wanted(aliases={"a": ("A", "aa"), "b": ("B",)}))[0]


@pytest.mark.parametrize(
    ("before", "now", "changes"),
    [
        (["a", "b"], ["a", "b"], NOTHING),
        (["a", "b"], ["a", "b", "c"], Changes(("c",), (), {}, reordered=False)),
        (["a", "c", "b"], ["a", "b"], Changes((), ("c",), {}, reordered=False)),
        (["a", "b"], ["A", "b"], Changes((), (), {"a": "A"}, reordered=False)),
        (["aa", "b"], ["A", "b"], Changes((), (), {"aa": "A"}, reordered=False)),
        (["A", "B"], ["B", "aa"], Changes((), (), {"A": "aa"}, reordered=True)),
        (["a", "b"], ["b", "a"], Changes((), (), {}, reordered=True)),
        (["a", "b", "c"], ["d", "a", "b"], Changes(("d",), ("c",), {}, reordered=False)),
    ],
)
def test_what_changed_since_another_file(
    before: list[str], now: list[str], changes: Changes
) -> None:
    """A rename within the contract's spellings is told as one, and is no loss."""
    found = changes_since(before, layout_of(*now))
    assert found == changes
    assert bool(found) == (changes != NOTHING)


def test_the_damaged_header_of_another_export_is_read_by_aliases_alone() -> None:
    """The same 141,712 rows: one column renamed, and another named like its neighbour."""
    if not UCI.exists():
        pytest.skip("the incident log is not on this machine")
    names = ("number", "incident_state", "category", "subcategory", "sys_mod_count")
    aliases = {
        "incident_state": ("ident_state",),
        "category": ("category[1]",),
        "subcategory": ("category[2]",),
    }
    columns = {}
    for name in ("incident_event_log.csv.gz", "variants/ids_stripped_export.csv.gz"):
        text = gzip.decompress((UCI / name).read_bytes()).decode()
        layout, rows = csv_text(text, Wanted(names, aliases))
        assert (rows.columns.num_rows, rows.refused) == (141_712, ())
        columns[name] = rows.columns
    assert layout.renamed["ident_state"] == "incident_state"
    original, other = columns.values()
    for name in ("incident_state", "sys_mod_count"):
        assert original.column(name).to_pylist() == other.column(name).to_pylist()
    stripped = [
        cell.removeprefix("Subcategory ") for cell in original.column("subcategory").to_pylist()
    ]
    assert stripped == other.column("subcategory").to_pylist()


def test_a_contract_says_it_all(tmp_path: Path) -> None:
    """Aliases and optional columns of the contract reach the reader."""
    file = tmp_path / "export.csv"
    content = as_csv(rows_of({})).decode().replace("case,", "Case No,").replace("agent", "who")
    file.write_text(content)
    terms = contract(aliases={"case": ["Case No"]}, optional=["agent"])
    export = open_export(file, terms)
    [chunk] = export.chunks
    assert chunk.columns.column("case").to_pylist() == ["C-1"]
    assert chunk.columns.column("agent").to_pylist() == [None]
    assert export.layout.renamed == {"Case No": "case"}
    assert export.layout.absent == ("agent",)
    assert export.layout.unnamed == ("who",)
