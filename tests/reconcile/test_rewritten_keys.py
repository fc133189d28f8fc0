"""Keys rewritten by the expression that engines run, beside the same said in Python."""

import string
from contextlib import closing

import pyarrow as pa
import pytest

from breakwater.contracts.matching import (
    ExactKey,
    Fuzzy,
    Group,
    Item,
    Normalised,
    NormalisedKey,
    Rule,
)
from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.reconcile.keys import log_with_keys, name_book, normalised, spelled_alike

KEYS = [
    *("C-10442", "c-10442", "  C 10442 ", "00420", "0", "000", "-0-", "---", ""),
    *("REF-7", "ref-7", "Ref-REF-7", "REFUND-7", "O'Brien-7", "o'brien-7", "' or 1=1 --"),
    *("Ünal-İ-ß-9", "id\u00a07\u2013x\u2014\u2010", "_a|b~{c}^`$%&#@!?", 'q"uo\\te', "a\tb"),
]

PUNCTUATION = {*string.punctuation, " ", "\t", "\u00a0", *map(chr, range(0x2010, 0x2016))}


def rewritten(rule: Normalised) -> list[str]:
    """Rewrite all keys on DuckDB."""
    with closing(DuckDBEngine("256MB", 1)) as engine:
        places = list(range(len(KEYS)))
        engine.load("book", pa.table({"record_key": KEYS, "place": places}))
        engine.define("told", f"select {normalised('record_key', rule)} as key, place from book")  # noqa: S608  the expression under test
        return list(engine.fetch("told", ("place",)).column("key").to_pylist())


def plainly(key: str, rule: Normalised) -> str:
    """Say in Python what the contract says in words."""
    found, prefixes = key, list(rule.strip_prefixes)
    if rule.ignore_case:
        found = _ascii_lower(found)
        prefixes = [_ascii_lower(prefix) for prefix in prefixes]
    fitting = [prefix for prefix in prefixes if found.startswith(prefix)]
    if fitting:
        found = found[len(max(fitting, key=len)) :]
    if rule.only_alphanumerics:
        found = "".join(c for c in found if c not in PUNCTUATION)
    if rule.strip_leading_zeros:
        found = found.lstrip("0")
    return found or key


def _ascii_lower(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


@pytest.mark.parametrize(
    "rule",
    [
        Normalised(),
        Normalised(ignore_case=True),
        Normalised(strip_prefixes=("REF", "REF-", "O'")),
        Normalised(ignore_case=True, strip_prefixes=("Ref-", "o'b", "O'")),
        Normalised(only_alphanumerics=True),
        Normalised(strip_leading_zeros=True),
        Normalised(strip_prefixes=("-",), only_alphanumerics=True, strip_leading_zeros=True),
        Normalised(
            ignore_case=True,
            strip_prefixes=("C", "c-1"),
            only_alphanumerics=True,
            strip_leading_zeros=True,
        ),
    ],
    ids=["none", "case", "prefix", "case_prefix", "characters", "zeros", "prefix_first", "all"],
)
def test_keys_are_rewritten_as_the_contract_says(rule: Normalised) -> None:
    """Prefixes once, the longest that fits; quotes are characters; what leaves nothing stays."""
    assert rewritten(rule) == [plainly(key, rule) for key in KEYS]


@pytest.mark.parametrize(
    "rule", [ExactKey(kind="exact_key"), NormalisedKey(kind="normalised_key"), None]
)
def test_without_a_key_rule_our_log_has_no_keys_and_the_vendors_book_has(
    rule: ExactKey | NormalisedKey | None,
) -> None:
    """Both are put as they are, and later rules read the log's keys where `log_with_keys` says."""
    with closing(DuckDBEngine("256MB", 1)) as engine:
        for table, name in ((CASE_EVENT, "case_event"), (ENFORCEMENT_ACTION, "enforcement_action")):
            columns = {column: pa.array(["x"]) for column in table.column_names}

            def put(under: str, columns: dict[str, pa.Array] = columns) -> None:
                engine.load(under, pa.table(columns | {"record_key": ["K"]}))

            name_book(engine, rule, table, name, put)
        told = [
            engine.fetch(name).to_pylist()[0]["record_key"]
            for name in ("case_event", "enforcement_action", log_with_keys(rule))
        ]
        assert told == ["K", "K" if rule else None, "K"]
        assert engine.fetch("enforcement_action").column_names == list(
            ENFORCEMENT_ACTION.column_names
        )


ZEROS = NormalisedKey(kind="normalised_key", strip_leading_zeros=True)
CASE = NormalisedKey(kind="normalised_key", ignore_case=True)
BY_CASE = Group(kind="group", shape="many_to_one", by="normalised_key", ignore_case=True)
BY_ITEM = Group(kind="group", shape="many_to_one", by="item")
KNOWN = ("7", "007", "a7", "A7", "0A7", "8")


@pytest.mark.parametrize(
    ("rules", "asked", "alike"),
    [
        ((ZEROS,), {"07"}, {"07", "7", "007"}),
        ((ZEROS, CASE), {"07", "A7"}, {"07", "7", "007", "a7", "A7", "0A7"}),
        ((CASE,), {"7", "0a7"}, {"7", "0a7", "0A7"}),
        ((BY_CASE,), {"a7"}, {"a7", "A7"}),
        ((Item(kind="item"), BY_ITEM, Fuzzy(kind="fuzzy"), ZEROS), {"8"}, {"8"}),
        ((ExactKey(kind="exact_key"), Item(kind="item"), BY_ITEM), {"07"}, {"07"}),
        ((), {"07"}, {"07"}),
        ((ZEROS,), set(), set()),
    ],
    ids=["zeros", "both", "case", "group", "last", "no_rewriting", "no_rule", "nothing_asked"],
)
def test_keys_that_a_rule_spells_alike_are_found(
    rules: tuple[Rule, ...], asked: set[str], alike: set[str]
) -> None:
    """Each rule by itself rewrites both sides; what is asked is among the answer, known or not."""
    with closing(DuckDBEngine("256MB", 1)) as engine:
        assert spelled_alike(engine, rules, asked, KNOWN) == alike


def test_where_no_key_is_known_only_the_asked_ones_are_alike() -> None:
    """A book without any key is a book of texts, too."""
    with closing(DuckDBEngine("256MB", 1)) as engine:
        assert spelled_alike(engine, (ZEROS, CASE), {"07"}, ()) == {"07"}
