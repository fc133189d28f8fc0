"""Look whether rows that arrive in batches are in order."""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc


class OutOfOrderError(Exception):
    """A row came before one that it should follow."""


def in_order(
    batches: Iterable[pa.RecordBatch], order_by: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """Pass batches on for as long as no row is below the one before it.

    Text is compared by its bytes. Rows that are equal in all columns of the order are in order.

    Args:
        batches: with the columns of the order, which hold no nulls.
        order_by: columns, the first being the most significant.

    Raises:
        OutOfOrderError: a row is out of order; earlier batches have been passed on.
    """
    last: pa.RecordBatch | None = None
    for batch in batches:
        if not batch.num_rows:
            continue
        keys = batch.select(list(order_by))
        if last is not None and _falls(last, keys.slice(0, 1)):
            raise OutOfOrderError
        if _falls(keys.slice(0, keys.num_rows - 1), keys.slice(1)):
            raise OutOfOrderError
        last = keys.slice(keys.num_rows - 1)
        yield batch


def _falls(rows: pa.RecordBatch, following: pa.RecordBatch) -> bool:
    """Return whether any row is above the one that follows it: lexicographically, column by column."""
    if not rows.num_columns or not rows.num_rows:
        return False
    pairs = list(zip(rows.columns, following.columns, strict=True))
    *leading, (one, other) = pairs
    falls = reduce(
        lambda later, pair: pc.or_(pc.greater(*pair), pc.and_(pc.equal(*pair), later)),
        reversed(leading),
        pc.greater(one, other),
    )
    return bool(pc.any(falls, min_count=0).as_py())
