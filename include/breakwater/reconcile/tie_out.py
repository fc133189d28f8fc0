"""Control totals of both books: what there was is what has been accounted for, each record once."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from breakwater.core.errors import TieOutError
from breakwater.core.vocabulary import Direction, Outcome, Side
from breakwater.engine.base import Engine
from breakwater.engine.ordering import count_repeated
from breakwater.reconcile.model_files import model


@dataclass(frozen=True, slots=True)
class Tally:
    """Records of one side, outcome, direction and queue; in `case_count` a pair counts once."""

    side: Side
    outcome: Outcome
    queue: str
    record_count: int
    case_count: int
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class TieOut:
    """One book of a vendor-day.

    Attributes:
        side: which book.
        population: records that had to end somewhere.
        matched: those that agree with the other book.
        breaks: those that do not.
        borrowed: records of the day that a neighbour paired over midnight; outside the population.
        brought_in: records of neighbouring days that this day paired; inside the population.
    """

    side: Side
    population: int
    matched: int
    breaks: int
    borrowed: int
    brought_in: int


def take_tallies(engine: Engine) -> list[Tally]:
    """Count the outcomes that were written, in a stable order."""
    engine.stage("tally", model("tally"))
    return [
        Tally(
            Side(row["side"]),
            Outcome(row["outcome"]),
            row["queue"],
            row["record_count"],
            row["case_count"],
            None if row["direction"] is None else Direction(row["direction"]),
        )
        for row in engine.fetch("tally", ("side", "outcome", "direction", "queue")).to_pylist()
    ]


def must_tell_each_once(vendor: str, day: date, file: Path, key: Sequence[str]) -> None:
    """Look for records that were written twice: in a file ordered by what names a record, side by side.

    Raises:
        TieOutError: a record has more than one outcome.
    """
    with pq.ParquetFile(file) as written:
        repeated = count_repeated(written.iter_batches(columns=list(key)), key)
    if repeated:
        raise TieOutError(
            vendor, day, "records with several outcomes", expected="0", found=str(repeated)
        )


def tie_out(vendor: str, day: date, engine: Engine, tallies: Iterable[Tally]) -> list[TieOut]:
    """Hold the written outcomes against both populations.

    Raises:
        TieOutError: a record ended nowhere, or more records ended than there are.
    """
    engine.stage("population", model("population"))
    counts: Counter[tuple[Side, bool]] = Counter()
    for tally in tallies:
        counts[tally.side, tally.outcome.is_break] += tally.record_count
    rows = {row["side"]: row for row in engine.fetch("population").to_pylist()}
    return [_tied(vendor, day, side, rows[side], counts) for side in Side]


def _tied(
    vendor: str,
    day: date,
    side: Side,
    population: Mapping[str, int],
    counts: Counter[tuple[Side, bool]],
) -> TieOut:
    matched, breaks = counts[side, False], counts[side, True]
    if matched + breaks != population["population"]:
        raise TieOutError(
            vendor,
            day,
            f"the {side} book does not tie out",
            expected=f"{population['population']} records accounted for",
            found=f"{matched} matched and {breaks} breaks",
        )
    return TieOut(
        side,
        population["population"],
        matched,
        breaks,
        population["borrowed"],
        population["brought_in"],
    )
