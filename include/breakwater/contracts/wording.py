"""How names of the configuration and values of metrics are written, wherever people read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.metrics import METRICS
from breakwater.core.numbers import amount
from breakwater.core.plain import shown_name

LONGEST_NAME = 40
LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Names:
    """What people call vendors, queues and clocks; text of others becomes one visible line."""

    configuration: Configuration
    day: date

    def vendor(self, vendor: str | None) -> str:
        """Return a vendor's name, or the words for all of them."""
        if vendor is None:
            return "All vendors"
        known = self.configuration.vendors.get(vendor)
        return shown_name(known.name if known else vendor, LONGEST_NAME)

    def slug(self, slug: str) -> str:
        """Return a queue, site or policy as words."""
        return shown_name(slug.replace("_", " "), LONGEST_NAME)

    def clock(self, clock: str) -> str:
        """Return the title that a clock has on the day; its law may have changed since."""
        titles = {
            known.clock: known.title
            for known in self.configuration.clocks
            if known.in_force_on(self.day)
        }
        return shown_name(titles.get(clock, clock), LONGEST_TITLE)

    def where(self, vendor: str | None, scope: Mapping[str, str]) -> str:
        """Name a slice: ``Pearlline · site cebu · spam``."""
        below = self.below({name: value for name, value in scope.items() if name != "vendor"})
        return f"{self.vendor(vendor)} · {below}" if below else self.vendor(vendor)

    def below(self, scope: Mapping[str, str]) -> str:
        """Name what is below a vendor, or a vendor among all: ``site cebu · spam``."""
        parts = [self.vendor(scope["vendor"])] if "vendor" in scope else []
        for name in ("site", "queue", "policy", "language", "priority"):
            if name in scope:
                value = self.slug(scope[name])
                parts.append(value if name == "queue" else f"{name} {value}")
        return " · ".join(parts)


def title_of(metric: str) -> str:
    """Return a metric's name without the expansion of its abbreviation."""
    return METRICS[metric].title.split(" (")[0] if metric in METRICS else shown_name(metric, 40)


def number(metric: str, value: float) -> str:
    """Write a metric's value; a count without its noun, which the label says already."""
    unit = METRICS[metric].unit
    if unit == "cases":
        return f"{value:,.0f}" if METRICS[metric].denominator is None else f"{value:,.1f}"
    return amount(value, unit)
