"""Operational days of whole columns of instants."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from breakwater.core.days import operational_day_of

EPOCH = date(1970, 1, 1)
QUARTER = 900

Ordinals = npt.NDArray[np.int32]
"""Days since 1970, as Arrow's date32 counts them."""


def ordinal(day: date) -> int:
    """Count a day from 1970."""
    return (day - EPOCH).days


def ordinals_of(seconds: npt.NDArray[np.int64], zone: ZoneInfo) -> Ordinals:
    """Return the operational day of each instant in UTC seconds."""
    # Days begin at a full quarter of an hour everywhere, and quarters are fewer than instants.
    distinct, quarter_of = np.unique(seconds // QUARTER, return_inverse=True)
    days = [ordinal(operational_day_of(int(quarter) * QUARTER, zone)) for quarter in distinct]
    return np.array(days, dtype=np.int32)[quarter_of]


def as_dates(ordinals: Ordinals) -> pa.Array:
    """Return days as dates."""
    return pa.array(ordinals).cast(pa.date32())
