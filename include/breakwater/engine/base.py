"""What every engine offers; models are named SELECTs in the subset that all of them speak."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from breakwater.contracts.tables import Table

ARROW_TYPES = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}
SHARED_TYPES = {*ARROW_TYPES.values(), pa.int32()}
"""Arrow types of results that every engine gives; a plain sum of bigints is none of them."""


class PortabilityError(Exception):
    """A model yields a type that the engines do not share: a fault of the model, found by a test."""

    def __init__(self, name: str, column: str, found: str) -> None:
        """Name the column and say what to do about it."""
        super().__init__(
            f"{name}.{column}: expected text, bigint, integer, double, date or boolean;"
            f" found {found}; cast it in the model, as in cast(sum(x) as bigint)"
        )


def arrow_schema(table: Table) -> pa.Schema:
    """Return the Arrow schema of a lake table; what is required is not nullable."""
    return pa.schema(
        [
            pa.field(column.name, ARROW_TYPES[column.type], nullable=not column.required)
            for column in table.columns
        ]
    )


def each_name(names: str | Sequence[str]) -> Sequence[str]:
    """Return what `Engine.write` is asked to write, in order."""
    return [names] if isinstance(names, str) else names


class Engine(Protocol):
    """One session: inputs are loaded or scanned, models staged, results taken or written."""

    def load(self, name: str, rows: pa.Table) -> None:
        """Make a small Arrow table readable under a name."""

    def scan(self, name: str, files: Sequence[str], table: Table) -> None:
        """Make Parquet files readable under a name; an empty list gives an empty table.

        A column that a file was written without, before the table had it, is null there.
        """

    def define(self, name: str, select: str) -> None:
        """Give a model a name without running it: it runs within every model that reads it."""

    def stage(self, name: str, select: str) -> None:
        """Run a model and keep its rows under its name."""

    def fetch(self, name: str, order_by: Sequence[str] = ()) -> pa.Table:
        """Return the rows of a name.

        Raises:
            PortabilityError: a column has a type that the engines do not share.
        """

    def count(self, name: str) -> int:
        """Return how many rows a name has."""

    def write(
        self,
        names: str | Sequence[str],
        table: Table,
        order_by: Sequence[str],
        file: Path,
        *,
        likely_ordered: bool = False,
        held_rows: int = 0,
    ) -> int:
        """Write the rows of one or more names as one Parquet file; return the row count.

        Rows are cast to the lake table, ordered within each name and streamed: equal rows give
        equal bytes on every engine, and a result larger than memory can be written.

        Args:
            names: what to write; of several names, one after the other.
            table: what the file holds.
            order_by: columns by which the rows of a name are ordered.
            file: where to.
            likely_ordered: the models read a book in its order and keep it. An engine may then
                look whether the rows arrive in order before it sorts them; the result is the same.
            held_rows: about how many rows a join of the models holds by their key at a time. An
                engine that would lose the order with so many need not look; the result is the same.

        Raises:
            pyarrow.ArrowInvalid: a value does not fit its column, or a required one is null.
        """

    def close(self) -> None:
        """End the session and drop what it staged."""


def run_models(engine: Engine, models: Iterable[tuple[str, str]]) -> None:
    """Stage named SELECTs in order."""
    for name, select in models:
        engine.stage(name, select)
