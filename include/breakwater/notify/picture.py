"""Which alerts show a picture: those about an abnormal number, while the number is the news."""

from collections.abc import Sequence

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.wording import Names
from breakwater.notify.incident import Incident
from breakwater.notify.message import Picture
from breakwater.notify.telling import TellingReason
from breakwater.pictures.alt import alt_of
from breakwater.pictures.anomaly import WIDTH, height_of
from breakwater.pictures.collect import picture_of
from breakwater.pictures.history import read_histories
from breakwater.warehouse.database import Connection
from breakwater.warehouse.known_event import known_events

SHOWN_FOR = frozenset(
    {
        TellingReason.OPENED,
        TellingReason.REOPENED,
        TellingReason.WORSENED,
        TellingReason.RESTATED,
        TellingReason.EASED,
        TellingReason.REPEATED,
    }
)
"""What people said, and what is over, needs no picture."""


def picture_for(
    connection: Connection,
    configuration: Configuration,
    ordered: Sequence[Incident],
    reason: TellingReason,
    *,
    is_outside: bool,
) -> Picture | None:
    """Collect the picture of a thread's message: of its worst condition, if that is an anomaly.

    Args:
        connection: the open transaction.
        configuration: names, and the known events of the file.
        ordered: the thread's incidents, worst first; at least one.
        reason: why the thread is told.
        is_outside: a vendor reads, who is told of a known event only when the event says so.

    Returns:
        None when a picture would show nothing.
    """
    worst = ordered[0]
    if reason not in SHOWN_FOR or not worst.is_open:
        return None
    finding = worst.finding
    histories = read_histories(connection, finding.operational_day, [finding])
    if not histories:
        return None
    events = known_events(connection, configuration.events)
    data = picture_of(
        finding,
        {history.series: history for history in histories},
        [event for event in events if event.tell_vendors or not is_outside],
        Names(configuration, finding.operational_day),
    )
    return None if data is None else Picture(alt_of(data), WIDTH, height_of(data), data)
