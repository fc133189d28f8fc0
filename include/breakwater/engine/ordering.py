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


def count_repeated(batches: Iterable[pa.RecordBatch], key: Sequence[str]) -> int:
    """Count the rows that agree with the row before them in every column of a key.

    Args:
        batches: ordered by the key, whose columns hold no nulls.
        key: columns, one or more.
    """
    repeated = 0
    last: pa.RecordBatch | None = None
    for batch in batches:
        keys = batch.select(list(key))
        if last is not None and keys.num_rows:
            repeated += _equal(last, keys.slice(0, 1))
        repeated += _equal(keys.slice(0, max(keys.num_rows - 1, 0)), keys.slice(1))
        last = keys.slice(keys.num_rows - 1) if keys.num_rows else last
    return repeated


def _equal(rows: pa.RecordBatch, following: pa.RecordBatch) -> int:
    """Count the rows that equal the one that follows them.

    The last column is looked at first: it tells most rows apart, and mostly nothing is left to ask.
    """
    pairs = list(zip(rows.columns, following.columns, strict=True))
    same = pc.equal(*pairs.pop())
    while pairs and pc.any(same, min_count=0).as_py():
        same = pc.and_(pc.equal(*pairs.pop()), same)
    return pc.sum(same, min_count=0).as_py() or 0


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
