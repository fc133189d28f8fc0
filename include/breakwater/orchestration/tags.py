"""The closed set of tags; a Dag carries one of each kind."""

from enum import StrEnum


class Stage(StrEnum):
    """What part of the work a Dag does."""

    CLOSE = "stage/close"
    REPORT = "stage/report"
    TELL = "stage/tell"
    KEEP = "stage/keep"


class Tier(StrEnum):
    """How soon somebody has to look when it is red."""

    MORNING = "tier/1"
    """Before the digest is due."""
    WORKDAY = "tier/2"
    """Within the working day."""
