"""The key by which whole books are joined: as both books state it, rewritten, or none at all."""

from collections.abc import Callable, Collection, Iterable
from typing import TypeGuard

import pyarrow as pa

from breakwater.contracts.matching import ExactKey, Group, Normalised, NormalisedKey, Rule
from breakwater.contracts.tables import ENFORCEMENT_ACTION, Table
from breakwater.engine.base import Engine

_UPPER, _LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \t\u00a0\u2010\u2011\u2012\u2013\u2014\u2015"


def normalised(column: str, rule: Normalised) -> str:
    """Return the SQL expression that rewrites a text column as a rule says.

    `translate` on lists of characters, because `lower` and regular expressions differ by engine.
    """
    key = column
    prefixes: tuple[str, ...] = rule.strip_prefixes
    if rule.ignore_case:
        key = _translated(key, _UPPER, _LOWER)
        prefixes = tuple(prefix.translate(str.maketrans(_UPPER, _LOWER)) for prefix in prefixes)
    if prefixes:
        whens = " ".join(
            f"when substr({key}, 1, {len(prefix)}) = {_literal(prefix)}"
            f" then substr({key}, {len(prefix) + 1})"
            for prefix in sorted(set(prefixes), key=lambda prefix: (-len(prefix), prefix))
        )
        key = f"case {whens} else {key} end"
    if rule.only_alphanumerics:
        key = _translated(key, _PUNCTUATION, "")
    if rule.strip_leading_zeros:
        key = f"trim(leading '0' from {key})"
    return column if key == column else f"coalesce(nullif({key}, ''), {column})"


def spelled_alike(
    engine: Engine, rules: Iterable[Rule], asked: Collection[str], known: Collection[str]
) -> set[str]:
    """Return the keys that are among the asked ones, or that a rule rewrites as it does one of those.

    Args:
        engine: any; it rewrites as it does when whole books are joined.
        rules: those in force; the ones that rewrite no key are passed over.
        asked: keys as a book states them.
        known: the keys to choose from, as books state them.
    """
    alike = set(asked)
    rewriting = [rule for rule in rules if _rewrites(rule)]
    if not rewriting or not asked:
        return alike
    for name, keys in (("asked_key", asked), ("known_key", known)):
        engine.load(name, pa.table({"record_key": pa.array(sorted(keys), pa.string())}))
    for place, rule in enumerate(rewriting):
        key = normalised("record_key", rule)
        name = f"alike_key_{place}"
        engine.stage(
            name,
            f"select record_key from known_key where {key} in (select {key} from asked_key)",  # noqa: S608  our own text
        )
        alike.update(engine.fetch(name).column("record_key").to_pylist())
    return alike


def _rewrites(rule: Rule) -> TypeGuard[NormalisedKey | Group]:
    return isinstance(rule, NormalisedKey) or (
        isinstance(rule, Group) and rule.by == "normalised_key"
    )


def log_with_keys(rule: ExactKey | NormalisedKey | None, log: str = ENFORCEMENT_ACTION.name) -> str:
    """Return the name under which later rules find our log's keys: as stated, if none joins books."""
    return log if rule else f"stated_{log}"


def name_book(
    engine: Engine,
    rule: ExactKey | NormalisedKey | None,
    table: Table,
    name: str,
    put: Callable[[str], None],
) -> None:
    """Make a book readable under a name, its keys as the key rule compares them.

    Everything that works with keys sees the rewritten ones: joins, claims over midnight, outcomes.
    Without a key rule our own log has no keys, so no two can be the same; see `log_with_keys`.

    Args:
        engine: where the book is to be read.
        rule: the day's key rule.
        table: the lake table that the book is.
        name: under which the models read it.
        put: loads or scans the book as it is, under the name it is given.
    """
    key = "record_key"
    if isinstance(rule, NormalisedKey):
        key = normalised("record_key", rule)
    elif rule is None and table.name == "enforcement_action":
        key = "cast(null as text)"
    if key == "record_key":
        put(name)
        return
    put(f"stated_{name}")
    columns = ", ".join(
        f"{key} as record_key" if column == "record_key" else column
        for column in table.column_names
    )
    engine.define(name, f"select {columns} from stated_{name}")  # noqa: S608  our own columns and names


def _translated(text: str, these: str, those: str) -> str:
    return f"translate({text}, {_literal(these)}, {_literal(those)})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
