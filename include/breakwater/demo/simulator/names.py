"""Names of things, spelled from numbers: case numbers, items, the platform's action ids."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from breakwater.demo.simulator.demand import NUMBERS_A_DAY
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.streams import Ints

Naturals = NDArray[np.uint64]

MASK = np.uint64(2**60 - 1)
# Multiplying by an odd number modulo a power of two scatters numbers without ever making two equal.
ITEM_FACTOR = np.uint64(0x9E3779B97F4A7C15)
CASE_BITS = 44
COPIES = 4


def case_ids(model: VendorModel, number: Ints) -> pa.Array:
    """Spell the vendor's case numbers: its prefix, the day of arrival, an ordinal."""
    ordinals, index = np.unique(number // NUMBERS_A_DAY, return_inverse=True)
    prefix = model.profile.prefix
    days = pa.array([f"{prefix}-{date.fromordinal(int(n)):%y%m%d}-" for n in ordinals], pa.string())
    return pc.binary_join_element_wise(
        days.take(pa.array(index)), _digits(number % NUMBERS_A_DAY, 7), ""
    )


def item_ids(model: VendorModel, number: Ints) -> pa.Array:
    """Spell the platform's ids of the reported items; every case has an item of its own."""
    scattered = (_world_number(model, number) * ITEM_FACTOR) & MASK
    return pc.binary_join_element_wise("it", _digits(scattered, 19), "")


def action_ids(model: VendorModel, number: Ints, ordinal: Ints, copy: Ints) -> pa.Array:
    """Spell the platform's ids of its log rows.

    Args:
        model: the vendor.
        number: of the case.
        ordinal: 1 for the second decision of a re-opened case.
        copy: tells rows of the same decision apart, below `COPIES`.
    """
    row = (ordinal * COPIES + copy).astype(np.uint64)
    # Rising with time, as a log's ids do: an index over scattered ones is slow to fill.
    name = _world_number(model, number) * np.uint64(2 * COPIES) + row
    return pc.binary_join_element_wise("ea", _digits(name, 17), "")


def agent_ids(agent: Ints) -> pa.Array:
    """Spell reviewers' ids."""
    return pc.binary_join_element_wise("AG-", _digits(np.maximum(agent, 0), 4), "")


def _world_number(model: VendorModel, number: Ints) -> Naturals:
    return number.astype(np.uint64) + np.uint64(model.ordinal << CASE_BITS)


def _digits(number: Ints | Naturals, width: int) -> pa.Array:
    return pc.utf8_lpad(pa.array(number).cast(pa.string()), width=width, padding="0")
