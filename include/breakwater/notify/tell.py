"""Telling: from the day's incidents to the messages in the outbox, one recipient at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from breakwater.contracts.configuration import Configuration
from breakwater.notify.channel import News
from breakwater.notify.channels.registry import parts_of
from breakwater.notify.compose import Composer, Reader
from breakwater.notify.coverage import Coverage
from breakwater.notify.incident import Incident
from breakwater.notify.naming import Naming
from breakwater.notify.route import Recipient, belongs_to_a_vendor, recipients_of
from breakwater.notify.shown import shown_by_a_run, shown_by_a_word
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
        told = self._told()
        routed = self._routed(incidents)
        count = 0
        for recipient in sorted(told.keys() | routed.keys()):
            known = told.get(recipient, {})
            shown = shown_by_a_run(incidents, routed.get(recipient, frozenset()), known)
            count += self._tell_recipient(recipient, list(shown), known)
        return count

    def tell_words(self, incidents: Sequence[Incident], spoken_of: set[str]) -> int:
        """Write what people said of incidents, to those who were told of them; return how many.

        Args:
            incidents: every incident of the day.
            spoken_of: the fingerprints of those that somebody said something of.
        """
        return sum(
            self._tell_recipient(
                recipient, list(shown_by_a_word(incidents, spoken_of, known)), known
            )
            for recipient, known in sorted(self._told().items())
        )

    def _told(self) -> dict[Recipient, dict[str, Telling]]:
        told: dict[Recipient, dict[str, Telling]] = {}
        for telling in tellings_of_day(self.connection, self.coverage.day):
            told.setdefault(telling.recipient, {})[telling.thread_key] = telling
        return told

    def _tell_recipient(
        self, recipient: Recipient, shown: Sequence[Incident], known: Mapping[str, Telling]
    ) -> int:
        cap = self.configuration.operations.storm_cap
        threads = threads_of(shown, known, self.coverage.day, cap)
        return sum(
            self._tell_thread(recipient, thread_key, threads[thread_key], known.get(thread_key))
            for thread_key in sorted(threads)
        )

    def _routed(self, incidents: Sequence[Incident]) -> dict[Recipient, set[str]]:
        """Find who is told about which open incident that nothing hides."""
        routed: dict[Recipient, set[str]] = {}
        routes, vendors = self.configuration.routes, self.configuration.vendors
        for incident in incidents:
            if incident.is_open and not incident.is_hidden:
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


def _told(incident: Incident) -> Told:
    finding = incident.finding
    return Told(incident.is_open, finding.severity, finding.value, incident.state)
