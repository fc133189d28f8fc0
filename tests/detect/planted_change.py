"""What is planted to be found, and whether a finding is it."""

from dataclasses import dataclass
from datetime import date, timedelta

from breakwater.core.finding import Finding, Rule


@dataclass(frozen=True, slots=True)
class Planted:
    """One thing that happens: where, and by when it must be told."""

    metric: str
    scope: dict[str, str]
    day: date
    rises: bool

    def is_told_by(self, finding: Finding) -> bool:
        """Tell whether a finding names it: its own slice, or its slice and the first cause."""
        named = {"vendor": finding.vendor or "*", **finding.scope}
        causes = finding.detail.get("causes")
        first = causes[0]["slice"] if isinstance(causes, list) and causes else {}
        direction = "up" if self.rises else "down"
        return (
            finding.rule is Rule.KPI_ANOMALY
            and named["metric"] == self.metric
            and finding.detail["direction"] == direction
            and self.day <= finding.operational_day <= self.day + timedelta(days=2)
            and (self.scope.items() <= {**named, **first}.items())
        )
