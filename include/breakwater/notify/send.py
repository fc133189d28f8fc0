"""Sending what the outbox holds: each message once, whatever is killed in between."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from breakwater.core.days import operational_day_of, utc_seconds
from breakwater.core.errors import DeliveryError
from breakwater.core.plain import one_line
from breakwater.notify.retry import MOST_ATTEMPTS, delay_before_next
from breakwater.notify.sender import Sender
from breakwater.pictures.stored import draw_stored
from breakwater.warehouse.database import Connection, Database, KeptConnections
from breakwater.warehouse.delivery import (
    Delivery,
    Receipt,
    begin_attempt,
    due,
    mark_dead,
    mark_later,
    mark_sent,
    try_hold,
)
from breakwater.warehouse.picture import draw_pictures, with_pictures
from breakwater.warehouse.stage_run import WHOLE_DAY, StageResult
from breakwater.warehouse.workspace import Workspace

Ending = Literal["sent", "later", "dead", "taken"]
_LONGEST_ERROR = 300


def send_pending(workspace: Workspace, now: datetime, senders: Mapping[str, Sender]) -> StageResult:
    """Try each message that is due, once; safe to run twice at a time and to kill at any point.

    Args:
        workspace: the installation.
        now: the instant; what fails now is due again later than this, so it is not tried again in
            the same call.
        senders: by channel; messages of a channel that has none stay and wait.

    Returns:
        Counts: ``sent``; ``later`` (failed, will be tried again); ``dead`` (given up in this
        call); ``waiting`` (rows that should have been sent by now, by channel); ``held`` (rows that
        wait on purpose for a later instant); ``dead_letters`` (all of them).
    """
    endings: Counter[Ending] = Counter()
    kept = KeptConnections()  # two transactions a message: one holds its row, one notes the attempt
    warehouse = replace(workspace.warehouse, kept=kept)
    try:
        while fresh := _try_all(warehouse, now, senders):
            endings.update(fresh)
        with warehouse.transaction() as connection:
            states = _count_states(connection, now)
    finally:
        kept.close()
    return StageResult(
        operational_day=operational_day_of(
            utc_seconds(now), workspace.configuration.operations.zone_info
        ),
        vendor=WHOLE_DAY,
        stage="send",
        changed=endings["sent"] + endings["dead"] > 0,
        summary={
            "sent": endings["sent"],
            "later": endings["later"],
            "dead": endings["dead"],
            "waiting": states["waiting"],
            "held": sum(states["held"].values()),
            "dead_letters": sum(states["dead"].values()),
        },
    )


def _try_all(warehouse: Database, now: datetime, senders: Mapping[str, Sender]) -> Counter[Ending]:
    """Try what is due now: the head of each thread; empty when only others' rows are left."""
    with warehouse.transaction() as connection:
        outbox_ids = due(connection, sorted(senders), now)
    if outbox_ids:
        draw_pictures(warehouse, outbox_ids, draw_stored)
    endings = Counter(_attempt(warehouse, outbox_id, senders, now) for outbox_id in outbox_ids)
    del endings["taken"]
    return endings


def _attempt(
    warehouse: Database, outbox_id: int, senders: Mapping[str, Sender], now: datetime
) -> Ending:
    """Send one message while holding its row, and write how that ended."""
    with warehouse.transaction() as connection:
        delivery = _begin(warehouse, outbox_id, now) if try_hold(connection, outbox_id) else None
        if delivery is None:
            return "taken"
        try:
            receipt = _hand_over(delivery, senders[delivery.channel])
        except DeliveryError as error:
            return _settle_failure(connection, delivery, error, now)
        mark_sent(connection, delivery, receipt, now)
        return "sent"


def _begin(warehouse: Database, outbox_id: int, now: datetime) -> Delivery | None:
    """Commit that an attempt begins, in a transaction of its own."""
    with warehouse.transaction() as connection:
        delivery = begin_attempt(connection, outbox_id, now)
        if delivery is None:
            return None
        return replace(delivery, payload=with_pictures(connection, delivery.payload))


def _hand_over(delivery: Delivery, sender: Sender) -> Receipt:
    """Send, unless an earlier attempt of unknown outcome turns out to have arrived."""
    if delivery.is_in_doubt and (earlier := sender.was_delivered(delivery)) is not None:
        return earlier
    return sender.send(delivery)


def _settle_failure(
    connection: Connection, delivery: Delivery, error: DeliveryError, now: datetime
) -> Ending:
    said = one_line(error, _LONGEST_ERROR)
    has_run_out = delivery.attempts >= MOST_ATTEMPTS and not error.for_a_person
    if error.permanent or has_run_out:
        mark_dead(connection, delivery, said)
        return "dead"
    wait = delay_before_next(delivery.delivery_key, delivery.attempts, error.retry_after_seconds)
    # A far end that could not be asked has settled no earlier doubt.
    in_doubt = error.in_doubt or delivery.is_in_doubt
    mark_later(connection, delivery, now + wait, said, in_doubt=in_doubt)
    return "later"


def _count_states(connection: Connection, now: datetime) -> dict[str, dict[str, int]]:
    """Count what was not sent, by why and by channel; what was never tried yet may be held."""
    rows = connection.execute(
        "select channel, case when state = 'dead' then 'dead'"
        " when state = 'pending' and attempts = 0 and not_before > %s then 'held'"
        " else 'waiting' end as standing, count(*) as count"
        " from notify.outbox where state <> 'sent' group by 1, 2 order by 1, 2",
        [now],
    )
    counts: dict[str, dict[str, int]] = {"waiting": {}, "held": {}, "dead": {}}
    for row in rows:
        counts[row["standing"]][row["channel"]] = int(row["count"])
    return counts
