"""Which clocks of which cases end otherwise under another configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import fsspec
import pyarrow.parquet as pq

_COLUMNS = ("clock", "case_id_vendor", "cycle", "triggered_at", "state", "is_excused")

Outcomes = Mapping[tuple[str, str, int, int], str]
"""How each run of a clock ended: its state, or ``excused``; by clock, case, cycle and trigger."""


@dataclass(frozen=True, slots=True, order=True)
class ChangedOutcome:
    """One run of a clock that ends otherwise.

    Attributes:
        clock: which.
        case_id_vendor: on which case.
        cycle: which of its cycles.
        before: the state that the warehouse serves, or ``excused``; None where the clock did not run.
        after: what it would be; None where it would not run.
    """

    clock: str
    case_id_vendor: str
    cycle: int
    before: str | None
    after: str | None


def outcomes_in(address: str | Path) -> Outcomes:
    """Read how the runs in a file of ``clock_run`` ended.

    A file from before clocks had cycles and excusals has one cycle a start, and excused nothing.
    """
    file_system, place = fsspec.core.url_to_fs(str(address))
    with file_system.open(place, "rb") as stream:
        known = set(pq.read_schema(stream).names)
        stream.seek(0)
        table = pq.read_table(stream, columns=sorted({*_COLUMNS, "started_at"} & known))
    older: dict[str, list[object]] = {
        "cycle": [1] * table.num_rows,
        "is_excused": [False] * table.num_rows,
        "triggered_at": table.column("started_at").to_pylist(),
    }
    columns = [
        table.column(name).to_pylist() if name in known else older[name] for name in _COLUMNS
    ]
    return {
        (clock, case, cycle, triggered): "excused" if is_excused else state
        for clock, case, cycle, triggered, state, is_excused in zip(*columns, strict=True)
    }


def changed_outcomes(before: Outcomes, after: Outcomes) -> tuple[ChangedOutcome, ...]:
    """List the runs whose outcome differs, by clock, case and cycle."""
    return tuple(
        ChangedOutcome(key[0], key[1], key[2], before.get(key), after.get(key))
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    )
