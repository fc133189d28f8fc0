"""The header of an export against its contract: other spellings, absent columns, what changed."""

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from breakwater.contracts.vendor import VendorContract
from breakwater.landing.reading.refusal import ExportRefusedError, Fault, shown

MOST_COLUMNS = 10_000
"""Columns of a header, or keys of JSON records, above which a file is refused."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a contract asks of the columns of its export.

    Attributes:
        names: the columns to read, by the contract's names.
        aliases: their other spellings. ``category[2]`` is the second column spelled ``category``.
        optional: those that an export may lack.
        indispensable: those that at least one JSON record must have.
    """

    names: tuple[str, ...]
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    indispensable: tuple[str, ...] = ()

    @classmethod
    def by(cls, contract: VendorContract) -> "Wanted":
        """Take what a vendor's contract says."""
        indispensable = set(contract.indispensable_columns) - set(contract.optional)
        return cls(
            contract.column_names,
            contract.aliases,
            contract.optional,
            tuple(name for name in contract.column_names if name in indispensable),
        )

    @property
    def meanings(self) -> dict[str, str]:
        """The contract's name for every spelling that it knows."""
        spellings = {
            spelling: name for name in self.names for spelling in self.aliases.get(name, ())
        }
        return spellings | {name: name for name in self.names}


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a file.

    Attributes:
        columns: as the file spells them, trimmed, in its order; of JSON the keys, sorted.
        renamed: the contract's name for each column that is spelled otherwise.
        absent: optional columns that are not there.
        meanings: the contract's name for every spelling that it knows, there or not.
    """

    columns: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)

    @property
    def unnamed(self) -> tuple[str, ...]:
        """Columns that the contract names nowhere; they are never read."""
        return tuple(column for column in self.columns if column not in self.meanings)


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different about a layout.

    Attributes:
        added: columns that were not there before.
        removed: columns that are no longer there.
        renamed: the spelling of today for each spelling of before.
        reordered: whether the columns of both stand in another order.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: Mapping[str, str]
    reordered: bool

    def __bool__(self) -> bool:
        """Tell whether anything changed."""
        return bool(self.added or self.removed or self.renamed or self.reordered)


def changes_since(before: Sequence[str], now: Layout) -> Changes:
    """Compare a layout with the columns of an earlier file."""
    added = [column for column in now.columns if column not in set(before)]
    removed = [column for column in before if column not in set(now.columns)]
    new = {now.meanings[column]: column for column in added if column in now.meanings}
    renamed = {
        column: new[now.meanings[column]] for column in removed if now.meanings.get(column) in new
    }
    taken = {*renamed, *renamed.values()}
    # A renamed column that kept its place is no reordering.
    old_order = [renamed.get(column, column) for column in before]
    common = set(old_order) & set(now.columns)
    return Changes(
        tuple(column for column in added if column not in taken),
        tuple(column for column in removed if column not in taken),
        renamed,
        [c for c in old_order if c in common] != [c for c in now.columns if c in common],
    )


def trimmed(cell: object) -> str:
    """Spell a header cell without white space around it and without invisible characters in it."""
    text = str(cell).replace("\0", "")
    if not text.isascii():
        text = "".join(each for each in text if unicodedata.category(each) not in {"Cf", "Cs"})
    return text.strip()


def find_columns(header: Iterable[object], wanted: Wanted) -> tuple[Layout, dict[str, int]]:
    """Return the layout of a header and where each named column stands that is there.

    Raises:
        ExportRefusedError: there are too many columns, a column that must be there is not, or
            several claim to be the same.
    """
    cells = [trimmed(cell) for cell in islice(header, MOST_COLUMNS + 1)]
    check_column_count(len(cells))
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        places.setdefault(cell, []).append(place)
    positions = dict(_positions(places, wanted))
    missing = [n for n in wanted.names if n not in positions and n not in wanted.optional]
    if missing:
        near = difflib.get_close_matches(missing[0], cells[:1000], n=1)
        nearest = f", nearest {shown(near[0])}" if near else ""
        raise ExportRefusedError(
            Fault.COLUMN_MISSING,
            expected=", ".join(map(repr, missing[:5])),
            found=f"{len(cells)} other columns{nearest}",
        )
    renamed = {cells[place]: name for name, place in positions.items() if cells[place] != name}
    absent = tuple(name for name in wanted.names if name not in positions)
    return Layout(tuple(cells), renamed, absent, wanted.meanings), positions


def check_column_count(count: int) -> None:
    """Hold the width of a file against the limit.

    Raises:
        ExportRefusedError: it is wider.
    """
    if count > MOST_COLUMNS:
        raise ExportRefusedError(
            Fault.TOO_MANY_COLUMNS, expected=f"at most {MOST_COLUMNS} columns", found="more"
        )


def _positions(places: Mapping[str, Sequence[int]], wanted: Wanted) -> Iterator[tuple[str, int]]:
    for name in wanted.names:
        numbered = [found for each in _aliases(name, wanted) for found in _numbered(places, each)]
        spelled = [
            found for each in (name, *_aliases(name, wanted)) for found in places.get(each, ())
        ]
        claiming = numbered or spelled
        if len(claiming) > 1:
            raise ExportRefusedError(
                Fault.COLUMN_AMBIGUOUS,
                expected=f"one column {name!r}",
                found=f"{len(claiming)} of that name",
            )
        if claiming:
            yield name, claiming[0]


def _aliases(name: str, wanted: Wanted) -> list[str]:
    """List the other spellings of a name that are no column of the contract themselves."""
    return [
        each for each in dict.fromkeys(wanted.aliases.get(name, ())) if each not in wanted.names
    ]


def _numbered(places: Mapping[str, Sequence[int]], alias: str) -> Sequence[int]:
    """Find the column of an alias such as ``category[2]``, unless one is spelled so itself."""
    spelling, _, number = alias.removesuffix("]").rpartition("[")
    if alias in places or not alias.endswith("]") or not number.isdecimal():
        return ()
    found = places.get(spelling, ())
    return found[int(number) - 1 : int(number)] if number != "0" else ()
