"""The task that closes stale days again: what moved goes to its log, what failed turns it red."""

import logging
from datetime import datetime

from pydantic import JsonValue

from breakwater.core.errors import BreakwaterError
from breakwater.warehouse.workspace import Workspace

log = logging.getLogger(__name__)


class DayStaleError(BreakwaterError):
    """A closed day does not say what was delivered for it, and could not be closed again."""


def reclose_all(workspace: Workspace, now: datetime) -> JsonValue:
    """Close every stale day again.

    Raises:
        DayStaleError: with a sentence for each vendor-day that could not be brought up to date.
            Everything else is done; the days stay marked, and the next run tries them again.
    """
    from breakwater.restate.reclose import reclose_stale

    done = reclose_stale(workspace, now)
    for restatement in done.restated:
        for part, figures in restatement.difference.items():
            for name, moved in figures.items():
                log.info(
                    "%s %s %s: %s, was %s",
                    restatement.day,
                    part,
                    name,
                    moved["after"],
                    moved["before"],
                )
    if done.problems:
        raise DayStaleError("\n".join(done.problems))
    return {
        "closed": [day.isoformat() for day in done.closed],
        "restated": [each.day.isoformat() for each in done.restated],
        "judged": [day.isoformat() for day in done.judged],
    }
