"""JSON lines: one object a line; a line that is none is refused alone."""

import json
from collections.abc import Sequence
from typing import Any

from breakwater.landing.raw_rows import RawRows, RawRowsBuilder
from breakwater.landing.refusal import ExportRefusedError, Fault


class _RepeatedKeyError(ValueError):
    """An object names a key twice: readers disagree which value counts."""


def read_jsonl(text: str, names: Sequence[str], indispensable: Sequence[str]) -> RawRows:
    """Read the named keys of one JSON object a line.

    Args:
        text: the file.
        names: keys to read; a record may leave out any of them.
        indispensable: those that at least one record must have.

    Raises:
        ExportRefusedError: no record has an indispensable key.
    """
    rows, seen = RawRowsBuilder(names), set[str]()
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            record = json.loads(line, object_pairs_hook=_object)
            values = [_text(record.get(name)) for name in names]
            # A lone surrogate is legal in JSON and is no text.
            "".join(value for value in values if value).encode()
        except (ValueError, RecursionError, AttributeError):
            rows.refuse("line_unreadable", line)
        except TypeError:
            rows.refuse("value_not_scalar", line)
        else:
            seen.update(record)
            rows.add(values)
    built = rows.build()
    absent = [name for name in indispensable if name not in seen]
    if absent and built.columns.num_rows:
        raise ExportRefusedError(
            Fault.COLUMN_MISSING,
            expected=", ".join(map(repr, absent[:5])),
            found=f"{len(seen)} other keys in {built.physical_rows} records",
        )
    return built


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise _RepeatedKeyError
    return record


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    raise TypeError
