"""Telling: from the day's incidents to the messages in the outbox, one recipient at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from breakwater.contracts.configuration import Configuration
from breakwater.core.days import Window, utc_instant
from breakwater.notify.channel import News
from breakwater.notify.channels.registry import parts_of
from breakwater.notify.compose import Composer, Reader, is_of_many, worst_first
from breakwater.notify.coverage import Coverage
from breakwater.notify.incident import Incident
from breakwater.notify.links import actions_for
from breakwater.notify.message import Message
from breakwater.notify.naming import Naming
from breakwater.notify.on_call.duty import duty_at
from breakwater.notify.on_call.turns import teams_on_call
from breakwater.notify.picture import picture_for
from breakwater.notify.plan import Known, Plan, Planner
from breakwater.notify.route import Directory, Recipient, belongs_to_a_vendor, wishes_of
from breakwater.notify.shown import shown_by_a_word
from breakwater.notify.telling import (
    Telling,
    TellingReason,
    Told,
    decide_telling,
    save_telling,
    tellings_of_day,
)
from breakwater.notify.thread import threads_of
from breakwater.notify.upshot import progress_of, waits_of, whom_to_wake
from breakwater.notify.waiting import (
    end_escalations,
    escalations_of_day,
    replace_waiting,
    save_escalations,
    waiting_of_day,
)
from breakwater.pictures.stored import as_json
from breakwater.warehouse.database import Connection
from breakwater.warehouse.outbox import enqueue
from breakwater.warehouse.picture import keep_picture


@dataclass(frozen=True)
class Teller:
    """Writes to the outbox what recipients do not know yet about an operational day.

    It lives as long as its transaction.
    """

    connection: Connection
    configuration: Configuration
    coverage: Coverage
    now: datetime
    link_key: bytes = field(default=b"", repr=False)

    def tell(self, incidents: Sequence[Incident]) -> int:
        """Write the messages that are due; return how many.

        Args:
            incidents: every incident of the day, open or not, hidden or not.
        """
        known = self._known()
        plan = self._planner().plan(incidents, known)
        return self._enact(plan, known, {each.recipient for each in known.waiting})

    def plan(self, incidents: Sequence[Incident]) -> Plan:
        """Decide what a run that may tell people would do now, and write nothing.

        Args:
            incidents: as for `tell`.
        """
        return self._planner().plan(incidents, self._known())

    def tell_waiting(self, incidents: Sequence[Incident]) -> int:
        """Write the messages whose wait has ended, and those of escalations; return how many.

        Nobody else is told anything: what a backfill changed in silence stays silent.

        Args:
            incidents: as for `tell`.
        """
        known, planner = self._known(), self._planner()
        plan = planner.plan(incidents, known, {})
        only = whom_to_wake(plan, known, self.now)
        return self._enact(planner.narrowed(plan, incidents, known, only), known, set(only))

    def tell_words(self, incidents: Sequence[Incident], spoken_of: set[str]) -> int:
        """Write what people said of incidents, to those who were told of them; return how many.

        That waits for nothing: who is told looks into it, or was told that somebody does.

        Args:
            incidents: every incident of the day.
            spoken_of: the fingerprints of those that somebody said something of.
        """
        told: dict[Recipient, dict[str, Telling]] = {}
        for telling in tellings_of_day(self.connection, self.coverage.day):
            told.setdefault(telling.recipient, {})[telling.thread_key] = telling
        return sum(
            self._tell_recipient(
                recipient, list(shown_by_a_word(incidents, spoken_of, known)), known
            )
            for recipient, known in sorted(told.items())
        )

    def _tell_recipient(
        self, recipient: Recipient, shown: Sequence[Incident], known: Mapping[str, Telling]
    ) -> int:
        cap = self.configuration.operations.storm_cap
        count = 0
        for thread_key, incidents in sorted(
            threads_of(shown, known, self.coverage.day, cap).items()
        ):
            last = known.get(thread_key)
            reason = decide_telling(last, incidents)
            if reason.is_news:
                count += self._tell_thread(recipient, thread_key, incidents, last, reason)
        return count

    @cached_property
    def _composer(self) -> Composer:
        configuration = self.configuration
        return Composer(
            Naming(configuration),
            self.coverage,
            configuration.operations.runbooks,
            duty_at(
                self.connection,
                configuration.on_call,
                self.now,
                configuration.operations.zone_info,
            ),
        )

    def _planner(self) -> Planner:
        directory = Directory(
            self.configuration.vendors,
            wishes_of(self.configuration.recipients),
            teams_on_call(self.connection, self.configuration.on_call, self.now),
        )
        return Planner(self.configuration, directory, self.now)

    def _known(self) -> Known:
        day = self.coverage.day
        return Known(
            day=day,
            tellings=tellings_of_day(self.connection, day),
            waiting=waiting_of_day(self.connection, day),
            escalations=escalations_of_day(self.connection, day),
        )

    def _enact(self, plan: Plan, known: Known, waited: set[Recipient]) -> int:
        """Write messages, what waits, and how far escalations are."""
        day = known.day
        count = sum(
            self._tell_thread(
                each.recipient, each.thread_key, each.incidents, each.last, each.telling
            )
            for each in plan.threads
            if each.is_told_now
        )
        operations = self.configuration.operations
        last_day = day + timedelta(days=operations.live_days)
        live = Window.for_operational_day(last_day, operations.zone_info)
        waits = waits_of(plan, self.now, utc_instant(live.end))
        for recipient in sorted(waited | waits.keys()):
            replace_waiting(self.connection, day, recipient, waits.get(recipient, ()))
        progress = progress_of(plan, known, self.now)
        save_escalations(self.connection, day, progress.running)
        end_escalations(self.connection, progress.over)
        return count

    def _tell_thread(
        self,
        recipient: Recipient,
        thread_key: str,
        incidents: Sequence[Incident],
        last: Telling | None,
        reason: TellingReason,
    ) -> int:
        telling = Telling(
            thread_key=thread_key,
            recipient=recipient,
            ordinal=1 if last is None else last.ordinal + 1,
            members={incident.fingerprint: _told(incident) for incident in incidents},
        )
        save_telling(self.connection, telling, self.coverage.day, self.now)
        operations = self.configuration.operations
        reader = self._reader(recipient, incidents)
        message = self._composer.compose(thread_key, incidents, last, reader)
        if message.standing.is_open and not reader.is_outside:
            actions = actions_for(operations.links, self.link_key, thread_key, recipient, self.now)
            message = replace(message, actions=actions)
        message = self._pictured(message, thread_key, incidents, reason, reader)
        news = News(message, reason, is_first=last is None)
        parts = tuple(parts_of(recipient.channel, news))
        if message.picture is not None and any(part.payload.get("inline") for part in parts):
            keep_picture(self.connection, as_json(message.picture.data))
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
            for part in parts
        )

    def _pictured(
        self,
        message: Message,
        thread_key: str,
        incidents: Sequence[Incident],
        reason: TellingReason,
        reader: Reader,
    ) -> Message:
        """Add the picture of the worst condition, unless the message speaks of several things."""
        if is_of_many(thread_key, incidents):
            return message
        picture = picture_for(
            self.connection,
            self.configuration,
            worst_first(incidents),
            reason,
            is_outside=reader.is_outside,
        )
        return replace(message, picture=picture)

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
