"""Threads: which incidents share a message, and when a storm becomes one roll-up."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from breakwater.contracts.routes import Grouping
from breakwater.notify.incident import Incident
from breakwater.notify.storm import StormReason, decide_storm
from breakwater.notify.telling import Telling

Threads = dict[str, list[Incident]]
_USUAL = Grouping()


def thread_key_of(incident: Incident, grouping: Grouping = _USUAL) -> str:
    """Name the thread an incident belongs to: its rule and its vendor unless stated, and its day.

    The classes of a reconciliation, or the queues of a clock, are read together: one message for
    each would bury the rest of the channel.
    """
    finding = incident.finding
    rule = finding.rule.value if "rule" in grouping.by else "*"
    vendor = (finding.vendor if "vendor" in grouping.by else None) or "*"
    queue = f"/{finding.scope.get('queue', '*')}" if "queue" in grouping.by else ""
    return f"{rule}/{vendor}/{finding.operational_day.isoformat()}{queue}"


def roll_up_key_of(day: date) -> str:
    """Name the thread that stands for many, for one recipient and day."""
    return f"RollUp/*/{day.isoformat()}"


def is_roll_up(thread_key: str) -> bool:
    """Tell whether a thread stands for many."""
    return thread_key.startswith("RollUp/")


def threads_of(
    incidents: Iterable[Incident],
    told: Mapping[str, Telling],
    day: date,
    storm_cap: int,
    key_of: Callable[[Incident], str] = thread_key_of,
) -> Threads:
    """Group what one recipient may see into threads.

    Args:
        incidents: what it may see.
        told: what it was last told, by thread.
        day: the operational day.
        storm_cap: more new threads than this become one.
        key_of: names the thread of an incident that it was never told.

    An incident stays in the thread in which it was first told, so that its later news finds the
    message that people already read.
    """
    home = {
        fingerprint: telling.thread_key
        for telling in told.values()
        for fingerprint in telling.members
    }
    threads: Threads = {}
    for incident in incidents:
        key = home.get(incident.fingerprint) or key_of(incident)
        threads.setdefault(key, []).append(incident)
    fresh = [key for key, members in threads.items() if key not in told and _any_open(members)]
    if decide_storm(len(fresh), storm_cap) is StormReason.ROLLED_UP:
        gathered = [incident for key in fresh for incident in threads.pop(key)]
        threads.setdefault(roll_up_key_of(day), []).extend(gathered)
    return threads


def _any_open(incidents: Sequence[Incident]) -> bool:
    return any(incident.is_open for incident in incidents)
