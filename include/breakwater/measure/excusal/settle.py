"""Decide which clocks count in a day's attainment, and which are excused from it.

An excusal covers a contract or internal clock that

* would count as missed in the day: its due instant passed unmet;
* was running, from its start up to its due instant, in an instant of the excusal;
* is of the excusal's vendor, sites, queues and clocks.

A clock that was met counts as met, whatever happened meanwhile. One that had run out before the
excusal began was not missed for its sake. A law is never excused: no agreement between two
companies moves what it asks. Where several excusals cover a clock, the first in the file is named.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path

import pyarrow as pa

from breakwater.contracts.excusals import Excusal
from breakwater.contracts.tables import CLOCK_RUN
from breakwater.engine.base import Engine, run_models
from breakwater.engine.models import read_models

_HERE = Path(__file__).parent
ANY = "*"
"""In place of a name: all of them. No slug is spelled so."""

EXCUSED = ("is_due", "is_excused", "excusal")
EXCUSAL_MODELS = ("clock_excusal", "clock_settled")

_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("excusal", "site", "queue", "clock")),
        *((name, pa.int64()) for name in ("place", "starts_at", "ends_at")),
    ]
)


def excusals_of(excusals: Iterable[Excusal], vendor: str) -> tuple[Excusal, ...]:
    """Return the excusals that name a vendor, in the order of the file."""
    return tuple(each for each in excusals if vendor in each.scope.vendors)


def settle_clocks(engine: Engine, excusals: Sequence[Excusal]) -> None:
    """Name ``clock_settled``: the rows of ``clock_run`` with what counts and what is excused.

    Args:
        engine: holds ``clock_run``.
        excusals: the vendor's, in the order in which they count.
    """
    engine.load("excusal", excusal_table(excusals))
    run_models(engine, read_models(_HERE, "clock_excusal"))
    # Few clocks are excused: to say so wherever it is asked is less work than to copy them all.
    engine.define("clock_settled", _settled())


def excusal_table(excusals: Sequence[Excusal]) -> pa.Table:
    """Spell excusals as rows to join with: one a site, queue and clock, `ANY` where all are meant."""
    rows = [
        (each.excusal, site, queue, clock, place, each.start, each.end)
        for place, each in enumerate(excusals)
        for site, queue, clock in product(
            each.scope.sites or (ANY,), each.scope.queues or (ANY,), each.scope.clocks or (ANY,)
        )
    ]
    columns = zip(*rows, strict=True) if rows else [()] * len(_SCHEMA)
    arrays = [pa.array(list(c), f.type) for c, f in zip(columns, _SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)


def _settled() -> str:
    """Compose the model that adds to a clock run what excuses it; columns are those of the table."""
    others = ", ".join(
        f"clock_run.{name}" for name in CLOCK_RUN.column_names if name not in EXCUSED
    )
    missed = "clock_run.is_due and clock_run.state <> 'met'"
    return (
        f"select {others},"  # noqa: S608  names of our own columns
        f" case when {missed} then excused.excusal is null else clock_run.is_due end as is_due,"
        f" coalesce({missed} and excused.excusal is not null, false) as is_excused,"
        " case when clock_run.state in ('missed', 'overdue') then excused.excusal end as excusal"
        " from clock_run left join clock_excusal excused"
        " on excused.case_id_vendor = clock_run.case_id_vendor"
        " and excused.clock = clock_run.clock and excused.cycle = clock_run.cycle"
        " and excused.triggered_at = clock_run.triggered_at"
    )
