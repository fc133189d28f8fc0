"""JSON: lines and documents, values inside of values, lists unrolled into records."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from whole_export import whole

from breakwater.contracts.file_format import JsonFormat, JsonLinesFormat
from breakwater.landing.reading.layout import MOST_COLUMNS, Layout, Wanted
from breakwater.landing.reading.nested import lookup
from breakwater.landing.reading.raw_rows import CUT, LONGEST_CONTENT, RawRows
from breakwater.landing.reading.read_json import LONGEST_RECORD, read_json
from breakwater.landing.reading.read_jsonl import read_jsonl
from breakwater.landing.reading.refusal import ExportRefusedError, Fault

ISSUE: dict[str, Any] = {
    "key": "OPS-1",
    "fields": {"status": {"name": "Open"}, "labels": ["spam", "urgent"], "a.b": "literal"},
    "changelog": {
        "histories": [
            {"created": "t1", "items": [{"to": "Open"}, {"to": "Done"}]},
            {"created": "t2", "items": []},
            {"created": "t3", "items": [{"to": "Open", "by": {"name": "x"}}]},
        ]
    },
}


def blocks(text: str, size: int = 7) -> Iterator[bytes]:
    """Cut a document into pieces."""
    content = text.encode()
    yield from (content[at : at + size] for at in range(0, len(content), size))


def lines_of(
    *records: object,
    names: tuple[str, ...],
    each: tuple[str, ...] = (),
    **wanted: Any,  # noqa: ANN401
) -> tuple[Layout, RawRows]:
    """Read records as JSON lines, each in a block of its own."""
    spelled = [each if isinstance(each, str) else json.dumps(each) for each in records]
    text = (f"{line}\n".encode() for line in spelled)
    find_layout, chunks = read_jsonl(text, Wanted(names, **wanted), each)
    rows = whole(chunks)
    return find_layout(), rows


def document(
    text: str, path: str = "", names: tuple[str, ...] = ("a",), each: tuple[str, ...] = ()
) -> RawRows:
    """Read a JSON document."""
    return whole(read_json((b for b in blocks(text)), path, Wanted(names), each)[1])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("key", "OPS-1"),
        ("fields.status.name", "Open"),
        ("fields.labels.0", "spam"),
        ("fields.labels.2", None),
        ("fields.a.b", "literal"),
        ("fields.nothing.name", None),
        ("changelog.histories.0.items.1.to", "Done"),
    ],
)
def test_a_dotted_path_leads_to_a_value(path: str, value: str | None) -> None:
    """Into objects by key, into lists by number; what is not there is no value."""
    _, rows = lines_of(ISSUE, names=("key", path) if path != "key" else (path,))
    assert rows.columns.column(path).to_pylist() == [value]


def test_a_key_that_is_spelled_with_dots_wins() -> None:
    """On every level."""
    record = {"a.b": "1", "a": {"b": "2", "c.d": {"e": "3"}}, "x.y": {"z": "4"}}
    assert lookup(record, "a.b") == (True, "1")
    assert lookup(record, "a.c.d.e") == (True, "3")
    assert lookup(record, "x.y.z") == (True, "4")
    assert lookup(record, "a.c.x") == (False, None)


@pytest.mark.parametrize("path", ["key.name", "fields", "fields.labels", "fields.labels.name"])
def test_a_path_that_does_not_end_at_a_plain_value_refuses_the_record(path: str) -> None:
    """The vendor changed what is there: that is never read as nothing."""
    _, rows = lines_of(ISSUE, {"key": "2"}, names=("key", path))
    assert rows.refused[0].reasons == ("value_not_scalar",)
    assert rows.refused[0].content == json.dumps(ISSUE)


def test_each_element_of_a_list_becomes_a_record() -> None:
    """Its parents repeat, and rows are numbered by element."""
    outer = "changelog.histories"
    names = ("key", f"{outer}.created", f"{outer}.items.to", f"{outer}.items.by.name")
    layout, rows = lines_of(ISSUE, ISSUE, names=names, each=(outer, f"{outer}.items"))
    once = [
        ("OPS-1", "t1", "Open", None),
        ("OPS-1", "t1", "Done", None),
        ("OPS-1", "t3", "Open", "x"),
    ]
    assert list(zip(*rows.columns.to_pydict().values(), strict=True)) == once * 2
    assert rows.source_row.tolist() == [1, 2, 3, 4, 5, 6]
    assert layout.columns == ("changelog", "fields", "key")
    assert layout.absent == ()


def test_one_strange_element_costs_one_record_on_every_level() -> None:
    """What stands behind it in the same list lands."""
    record = {
        "id": 1,
        "h": [
            {"items": [{"to": {"n": 1}}, {"to": "x"}, {"to": {"n": 2}}, 7]},
            {"items": "none"},
            "text",
            None,
            {"items": [{"to": {"n": 3}}, {"to": {"n": "\ud800"}}]},
        ],
    }
    _, rows = lines_of(record, names=("id", "h.items.to.n"), each=("h", "h.items"))
    assert rows.columns.column("h.items.to.n").to_pylist() == ["1", "2", "3"]
    assert [(row.source_row, row.reasons, row.content) for row in rows.refused] == [
        (2, ("value_not_scalar",), '{"to": "x"}'),
        (4, ("value_not_scalar",), "7"),
        (5, ("value_not_list",), '{"items": "none"}'),
        (6, ("value_not_list",), '"text"'),
        (8, ("line_unreadable",), '{"to": {"n": "\\ud800"}}'),
    ]
    assert rows.source_row.tolist() == [1, 3, 7]


def test_plain_elements_are_values_themselves() -> None:
    """A list of words, one record a word."""
    _, rows = lines_of({"id": 1, "w": ["x", "y"]}, names=("id", "w"), each=("w",))
    assert rows.columns.to_pydict() == {"id": ["1", "1"], "w": ["x", "y"]}


def test_a_line_without_elements_is_no_record_and_a_strange_element_is_refused_alone() -> None:
    """A line that holds something else than a list is refused as one record."""
    lines = [{"id": 1}, {"id": 2, "w": []}, {"id": 3, "w": None}, {"id": 4, "w": "x"}]
    lines += [{"id": 5, "w": [{"v": "1"}, {"v": [2]}, {"v": 3}]}]
    _, rows = lines_of(*lines, names=("id", "w.v"), each=("w",))
    assert [(row.source_row, row.reasons) for row in rows.refused] == [
        (1, ("value_not_list",)),
        (3, ("value_not_scalar",)),
    ]
    assert rows.refused[1].content == '{"v": [2]}'
    assert rows.source_row.tolist() == [2, 4]
    assert rows.columns.to_pydict() == {"id": ["5", "5"], "w.v": ["1", "3"]}


def test_lists_that_are_unrolled_lie_inside_each_other() -> None:
    """Two beside each other would multiply."""
    JsonLinesFormat(kind="jsonl", each=("a", "a.b", "a.b.c"))
    for form in (JsonLinesFormat, JsonFormat):
        with pytest.raises(ValueError, match="'b' is not below 'a'"):
            form.model_validate({"kind": form.__name__[:4].lower(), "each": ["a", "b"]})


def test_numbers_and_truth_values_are_spelled_as_other_formats_spell_them() -> None:
    """Whole numbers without a point, however long; what is no number is refused."""
    names = ("a",)
    _, rows = lines_of(
        '{"a": 1.0}', '{"a": 0.5}', '{"a": 1e3}', '{"a": 12345678901234567890}', names=names
    )
    assert rows.columns.column("a").to_pylist() == ["1", "0.5", "1000", "12345678901234567890"]
    bad = ['{"a": NaN}', '{"a": Infinity}', '{"a": -Infinity}', '{"a": 1e999}']
    _, rows = lines_of(*bad, '{"a": true}', '{"a": null}', names=names)
    assert rows.columns.column("a").to_pylist() == ["true", None]
    assert [row.reasons for row in rows.refused] == [("line_unreadable",)] * 4


def test_the_layout_is_every_key_that_was_there() -> None:
    """Whatever their order; by the contract's names and other spellings."""
    layout, rows = lines_of(
        {"b": 1, "A": 2},
        {"c": 1, "a": 3},
        {"A": None},
        names=("a", "d"),
        aliases={"a": ("A",)},
        optional=("d",),
    )
    assert layout.columns == ("A", "a", "b", "c")
    assert layout.absent == ("d",)
    assert layout.unnamed == ("b", "c")
    assert rows.columns.column("a").to_pylist() == ["2", "3", None]


def test_too_many_keys_refuse_the_file() -> None:
    """Keys that are data, say: a layout of them would grow without end."""
    with pytest.raises(ExportRefusedError) as raised:
        lines_of(*({f"k{n}": 1, "a": 1} for n in range(MOST_COLUMNS + 1)), names=("a",))
    assert raised.value.fault is Fault.TOO_MANY_COLUMNS


def test_a_key_that_no_record_has_refuses_the_file() -> None:
    """Also by its path."""
    for name in ("b", "a.b"):
        with pytest.raises(ExportRefusedError) as raised:
            lines_of({"a": {"c": 1}}, {"a": None}, names=(name,), indispensable=(name,))
        assert raised.value.fault is Fault.COLUMN_MISSING


def test_what_is_kept_of_a_refused_line_is_cut_and_marked() -> None:
    """A hash of the whole tells lines with the same beginning apart."""
    long = '{"a": "' + "x" * LONGEST_CONTENT
    _, rows = lines_of(long, long + "x", names=("a",))
    assert [row.content for row in rows.refused] == [long[:LONGEST_CONTENT] + CUT] * 2
    assert rows.refused[0].row_sha256 != rows.refused[1].row_sha256


RECORDS = '[{"a": 1}, {"a": "two\\n"},{"a":null}]'


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (RECORDS, ""),
        (f"\ufeff \n{RECORDS} ", ""),
        (f'{{"data": {RECORDS}}}', "data"),
        (f'{{"data": {{"x": [[]], "items": {RECORDS}, "n": 12}}, "next": null}}', "data.items"),
        (f'{{"n": -1.5e3, "s": "]}}\\"", "items": {RECORDS}}}', "items"),
    ],
)
def test_a_document_is_read_where_its_records_are(text: str, path: str) -> None:
    """Whatever stands beside them."""
    rows = document(text, path)
    assert rows.columns.to_pydict() == {"a": ["1", "two\n", None]}
    assert rows.source_row.tolist() == [1, 2, 3]


def test_lists_inside_of_a_document_are_unrolled() -> None:
    """As in lines."""
    text = '{"data": [{"id": "x", "w": [1, 2]}, {"id": "y", "w": []}]}'
    rows = document(text, "data", ("id", "w"), ("w",))
    assert rows.columns.to_pydict() == {"id": ["x", "x"], "w": ["1", "2"]}


def test_a_record_of_a_document_that_cannot_be_accepted_is_refused_alone() -> None:
    """Where it ends is known all the same."""
    bad = ['{"a": 1, "a": 2}', '{"a": NaN}', '{"a": ' + "9" * 5000 + "}", "7", '"x"', "null"]
    bad += ['{"a": "\\ud800"}', '{"a": {}}']
    rows = document(f'[{{"a": 1}}, {", ".join(bad)}, {{"a": 2}}]')
    assert rows.source_row.tolist() == [1, len(bad) + 2]
    assert [row.content for row in rows.refused] == bad


@pytest.mark.parametrize(
    ("text", "path", "fault"),
    [
        ("", "", Fault.EMPTY),
        (" \n", "", Fault.EMPTY),
        ('[{"a": 1}', "", Fault.CUT_SHORT),
        ('[{"a": 1},', "", Fault.CUT_SHORT),
        ('[{"a": 1}, {"a', "", Fault.CUT_SHORT),
        ('{"data": [{"a": 1}]', "data", Fault.CUT_SHORT),
        ('{"data": [{"a": 1}], "n": tru', "data", Fault.CUT_SHORT),
        ('[{"a": 1}] x', "", Fault.UNREADABLE),
        ('[{"a": 1}][]', "", Fault.UNREADABLE),
        ('[{"a": 1} {"a": 2}]', "", Fault.UNREADABLE),
        ('[{"a": 1}, ] and so on', "", Fault.UNREADABLE),
        ('[{"a": 1}, oranges, {"a": 2}]', "", Fault.UNREADABLE),
        ('{"data": [], }          ', "data", Fault.UNREADABLE),
        ('{"data": [], n: 12345678}', "data", Fault.UNREADABLE),
        ('{"a": 1}', "", Fault.UNREADABLE),
        ("[]", "data", Fault.UNREADABLE),
        ('{"data": {}}', "data", Fault.UNREADABLE),
        ('{"data": null}', "data", Fault.UNREADABLE),
        ('{"other": []}', "data", Fault.UNREADABLE),
        ('{"data": [], "data": []}', "data", Fault.UNREADABLE),
        ("[" + "[" * 100_000, "", Fault.UNREADABLE),
        ("<html>", "", Fault.UNREADABLE),
    ],
)
def test_a_document_that_is_none_is_refused(text: str, path: str, fault: Fault) -> None:
    """Its end is looked at, too, before anything counts."""
    size = 100_000
    with pytest.raises(ExportRefusedError) as raised:
        whole(read_json((b for b in blocks(text, size)), path, Wanted(("a",)))[1])
    assert raised.value.fault is fault


def test_a_record_that_is_too_long_refuses_the_document() -> None:
    """It would have to be held as a whole."""
    text = '[{"a": "' + "x" * LONGEST_RECORD + '"}]'
    for size in (1024**2, len(text)):
        with pytest.raises(ExportRefusedError, match="at most 8388608 characters"):
            whole(read_json((b for b in blocks(text, size)), "", Wanted(("a",)))[1])


def test_bytes_that_are_no_utf_8_refuse_the_document() -> None:
    """Wherever they stand."""
    for content in (b'[{"a": "\xff"}]', b'[{"a": 1}]\xe2\x82'):
        with pytest.raises(ExportRefusedError) as raised:
            whole(read_json((b for b in [content]), "", Wanted(("a",)))[1])
        assert raised.value.fault is Fault.OTHER_ENCODING
