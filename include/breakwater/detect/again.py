"""Which days are to be judged again: their history was restated, or a known event touches it now.

A judged day keeps a hash of every day that it was judged by. Nobody has to mark it when one of
them changes: whoever judges a restated day again writes that day's new hash, and every later day
that has read another one shows. So no order of closing, and no two days closed side by side, leaves
a score that a closing in order would not have given.
"""

from collections.abc import Sequence
from datetime import date

from breakwater.contracts.events import KnownEvent
from breakwater.warehouse.database import Connection
from breakwater.warehouse.known_event import known_events
from breakwater.warehouse.stage_run import fingerprint_of

_RESTATED = """
    select later.operational_day as day
    from detect.run as later
    where later.read is not null and exists (
        select 1 from detect.run as earlier
        where earlier.operational_day >= later.first_day
            and earlier.operational_day < later.operational_day
            and earlier.content <> coalesce(later.read ->> cast(earlier.operational_day as text), '')
    )
"""
_JUDGED = (
    "select operational_day as day, first_day, events from detect.run where events is not null"
)


def days_out_of_date(connection: Connection, configured: Sequence[KnownEvent]) -> list[date]:
    """List the judged days whose scores rest on what is not there any more, in order.

    Days that were judged before their history was kept are none of them.

    Args:
        connection: an open transaction.
        configured: known events of the configuration; those that people added are read here.
    """
    found = {row["day"] for row in connection.execute(_RESTATED)}
    events = known_events(connection, configured)
    for row in connection.execute(_JUDGED):
        if row["events"] != events_read(events, row["first_day"], row["day"]):
            found.add(row["day"])
    return sorted(found)


def events_read(events: Sequence[KnownEvent], first: date, last: date) -> str:
    """Hash the known events that touch a span of days: what a day judged by them may name."""
    near = [event.model_dump(mode="json") for event in events if event.touches(first, last)]
    return fingerprint_of(near)
