"""When a message is tried again, and when it is given up."""

import hashlib
from datetime import timedelta

MOST_ATTEMPTS = 8
_SHORTEST = timedelta(seconds=1)
_FIRST = timedelta(seconds=30)
_LONGEST = timedelta(hours=1)
_LONGEST_ASKED_FOR = timedelta(hours=6)
"""A far end that asks for more has made a mistake, or wants to silence us."""


def delay_before_next(
    delivery_key: str, attempts: int, retry_after_seconds: float | None
) -> timedelta:
    """Return how long to wait after a failed attempt.

    Args:
        delivery_key: spreads messages that failed together; no randomness, so a test can say when.
        attempts: how many were made; each doubles the wait, up to an hour.
        retry_after_seconds: what the far end asked for; then that and not less, up to six hours.
    """
    share = _share_of(delivery_key, attempts)
    if retry_after_seconds is not None:
        asked = min(retry_after_seconds, _LONGEST_ASKED_FOR.total_seconds())
        return max(_SHORTEST, timedelta(seconds=asked * (1 + share / 4)))
    doublings = min(attempts - 1, 16)
    wait = min(_LONGEST, timedelta(seconds=_FIRST.total_seconds() * 2**doublings))
    return wait * (0.75 + share / 2)


def _share_of(delivery_key: str, attempts: int) -> float:
    """Return a number from 0 up to 1 that depends on the message and the attempt alone."""
    digest = hashlib.sha256(f"{delivery_key}/{attempts}".encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32
