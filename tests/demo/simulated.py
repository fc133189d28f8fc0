"""What the tests of the simulator share: one simulation, and which days it covers."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from breakwater.demo.simulator.simulate import SimulationSummary
from breakwater.demo.simulator.truth import Truth
from breakwater.warehouse.database import Database

FIRST_DAY = date(2026, 10, 16)
"""So that the summer time of Riga ends on the tenth day."""
DAYS = 18


@dataclass(frozen=True)
class Simulated:
    """What a simulation left."""

    exports: Path
    log: Database
    truth: Truth
    summary: SimulationSummary
