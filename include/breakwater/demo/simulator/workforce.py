"""A vendor's export of shifts: what its workforce system says of each reviewer's day."""

import numpy as np
import pyarrow as pa

from breakwater.contracts.file_format import NoControl
from breakwater.contracts.shifts import SECONDS_OF, ShiftExport
from breakwater.demo.simulator.delivery import Mailbox, deadline_of
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.names import agent_ids
from breakwater.demo.simulator.operation import VendorDay
from breakwater.demo.simulator.shifts import BREAK, SHIFT, SLOT
from breakwater.demo.simulator.streams import Floats, Ints, stream

PRESENCE = (0.93, 1.0)
"""Share of the scheduled time that a reviewer is logged in."""
AWAY = (0.10, 0.16)
"""Share of the time logged in that goes to breaks, training and meetings."""
PUNCTUALITY = (0.88, 0.98)
"""Share of the time logged in and scheduled that is spent as planned."""


def leave_shifts(seed: int, exports: str, model: VendorModel, played: VendorDay) -> None:
    """Leave the shifts of a vendor-day where the contract says; nothing where it has none.

    They are on time whatever is wrong with the cases, and come from streams of their own.
    """
    shifts = model.contract.shifts
    if shifts is None:
        return
    own = {"source": shifts.source, "format": shifts.format, "control": NoControl()}
    mailbox = Mailbox(model.contract.model_copy(update=own), exports)
    mailbox.clear(played.day)
    end = played.window.end
    at = end + (deadline_of(model.contract, played.day) - end) // 4
    mailbox.leave(played.day, shift_table(seed, model, played, shifts), at)


def shift_table(seed: int, model: VendorModel, played: VendorDay, shifts: ShiftExport) -> pa.Table:
    """Return one row for each reviewer who was rostered or decided anything, in the vendor's words.

    Of people who serve others, too, it is the part of the day that belongs to this operation.
    """
    random = stream(seed, model.vendor, played.day, "shifts")
    agent = np.concatenate([crew.agents for crew in played.crews])
    rostered = np.concatenate(
        [crew.worked_slots(model, played.window) * crew.dedication for crew in played.crews]
    )
    scheduled = rostered * SLOT * SHIFT / (SHIFT - BREAK)
    handling = _handling(played, agent)
    present = scheduled * random.uniform(*PRESENCE, len(agent))
    # Whoever had more to do than there was time for stayed on.
    logged_in = np.maximum(present, handling / (1 - AWAY[0]))
    away = np.minimum(logged_in * random.uniform(*AWAY, len(agent)), logged_in - handling)
    as_planned = np.minimum(scheduled, logged_in) * random.uniform(*PUNCTUALITY, len(agent))
    seconds = {
        "scheduled_seconds": scheduled,
        "logged_in_seconds": logged_in,
        "handling_seconds": handling,
        "available_seconds": logged_in - handling - away,
        "break_seconds": away,
        "paid_seconds": np.maximum(scheduled, logged_in),
        "adherent_seconds": as_planned,
    }
    columns = shifts.columns
    is_told = logged_in > 0
    told: dict[str, pa.Array] = {columns.agent: agent_ids(agent[is_told])}
    for name, values in seconds.items():
        column = getattr(columns, name)
        if column is not None:
            told[column] = pa.array(np.round(values[is_told] / SECONDS_OF[shifts.unit], 1))
    return pa.table(told)


def _handling(played: VendorDay, agent: Ints) -> Floats:
    """Add up each reviewer's handling time of the day, in seconds."""
    closed = played.closed
    is_known = (closed.agent >= 0) & (closed.handle_seconds > 0)
    first = int(agent.min())
    sums = np.bincount(
        closed.agent[is_known] - first,
        weights=closed.handle_seconds[is_known],
        minlength=int(agent.max()) - first + 1,
    )
    return sums[agent - first].astype(np.float64)
