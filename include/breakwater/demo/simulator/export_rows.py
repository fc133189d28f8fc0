"""Cases as a vendor knows them when it writes its export: what comes later is hidden."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.demo.simulator.cases import Cases
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.names import agent_ids
from breakwater.demo.simulator.streams import Flags, Ints

Maker = Callable[["Rows"], pa.Array]


@dataclass(frozen=True)
class Rows:
    """Cases as they stand at a cut-off: what happens later is not known yet."""

    model: VendorModel
    cases: Cases
    cutoff: int

    def hidden(self, instants: Ints) -> Flags:
        """Flag what has not happened by the cut-off, or never will."""
        return (instants < 0) | (instants >= self.cutoff)

    def words(self, labels: tuple[str, ...], codes: Ints, since: Ints | None = None) -> pa.Array:
        """Spell codes; null where unknown, or where their instant is hidden."""
        absent = codes < 0 if since is None else (codes < 0) | self.hidden(since)
        index = pa.array(np.where(absent, 0, codes), mask=absent)
        return pa.array(labels, pa.string()).take(index)

    def numbers(self, values: Ints, since: Ints) -> pa.Array:
        """Return whole numbers; null where unknown or where their instant is hidden."""
        return pa.array(values, mask=(values < 0) | self.hidden(since))

    def agents(self) -> pa.Array:
        """Spell reviewers' ids; null while nobody has taken the case up."""
        absent = (self.cases.agent < 0) | self.hidden(self.cases.assigned)
        names = agent_ids(self.cases.agent)
        return pc.if_else(pa.array(absent), pa.scalar(None, pa.string()), names)
