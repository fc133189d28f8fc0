"""How long to wait before a page is asked for again."""

import email.utils
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC

SHORTEST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Clock, sleep and chance, so that a test of a long storm takes no time.

    Attributes:
        clock: seconds of a clock that never steps.
        sleep: pauses for some seconds.
        chance: a number from 0 to 1.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random  # noqa: S311  spreads load, protects nothing


REAL = Waiting()


def asked_for(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a ``Retry-After`` header; None when there is none that can be read.

    A date is held against the ``Date`` of the same answer: the far end's clock is not ours.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        # More digits than a float holds mean "for ever" all the same.
        return float(text[:12])
    until, said = _instant(text), _instant(headers.get("Date", ""))
    return None if until is None or said is None else max(0.0, until - said)


def backing_off(attempt: int, longest_seconds: float, chance: float) -> float:
    """Return a pause that doubles with each attempt, half of it by chance.

    Many tasks that are refused at once must not come back at once.
    """
    whole = min(longest_seconds, SHORTEST_SECONDS * 2 ** (attempt - 1))
    return float(whole / 2 + whole / 2 * chance)


def _instant(text: str) -> float | None:
    try:
        said = email.utils.parsedate_to_datetime(text)
        # "-0000" means UTC and is read without a zone.
        return (said.replace(tzinfo=UTC) if said.tzinfo is None else said).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
