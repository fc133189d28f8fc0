"""The backlog of each queue, carried forward: what moved, what was lost, what came from nowhere.

Opening + incoming + returned - solved = closing holds for a vendor whose exports forget nothing.
Queue by queue it holds but for cases that moved, and those can be told from the two days' books.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from breakwater.engine.base import Engine, run_models
from breakwater.engine.models import read_models
from breakwater.engine.open import open_engine
from breakwater.measure.measure import read_inputs, vendor_day
from breakwater.measure.models import load_cases
from breakwater.warehouse.database import Connection
from breakwater.warehouse.workspace import Workspace

_MODELS = Path(__file__).parent
_CASES = _MODELS.parent / "case"


@dataclass(slots=True)
class Carried:
    """What changed a queue's backlog besides incoming, returned and solved cases.

    Attributes:
        moved_in: cases by the queue that they were in when the day began.
        moved_out: cases by the queue that they are in now.
        appeared: cases that the day's book has, that were there before it, and in no backlog.
        lost: cases of the backlog that are neither open nor solved in the day's book.
    """

    moved_in: Counter[str] = field(default_factory=Counter)
    moved_out: Counter[str] = field(default_factory=Counter)
    appeared: int = 0
    lost: int = 0

    @property
    def difference(self) -> int:
        """By how many cases the queue's backlog is larger for it."""
        return self.moved_in.total() - self.moved_out.total() + self.appeared - self.lost


def carried_cases(
    workspace: Workspace, connection: Connection, vendor: str, day: date
) -> dict[str, Carried]:
    """Follow the cases of the day before's backlog into the day, as both are landed now.

    Args:
        workspace: the installation.
        connection: an open transaction on the warehouse.
        vendor: whose cases.
        day: the operational day into which they are carried.

    Returns:
        By queue; queues in which nothing was carried otherwise are left out.
    """
    settings = workspace.configuration.operations.engine
    with open_engine(settings, workspace.warehouse.dsn) as engine:
        _read_cases(workspace, connection, engine, vendor, day - timedelta(days=1))
        engine.stage("backlog", "select case_id_vendor, queue from case_day where is_open = 1")
        backlog = engine.fetch("backlog")
    with open_engine(settings, workspace.warehouse.dsn) as engine:
        engine.load("earlier", backlog)
        _read_cases(workspace, connection, engine, vendor, day)
        run_models(engine, read_models(_MODELS, "carried"))
        rows = engine.fetch("carried", ("queue", "from_queue", "residue")).to_pylist()
    found: dict[str, Carried] = {}
    for row in rows:
        queue, before, cases = row["queue"], row["from_queue"], row["case_count"]
        here = found.setdefault(queue, Carried())
        if before not in {None, queue}:
            here.moved_in[before] += cases
            found.setdefault(before, Carried()).moved_out[queue] += cases
        here.appeared += max(row["residue"], 0) * cases
        here.lost += max(-row["residue"], 0) * cases
    return found


def _read_cases(
    workspace: Workspace, connection: Connection, engine: Engine, vendor: str, day: date
) -> None:
    """Stage ``case_day``: one row a case, as it stood at the end of a day."""
    what = vendor_day(workspace, vendor, day)
    events = read_inputs(connection, what).case_events
    load_cases(engine, what, [workspace.lake.url(version.path) for version in events])
    run_models(engine, read_models(_CASES, "case_day"))
