"""What people call the things a finding is about: vendors, clocks, metrics, classes of breaks."""

from dataclasses import dataclass
from datetime import date

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.metrics import METRICS
from breakwater.core.finding import Finding
from breakwater.core.plain import shown_name
from breakwater.notify.words import WORDS

_ORDER = (
    "metric",
    "outcome",
    "direction",
    "clock",
    "queue",
    "site",
    "policy",
    "language",
    "priority",
    "dag",
    "task",
)
_SPEAK_FOR_THEMSELVES = frozenset({"metric", "outcome", "direction", "clock"})
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Naming:
    """Names from configuration. Whatever comes from outside is one short visible line."""

    configuration: Configuration

    def vendor(self, vendor: str | None) -> str:
        """Return a vendor's name, or the words for all of them."""
        if vendor is None:
            return "All vendors"
        known = self.configuration.vendors.get(vendor)
        return visible(known.name if known else vendor)

    def about(self, finding: Finding) -> str:
        """Say which part of the vendor's day a finding is about."""
        known = [key for key in _ORDER if key in finding.scope]
        others = sorted(set(finding.scope) - set(known))
        parts = [self._part(key, finding) for key in (*known, *others)]
        return ", ".join(parts) or WORDS[finding.rule].about

    def heading(self, finding: Finding) -> str:
        """Say which condition it is, and whose."""
        return f"{WORDS[finding.rule].title} · {self.vendor(finding.vendor)}"

    def _part(self, key: str, finding: Finding) -> str:
        title = self._title(key, finding.scope[key], finding.operational_day)
        name = visible(title)
        return name if key in _SPEAK_FOR_THEMSELVES else f"{visible(key)} {name}"

    def _title(self, key: str, value: str, day: date) -> str:
        if key == "metric" and value in METRICS:
            return METRICS[value].title
        if key == "clock":
            # One clock may have an entry for each span of days; the day's own one is meant.
            entries = (c for c in self.configuration.clocks if c.clock == value)
            return next((c.title for c in entries if c.in_force_on(day)), value)
        return value.replace("_", " ") if key in {"outcome", "direction"} else value


def visible(text: str) -> str:
    """Return a name as a short line; one of which nothing can be seen becomes a question mark."""
    return shown_name(text, _LONGEST_NAME)
