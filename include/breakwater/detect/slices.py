"""Which slices of which metrics are watched: from a vendor down to one language of one queue."""

from collections.abc import Mapping
from dataclasses import dataclass

DIMENSIONS = ("vendor", "site", "queue", "language")

_OF_VENDOR, _OF_SITE = ("vendor",), ("vendor", "site")
_OF_QUEUE, _OF_LANGUAGE = ("vendor", "queue"), ("vendor", "language")
_OF_MARKET, _OF_STREAM = ("language",), ("vendor", "queue", "language")

WATCHED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "manual_incoming": (_OF_VENDOR, _OF_QUEUE, _OF_LANGUAGE, _OF_MARKET, _OF_STREAM),
    "aht": (_OF_VENDOR, _OF_SITE, _OF_QUEUE),
    "qa_accuracy": (_OF_VENDOR, _OF_SITE, _OF_QUEUE, _OF_LANGUAGE, _OF_MARKET),
    "golden_set_accuracy": (_OF_VENDOR, _OF_SITE, _OF_QUEUE),
    "critical_error_rate": (_OF_VENDOR, _OF_SITE, _OF_QUEUE),
    "schedule_adherence": (_OF_VENDOR, _OF_SITE),
    "break_rate": (_OF_VENDOR, _OF_QUEUE),
    "sla_attainment": (_OF_VENDOR, _OF_QUEUE),
    "average_answer_speed": (_OF_VENDOR, _OF_QUEUE),
    "backlog": (_OF_VENDOR, _OF_QUEUE),
}
"""Where a cause usually sits: volume in a stream, handling at a site, accuracy in a language.

More slices would find little more and cry wolf more often: every series that is watched costs
about two false alarms in a hundred months. Not here: the number of critical errors, which grows with
that of audits, and occupancy, utilisation and shrinkage. They follow from arrivals, handling and plans,
and what people do otherwise than planned is adherence.
"""

ARRIVALS = "total_incoming"
"""What a queue falls silent of: every case, whoever decides it."""

WELCOME: Mapping[str, int] = {
    "average_answer_speed": -1,
    "backlog": -1,
    "break_rate": -1,
    "critical_error_rate": -1,
    "schedule_adherence": 1,
    "sla_attainment": 1,
}
"""Directions in which nobody needs to be told of a change.

Handling time and accuracy are not here: both are told when they improve out of the blue, because
work that is suddenly fast or faultless is often not done.
"""


@dataclass(frozen=True, slots=True, order=True)
class Slice:
    """One series: a metric and the dimension values it is summed over, in `DIMENSIONS` order."""

    metric: str
    scope: tuple[tuple[str, str], ...]

    @property
    def vendor(self) -> str | None:
        """The vendor it belongs to; None when it spans all of them."""
        return dict(self.scope).get("vendor")

    @property
    def below_vendor(self) -> dict[str, str]:
        """The other dimensions that name it."""
        return {name: value for name, value in self.scope if name != "vendor"}

    @property
    def name(self) -> str:
        """Spell it once for all: ``aht{vendor="pearlline",site="cebu"}``."""
        values = (
            '{}="{}"'.format(name, value.replace("\\", "\\\\").replace('"', '\\"'))
            for name, value in self.scope
        )
        return f"{self.metric}{{{','.join(values)}}}"
