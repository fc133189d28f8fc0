"""Public holidays of the places where a vendor works, as flags over days."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from breakwater.contracts.vendor import VendorContract
from breakwater.detect.panel import Flags


def holiday_flags(contract: VendorContract, days: Sequence[date]) -> Flags:
    """Tell on which days any site of a vendor has a public holiday or is closed besides."""
    import holidays  # noqa: PLC0415  slow to import, and needed by this one call

    years = sorted({day.year for day in days})
    off: set[date] = set()
    for calendar in contract.calendars.values():
        yearly = {day for day in days if f"{day:%m-%d}" in calendar.yearly}
        closed = set(calendar.additions) | (yearly - set(calendar.exceptions))
        if calendar.holidays is not None:
            country, subdivision = calendar.holidays.country, calendar.holidays.subdivision
            public = holidays.country_holidays(country, subdiv=subdivision, years=years)
            closed |= set(public) - set(calendar.exceptions)
        off |= {day for day in closed if calendar.in_force_on(day)}
    return np.array([day in off for day in days], dtype=np.bool_)
