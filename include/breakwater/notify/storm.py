"""Storms: when so much is new at once that one message has to stand for all of it."""

from enum import StrEnum


class StormReason(StrEnum):
    """Why new messages stay apart, or become one."""

    BELOW_CAP = "below_cap"
    ROLLED_UP = "rolled_up"


def decide_storm(fresh: int, cap: int) -> StormReason:
    """Decide whether so many new messages to one recipient become one roll-up.

    Args:
        fresh: threads of which the recipient was told nothing yet.
        cap: as many as this stay apart.
    """
    return StormReason.ROLLED_UP if fresh > cap else StormReason.BELOW_CAP
