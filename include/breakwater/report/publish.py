"""One audience's report: composed from its part, kept as an edition, handed to the outbox."""

from dataclasses import dataclass
from datetime import datetime

from breakwater.contracts.audiences import Audience
from breakwater.contracts.configuration import Configuration
from breakwater.report.answers import Answers
from breakwater.report.compose import compose
from breakwater.report.correcting import decide_correction
from breakwater.report.deliver import enqueue_edition
from breakwater.report.editions import (
    Published,
    last_told,
    publish_edition,
    read_edition,
    said_by,
)
from breakwater.report.message import Digest, Level
from breakwater.report.morning import morning_of
from breakwater.report.scope import cut
from breakwater.report.subscriptions import UnsubscribeLinks
from breakwater.warehouse.database import Connection


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one audience's report: whether an edition is new, and how many messages."""

    is_new: bool
    enqueued: int


@dataclass(frozen=True, slots=True)
class Telling:
    """How reports of one run are published.

    Attributes:
        configuration: names, layouts, mornings.
        now: the instant of publication.
        is_told: whether people may be told.
        waits_for_morning: whether a report waits for the morning of its readers.
        airflow_url: address of Airflow's pages; links to them are left out without.
        links: by which an address is sent no more reports.
    """

    configuration: Configuration
    now: datetime
    is_told: bool
    waits_for_morning: bool
    airflow_url: str | None
    links: UnsubscribeLinks

    def publish(self, connection: Connection, answers: Answers, audience: Audience) -> Done:
        """Publish to one audience, in the open transaction."""
        digest = compose(cut(answers, audience), self.configuration, self.airflow_url)
        edition = publish_edition(connection, digest, self.now, audience, is_sent=self.is_told)
        enqueued = self._tell(connection, digest, edition, audience) if self.is_told else 0
        return Done(edition is not None, enqueued)

    def _tell(
        self, connection: Connection, digest: Digest, new: Published | None, audience: Audience
    ) -> int:
        # An edition that a silent run published is told by the first run that may.
        latest = new or read_edition(connection, digest.about, audience.audience, None)
        told = last_told(connection, digest.about, audience.audience)
        operations = self.configuration.operations
        reason = decide_correction(told, said_by(connection, latest), operations.corrections)
        if not (reason.is_told and _is_sent(latest, digest, audience)):
            return 0
        morning = None
        if self.waits_for_morning:
            morning = morning_of(audience, digest.about.last, operations.zone_info)
        return enqueue_edition(
            connection, latest, audience, self.now, links=self.links, not_before=morning
        )


def _is_sent(edition: Published, digest: Digest, audience: Audience) -> bool:
    """Send it, unless a quiet day is only kept; a correction of what was sent always goes out."""
    return audience.when_quiet == "send" or edition.number > 1 or digest.level is not Level.CLEAR
