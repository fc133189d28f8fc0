"""Public holidays by country, from the `holidays` package.

Some feasts are estimates until the moon is seen, and a new release of the package may move them. A
day whose clocks change thereby says so: what it yields has another fingerprint.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache

import holidays

from breakwater.contracts.calendar import PublicHolidays
from breakwater.core.errors import ConfigurationError


def public_holidays(of: PublicHolidays | None, years: Iterable[int]) -> frozenset[date]:
    """Return the public holidays of a country or subdivision in some years.

    Raises:
        ConfigurationError: the package does not know the country or the subdivision.
    """
    if of is None:
        return frozenset()
    return frozenset().union(*(_of_year(of.country, of.subdivision, year) for year in years))


@cache
def _of_year(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))
    except NotImplementedError as error:
        problem = f"expected a country and subdivision with known holidays; found {error}"
        raise ConfigurationError((f"calendars: holidays: {problem}",)) from error
