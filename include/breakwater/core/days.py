"""The operational day and the half-open UTC window it stands for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def parse_day(text: str) -> date:
    """Read an operational day from its only spelling, ``YYYY-MM-DD``.

    Raises:
        ValueError: the text is not an ISO calendar date.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        message = f"an operational day is written YYYY-MM-DD; found {text!r}"
        raise ValueError(message)
    return day


def days_between(first: date, last: date) -> list[date]:
    """Every operational day from first to last, both included, in order."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def utc_seconds(instant: datetime) -> int:
    """Whole UTC seconds since the epoch; the instant must carry a zone."""
    if instant.tzinfo is None:
        message = f"an instant needs a time zone; found {instant!r}"
        raise ValueError(message)
    return int(instant.timestamp())


def utc_instant(seconds: int) -> datetime:
    """Return the aware UTC datetime of whole seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of instants, ``start <= x < end``, in UTC seconds."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.start >= self.end:
            message = f"a window needs start < end; found {self.start} and {self.end}"
            raise ValueError(message)

    @classmethod
    def for_operational_day(cls, day: date, zone: ZoneInfo) -> "Window":
        """Return midnight to midnight of the zone: 23 or 25 hours when clocks change."""
        start = datetime(day.year, day.month, day.day, tzinfo=zone)
        after = day + timedelta(days=1)
        end = datetime(after.year, after.month, after.day, tzinfo=zone)
        return cls(utc_seconds(start), utc_seconds(end))

    def widened(self, seconds: int) -> "Window":
        """Return the same window with a margin on both sides."""
        return Window(self.start - seconds, self.end + seconds)

    def __contains__(self, instant: int) -> bool:
        """Tell whether an instant in UTC seconds lies inside."""
        return self.start <= instant < self.end


def operational_day_of(seconds: int, zone: ZoneInfo) -> date:
    """Return the operational day that owns an instant in UTC seconds."""
    return datetime.fromtimestamp(seconds, zone).date()
