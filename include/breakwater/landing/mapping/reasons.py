"""Named predicates over the rows of an export; a row carries every reason it fails."""

import json
from collections import defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.landing.mapping.local_time import Flags
from breakwater.landing.reading.raw_rows import RawRows, RefusedRow, hash_of_text, kept


class Reasons:
    """Collects which rows fail which predicate."""

    def __init__(self, row_count: int) -> None:
        """Start with no failures."""
        self._failures: dict[str, Flags] = {}
        self._none = np.zeros(row_count, dtype=bool)

    def add(self, reason: str, fails: Flags | pa.Array | pa.ChunkedArray) -> None:
        """Note the rows that fail a predicate; several predicates may share a name."""
        if not isinstance(fails, np.ndarray):
            if not pc.any(fails).as_py():
                return
            fails = fails.fill_null(False).to_numpy(zero_copy_only=False)
        if fails.any():
            self._failures[reason] = self._failures.get(reason, self._none) | fails

    def __bool__(self) -> bool:
        """Tell whether any row fails any predicate."""
        return bool(self._failures)

    @property
    def is_refused(self) -> Flags:
        """Rows that fail at least one predicate."""
        refused = self._none.copy()
        for fails in self._failures.values():
            refused |= fails
        return refused

    @property
    def counts(self) -> dict[str, int]:
        """How many rows carry each reason."""
        return {reason: int(self._failures[reason].sum()) for reason in sorted(self._failures)}

    def refused_rows(self, raw: RawRows) -> tuple[RefusedRow, ...]:
        """Return the failing rows, each with its reasons in alphabetical order."""
        reasons: dict[int, list[str]] = defaultdict(list)
        for reason in sorted(self._failures):
            for row in np.flatnonzero(self._failures[reason]):
                reasons[int(row)].append(reason)
        failing = sorted(reasons)
        contents = raw.columns.take(pa.array(failing, pa.int64())).to_pylist()
        return tuple(
            _refused(int(raw.source_row[row]), tuple(reasons[row]), content)
            for row, content in zip(failing, contents, strict=True)
        )


def _refused(source_row: int, reasons: tuple[str, ...], cells: dict[str, str | None]) -> RefusedRow:
    """Keep the cells of a row as JSON, each of them cut when it is long."""
    whole = json.dumps(cells, ensure_ascii=False, sort_keys=True)
    cut = {name: None if cell is None else kept(cell) for name, cell in cells.items()}
    content = whole if cut == cells else json.dumps(cut, ensure_ascii=False, sort_keys=True)
    return RefusedRow(source_row, reasons, hash_of_text(whole), content)
