"""What of a day's incidents one recipient may see, and as of when."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from breakwater.notify.incident import Incident
from breakwater.notify.telling import Telling, Told


def shown_by_a_run(
    incidents: Sequence[Incident], routed: Collection[str], told: Mapping[str, Telling]
) -> Iterator[Incident]:
    """Choose what one recipient may see: what is routed to it, and what it was told before.

    What is hidden now stays as it was last told; it neither moves nor vanishes.
    """
    before = _entries(told)
    for incident in incidents:
        entry = before.get(incident.fingerprint)
        if incident.is_hidden:
            if entry is not None:
                yield _as_told(incident, entry)
        elif incident.fingerprint in routed or entry is not None:
            yield incident


def shown_by_a_word(
    incidents: Sequence[Incident], spoken_of: set[str], told: Mapping[str, Telling]
) -> Iterator[Incident]:
    """Choose what one recipient is shown when a person said something of some incidents.

    The threads in which it was told of them, as they are now, and no others: a person's word is no
    reason to tell everything that a backfill changed in silence.
    """
    threads = [telling for telling in told.values() if spoken_of & telling.members.keys()]
    before = _entries({telling.thread_key: telling for telling in threads})
    for incident in incidents:
        if (entry := before.get(incident.fingerprint)) is not None:
            yield _as_told(incident, entry) if incident.is_hidden else incident


def _entries(told: Mapping[str, Telling]) -> dict[str, Told]:
    return {
        fingerprint: entry
        for telling in told.values()
        for fingerprint, entry in telling.members.items()
    }


def _as_told(incident: Incident, entry: Told) -> Incident:
    """Return it with the numbers that were told; what people said of it is as it is now."""
    finding = replace(incident.finding, severity=entry.severity, value=entry.value)
    return replace(incident, finding=finding, is_open=entry.is_open)
