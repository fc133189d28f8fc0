"""Bring both books of a vendor-day, and the rules they are compared by, into an engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import pyarrow as pa

from breakwater.contracts.comparison import (
    Compared,
    FieldComparison,
    TimeComparison,
    comparison_on,
)
from breakwater.contracts.matching import ExactKey, Fuzzy, NormalisedKey, Rule, key_rule
from breakwater.contracts.operations import Operations
from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION, Table
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window
from breakwater.core.errors import NotLandedError
from breakwater.engine.base import Engine
from breakwater.reconcile.keys import name_book
from breakwater.warehouse.database import Connection
from breakwater.warehouse.lake import Lake, Partition, Written, current_version


class Closeness(NamedTuple):
    """How far apart, in seconds, instants are equal, and how far they are still tolerated."""

    equal: int
    tolerated: int


@dataclass(frozen=True, slots=True)
class VendorDay:
    """What is reconciled, and by which rules."""

    contract: VendorContract
    day: date
    window: Window
    operations: Operations

    @property
    def vendor(self) -> str:
        """The vendor's slug."""
        return self.contract.vendor

    @property
    def neighbours(self) -> tuple[date, date]:
        """The days before and after."""
        return self.day - timedelta(days=1), self.day + timedelta(days=1)

    @property
    def comparison(self) -> Mapping[Compared, FieldComparison]:
        """How each field of a pair is compared: by the vendor's own list, or the default."""
        own = self.contract.comparison
        return comparison_on(self.operations.comparison if own is None else own, self.day)

    @property
    def closeness(self) -> Closeness:
        """How close the instants of a pair have to be, in seconds."""
        tolerances = self.operations.tolerances
        how = self.comparison.get(Compared.DECIDED_AT)
        own = how if isinstance(how, TimeComparison) else TimeComparison(field=Compared.DECIDED_AT)
        return Closeness(
            tolerances.matched_seconds if own.matched_seconds is None else own.matched_seconds,
            tolerances.time_seconds if own.tolerance_seconds is None else own.tolerance_seconds,
        )

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The matching rules of the day, in order: the vendor's own, or else the operation's."""
        return (self.contract.matching or self.operations.matching).in_force_on(self.day)

    @property
    def key_rule(self) -> ExactKey | NormalisedKey | None:
        """The rule by which whole books are joined, if there is one."""
        return key_rule(self.rules)

    @property
    def suggesting_rules(self) -> list[Fuzzy]:
        """The rules that suggest and never pair."""
        return [rule for rule in self.rules if isinstance(rule, Fuzzy)]


@dataclass(frozen=True, slots=True)
class Books:
    """Current versions of a vendor-day's two books.

    Attributes:
        own: the vendor's, composed of everything that was delivered for the day.
        actions: the day's slice of the enforcement log, its edges included.
    """

    own: Written
    actions: Written

    @property
    def hashes(self) -> list[str]:
        """Content hashes, in a stable order."""
        return [self.own.sha256, self.actions.sha256]

    @property
    def row_count(self) -> int:
        """Rows of all files together."""
        return self.own.row_count + self.actions.row_count


def books_of(connection: Connection, vendor: str, day: date) -> Books:
    """Return the current versions that reconciling a vendor-day reads.

    Raises:
        NotLandedError: the day's own export or its slice of the log is not there. Rows that a
            later export brought are no substitute: all others would be reported as missing.
    """
    own = current_version(connection, Partition.of_day(CASE_EVENT.name, day, vendor))
    actions = current_version(connection, Partition.of_day(ENFORCEMENT_ACTION.name, day, vendor))
    if own is None or actions is None:
        found = [
            name
            for name, version in ((CASE_EVENT.name, own), (ENFORCEMENT_ACTION.name, actions))
            if version is not None
        ]
        raise NotLandedError(
            vendor,
            day,
            "there is nothing to reconcile",
            expected="both books landed",
            found=" and ".join(found) or "neither",
        )
    return Books(own, actions)


def read_books(engine: Engine, lake: Lake, about: VendorDay, books: Books) -> None:
    """Make both books and the rules readable: the inputs of the matching models."""
    load_rules(engine, about)
    for table, book in ((CASE_EVENT, books.own), (ENFORCEMENT_ACTION, books.actions)):
        scan_book(engine, about, table, table.name, [lake.url(book.path)])


def scan_book(
    engine: Engine, about: VendorDay, table: Table, name: str, files: Sequence[str]
) -> None:
    """Make files of a book readable under a name, their keys as the day's key rule compares them."""
    name_book(engine, about.key_rule, table, name, lambda each: engine.scan(each, files, table))


def load_rules(engine: Engine, about: VendorDay) -> None:
    """Load ``run``, one row with the day's window and tolerances, and ``book_event_type``."""
    engine.load("run", pa.Table.from_pylist([parameters_of(about)], _RUN))
    types = [event_type.value for event_type in about.contract.book.event_types]
    engine.load("book_event_type", text_column("event_type", types))


def parameters_of(about: VendorDay) -> dict[str, object]:
    """Return what the models compare by: instants in UTC seconds, durations in seconds."""
    matching = about.operations.matching
    return {
        "operational_day": about.day,
        "vendor": about.vendor,
        "key_rule": about.key_rule.rule if about.key_rule else None,
        "window_start": about.window.start,
        "window_end": about.window.end,
        "edge_seconds": matching.edge_seconds,
        "window_seconds": matching.window_seconds,
        "matched_seconds": about.closeness.equal,
        "time_seconds": about.closeness.tolerated,
        "enforcement_seconds": about.operations.tolerances.enforcement_seconds,
    }


def text_column(name: str, values: list[str]) -> pa.Table:
    """Return a table of one text column."""
    return pa.table({name: pa.array(values, pa.string())})


_RUN = pa.schema(
    [
        ("operational_day", pa.date32()),
        ("vendor", pa.string()),
        ("key_rule", pa.string()),
        *(
            (name, pa.int64())
            for name in (
                "window_start",
                "window_end",
                "edge_seconds",
                "window_seconds",
                "matched_seconds",
                "time_seconds",
                "enforcement_seconds",
            )
        ),
    ]
)
