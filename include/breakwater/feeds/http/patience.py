"""How long a far end is waited for: within the limits of a contract, over one fetch."""

from breakwater.contracts.source import HttpLimits
from breakwater.feeds.http.waiting import Waiting, backing_off
from breakwater.feeds.records import FeedFault


class Patience:
    """Counts the time of one fetch, from the first time that anybody asks what is left of it."""

    def __init__(self, limits: HttpLimits, waiting: Waiting) -> None:
        """Start with all of it."""
        self._limits, self._waiting = limits, waiting
        self._until: float | None = None

    def left(self) -> float:
        """Return how many seconds of the day's limit are left.

        Raises:
            FeedFault: there are none.
        """
        now = self._waiting.clock()
        if self._until is None:
            self._until = now + self._limits.total_seconds
        if now >= self._until:
            raise FeedFault(
                transient=True,
                expected=f"the day's records within {self._limits.total_seconds:g} seconds"
                " (limits.total_seconds)",
                found="that they take longer",
            )
        return self._until - now

    def look_again(self, attempt: int, longest_seconds: float) -> None:
        """Pause before looking again for something that takes its time at the far end.

        Args:
            attempt: how often it was looked for.
            longest_seconds: of one pause; the day's limit may end it earlier.

        Raises:
            FeedFault: the day's limit is reached.
        """
        pause = backing_off(attempt, longest_seconds, self._waiting.chance())
        self._waiting.sleep(min(pause, self.left()))
        self.left()

    def wait(self, attempt: int, asked_seconds: float | None, fault: FeedFault) -> None:
        """Pause before the next attempt.

        Args:
            attempt: how many there were.
            asked_seconds: what the far end asked for; None when it said nothing.
            fault: why there must be another.

        Raises:
            FeedFault: the pause is longer than anybody may ask for, or than what is left.
        """
        longest = self._limits.longest_wait_seconds
        pause = asked_seconds
        if pause is None:
            pause = backing_off(attempt, longest, self._waiting.chance())
        most = min(longest, self.left())
        if pause > most:
            raise FeedFault(
                transient=True,
                expected=f"{fault.expected} within {most:.0f} seconds",
                found=f"{fault.found}, to be asked again in {pause:.0f} seconds",
            ) from None
        self._waiting.sleep(pause)
