"""An export read to its end, for tests of what is done with its rows."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from breakwater.contracts.file_format import CsvFormat
from breakwater.contracts.vendor import VendorContract
from breakwater.landing.reading.layout import Layout, Wanted
from breakwater.landing.reading.lines import line_blocks
from breakwater.landing.reading.raw_rows import RawRows
from breakwater.landing.reading.read_csv import read_csv
from breakwater.landing.reading.read_export import open_export
from breakwater.landing.reading.unpack import BLOCK


def read_export(file: Path, contract: VendorContract, block_bytes: int = BLOCK) -> RawRows:
    """Read a file to its end."""
    return whole(open_export(file, contract, block_bytes).chunks)


def read_csv_text(
    text: str,
    names: Sequence[str],
    *,
    block_bytes: int = BLOCK,
    **form: Any,  # noqa: ANN401
) -> RawRows:
    """Read delimited text."""
    return csv_text(text, Wanted(tuple(names)), block_bytes=block_bytes, **form)[1]


def csv_text(
    text: str,
    wanted: Wanted,
    *,
    block_bytes: int = BLOCK,
    **form: Any,  # noqa: ANN401
) -> tuple[Layout, RawRows]:
    """Read delimited text; return its layout, too."""
    content = text.encode()
    pieces = (content[at : at + block_bytes] for at in range(0, len(content), block_bytes))
    lines = line_blocks(pieces, "utf-8")
    layout, chunks = read_csv(lines, CsvFormat.model_validate({"kind": "csv"} | form), wanted)
    return layout, whole(chunks)


def whole(chunks: Iterable[RawRows]) -> RawRows:
    """Join chunks."""
    parts = list(chunks)
    if not parts:
        return RawRows(pa.table({}), np.array([], dtype=np.int64), ())
    return RawRows(
        pa.concat_tables([part.columns for part in parts]),
        np.concatenate([part.source_row for part in parts]),
        tuple(row for part in parts for row in part.refused),
    )
