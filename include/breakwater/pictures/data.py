"""What a picture shows, apart from how it is drawn; the same in words for whoever does not see it."""

from dataclasses import dataclass
from datetime import date

Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A known event on the days of a picture, both ends included."""

    title: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Part:
    """A slice and its share of a change; what opposes the change has a negative one."""

    name: str
    share: float

    @property
    def per_cent(self) -> str:
        """``91 %``, or ``−7 %``."""
        return f"{self.share * 100:.0f} %".replace("-", "−")


@dataclass(frozen=True, slots=True)
class AnomalyPicture:
    """One abnormal number.

    Attributes:
        title: metric and slice.
        metric: its name in the registry; says how values are written.
        days: oldest first, the abnormal one last.
        values: what was found; None where there is no figure.
        expected: what was usual.
        low: lower end of the band.
        high: upper end.
        events: known ones.
        parts: where the change comes from; empty when that is not known.
    """

    title: str
    metric: str
    days: tuple[date, ...]
    values: Values
    expected: Values
    low: Values
    high: Values
    events: tuple[Span, ...] = ()
    parts: tuple[Part, ...] = ()
