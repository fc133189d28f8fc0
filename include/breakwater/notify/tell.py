"""Telling: from the day's incidents to the messages in the outbox, one recipient at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from breakwater.contracts.configuration import Configuration
from breakwater.notify.channel import News
from breakwater.notify.channels.registry import parts_of
from breakwater.notify.compose import Composer, Reader
from breakwater.notify.coverage import Coverage
from breakwater.notify.incident import Incident
from breakwater.notify.naming import Naming
from breakwater.notify.route import Recipient, belongs_to_a_vendor, recipients_of
from breakwater.notify.telling import (
    Telling,
    Told,
    decide_telling,
    save_telling,
    tellings_of_day,
)
from breakwater.notify.thread import threads_of
from breakwater.warehouse.database import Connection
from breakwater.warehouse.outbox import enqueue


@dataclass(frozen=True, slots=True)
class Teller:
    """Writes to the outbox what recipients do not know yet about an operational day."""

    connection: Connection
    configuration: Configuration
    coverage: Coverage
    now: datetime

    def tell(self, incidents: Sequence[Incident]) -> int:
        """Write the messages that are due; return how many.

        Args:
            incidents: every incident of the day, open or not, hidden or not.
        """
        told: dict[Recipient, dict[str, Telling]] = {}
        for telling in tellings_of_day(self.connection, self.coverage.day):
            told.setdefault(telling.recipient, {})[telling.thread_key] = telling
        routed = self._routed(incidents)
        count = 0
        for recipient in sorted(told.keys() | routed.keys()):
            known = told.get(recipient, {})
            shown = list(_visible(incidents, routed.get(recipient, frozenset()), known))
            cap = self.configuration.operations.storm_cap
            threads = threads_of(shown, known, self.coverage.day, cap)
            for thread_key in sorted(threads):
                last = known.get(thread_key)
                count += self._tell_thread(recipient, thread_key, threads[thread_key], last)
        return count

    def _routed(self, incidents: Sequence[Incident]) -> dict[Recipient, set[str]]:
        """Find who is told about which open incident that nothing hides."""
        routed: dict[Recipient, set[str]] = {}
        routes, vendors = self.configuration.routes, self.configuration.vendors
        for incident in incidents:
            if incident.is_open and incident.hidden_by is None:
                for recipient in recipients_of(incident.finding, routes, vendors):
                    routed.setdefault(recipient, set()).add(incident.fingerprint)
        return routed

    def _tell_thread(
        self,
        recipient: Recipient,
        thread_key: str,
        incidents: Sequence[Incident],
        last: Telling | None,
    ) -> int:
        reason = decide_telling(last, incidents)
        if not reason.is_news:
            return 0
        telling = Telling(
            thread_key=thread_key,
            recipient=recipient,
            ordinal=1 if last is None else last.ordinal + 1,
            members={incident.fingerprint: _told(incident) for incident in incidents},
        )
        save_telling(self.connection, telling, self.coverage.day, self.now)
        operations = self.configuration.operations
        composer = Composer(Naming(self.configuration), self.coverage, operations.runbooks)
        reader = self._reader(recipient, incidents)
        message = composer.compose(thread_key, incidents, last, reader)
        news = News(message, reason, is_first=last is None)
        return sum(
            enqueue(
                self.connection,
                subject=thread_key,
                transition=f"{telling.ordinal}-{part.name}",
                channel=recipient.channel,
                recipient=recipient.address,
                thread_key=thread_key,
                operation=part.operation,
                payload=part.payload,
                now=self.now,
            )
            for part in parts_of(recipient.channel, news)
        )

    def _reader(self, recipient: Recipient, incidents: Sequence[Incident]) -> Reader:
        vendors = self.configuration.vendors
        if not belongs_to_a_vendor(recipient, vendors.values()):
            return Reader()
        vendor = incidents[0].finding.vendor
        known = vendors.get(vendor) if vendor else None
        zone = known.delivery.zone if known else self.configuration.operations.zone
        return Reader(vendor_zone=zone)


def _visible(
    incidents: Sequence[Incident], routed: frozenset[str] | set[str], told: Mapping[str, Telling]
) -> Iterator[Incident]:
    """Choose what one recipient may see: what is routed to it, and what it was told before.

    What is hidden now stays as it was last told; it neither moves nor vanishes.
    """
    before = {
        fingerprint: entry
        for telling in told.values()
        for fingerprint, entry in telling.members.items()
    }
    for incident in incidents:
        entry = before.get(incident.fingerprint)
        if incident.is_open and incident.hidden_by is not None:
            if entry is not None:
                yield _as_told(incident, entry)
        elif incident.fingerprint in routed or entry is not None:
            yield incident


def _as_told(incident: Incident, entry: Told) -> Incident:
    finding = replace(incident.finding, severity=entry.severity, value=entry.value)
    return replace(incident, finding=finding, is_open=entry.is_open)


def _told(incident: Incident) -> Told:
    return Told(incident.is_open, incident.finding.severity, incident.finding.value)
