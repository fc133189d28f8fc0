"""Ids of records from what they say: no row's place in the file has a part in it."""

import hashlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.landing.records import Records

ID_BYTES = 16
CHUNK = 65_536

Ints = npt.NDArray[np.int64]


def identify(records: Records) -> tuple[pa.Array, Ints]:
    """Return the id of each record, and its place when the ids are sorted.

    Records that say the same are told apart by an ordinal, in the order of the file.
    """
    columns = [*records.columns.columns, *(h.at for h in records.happenings)]
    digests = [_digest(text) for text in _contents(columns, 0, records.columns.num_rows)]
    order, ordinal = _sorted(digests)
    for place in np.flatnonzero(ordinal):
        row = int(order[place])
        [text] = _contents(columns, row, row + 1)
        digests[row] = _digest(f"{text}\x1e{ordinal[place]}")
    if ordinal.any():
        order, _ = _sorted(digests)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return pa.array([digest.hex() for digest in digests], pa.string()), rank


def _contents(columns: list[pa.ChunkedArray], start: int, end: int) -> Iterator[str]:
    """Spell what records say, a few of them at a time."""
    for first in range(start, end, CHUNK):
        length = min(CHUNK, end - first)
        texts = [column.slice(first, length).cast(pa.string()) for column in columns]
        # Text that has landed holds no control characters: neither mark can be part of a value.
        yield from pc.binary_join_element_wise(
            *texts, "\x1f", null_handling="replace", null_replacement="\x00"
        ).to_pylist()


def _digest(content: str) -> bytes:
    return hashlib.sha256(content.encode()).digest()[:ID_BYTES]


def _sorted(digests: list[bytes]) -> tuple[Ints, Ints]:
    """Return the order of digests, and at each place the ordinal among equal ones."""
    halves = np.frombuffer(b"".join(digests), dtype=">u8").reshape(-1, 2)
    order = np.lexsort((halves[:, 1], halves[:, 0]))
    ranked = halves[order]
    places = np.arange(len(order))
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (ranked[1:] != ranked[:-1]).any(axis=1)
    return order, places - np.maximum.accumulate(np.where(is_first, places, 0))
