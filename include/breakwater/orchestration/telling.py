"""Tell people what a run found: incidents first, then the digest; backfills tell nobody."""

import logging
from collections.abc import Mapping

from airflow.sdk import get_current_context
from pydantic import JsonValue

from breakwater.core.errors import BreakwaterError, DeliveryError
from breakwater.notify.incidents import raise_incidents
from breakwater.notify.wake import wake_and_send
from breakwater.orchestration.channels import open_senders
from breakwater.orchestration.connections import installation
from breakwater.orchestration.days import instant, operational_day
from breakwater.orchestration.run_type import (
    asked_to_tell,
    paging_of,
    run_type_of,
    started_by,
)
from breakwater.report.correct import tell_corrections
from breakwater.report.digest import publish_digest
from breakwater.warehouse.workspace import Workspace

log = logging.getLogger(__name__)


class UndeliverableError(BreakwaterError):
    """Somebody who should have been told never will be, unless a person acts."""


def notify() -> JsonValue:
    """Turn the day's findings into incidents, and try to send what is due if the run may page.

    What could not be sent waits in the outbox for the digest, which insists: a channel that is
    down must not keep the digest from going out by the others.
    """
    context, workspace, now = get_current_context(), installation(), instant()
    day = operational_day(context)
    raised = raise_incidents(
        workspace,
        day,
        now,
        run_type=run_type_of(context),
        notify=asked_to_tell(context),
        started_by=started_by(context),
    )
    paging = paging_of(context, day, now, workspace.configuration.operations)
    return {**raised.to_dict(), "delivery": _deliver(workspace) if paging.is_allowed else None}


def digest(told: JsonValue) -> JsonValue:
    """Write the day's digest, send it if the run may page, and see that nothing stays unsent.

    Args:
        told: what `notify` returned.

    Raises:
        DeliveryError: a message could not be sent yet; trying again is safe and sends it once.
        UndeliverableError: a message was refused for good, or has no channel to leave by.
    """
    context, workspace, now = get_current_context(), installation(), instant()
    day = operational_day(context)
    paging = paging_of(context, day, now, workspace.configuration.operations)
    published = publish_digest(
        workspace, day, now, run_type=run_type_of(context), deliver=paging.is_allowed
    )
    if not paging.is_allowed:
        return {**published.to_dict(), "delivery": None}
    delivery = _deliver(workspace)
    earlier = told.get("delivery") if isinstance(told, Mapping) else None
    _insist(delivery, earlier if isinstance(earlier, Mapping) else {})
    return {**published.to_dict(), "delivery": delivery}


def correct() -> None:
    """Send the corrections of digests that readers are owed, if the run may tell people.

    What cannot be sent now stays in the outbox, and the next run that sends insists on it.
    """
    context, workspace, now = get_current_context(), installation(), instant()
    paging = paging_of(context, operational_day(context), now, workspace.configuration.operations)
    if paging.is_allowed and (count := tell_corrections(workspace, now)):
        log.info("%d messages correct digests of earlier days", count)
        _deliver(workspace)


def tell_waiting() -> JsonValue:
    """Tell what waited for its instant, take escalation steps, and hand over what is due."""
    return _deliver(installation())


def deliver_insisting(workspace: Workspace) -> dict[str, JsonValue]:
    """Hand over what the outbox holds and is due, and see that nothing stays unsent.

    Raises:
        DeliveryError: a message could not be sent yet; trying again is safe and sends it once.
        UndeliverableError: a message was refused for good, or has no channel to leave by.
    """
    delivery = _deliver(workspace)
    _insist(delivery, {})
    return delivery


def _deliver(workspace: Workspace) -> dict[str, JsonValue]:
    """Wake who waits, try once to hand over what is due; return the counts and the open channels."""
    senders = open_senders(workspace)
    return {**wake_and_send(workspace, instant(), senders).summary, "channels": sorted(senders)}


def _insist(delivery: Mapping[str, JsonValue], earlier: Mapping[str, JsonValue]) -> None:
    """Refuse to end green while somebody has not been told.

    Raises:
        DeliveryError: messages wait for their next attempt.
        UndeliverableError: messages were refused for good, or wait for a channel nobody opened.
    """
    refused = _count(delivery.get("dead")) + _count(earlier.get("dead"))
    if refused:
        message = f"{refused} messages were refused for good: see notify.outbox, state dead"
        raise UndeliverableError(message)
    waiting = delivery.get("waiting")
    unsent = waiting if isinstance(waiting, Mapping) else {}
    channels = delivery.get("channels")
    closed = [name for name in unsent if isinstance(channels, list) and name not in channels]
    if closed:
        message = f"messages wait for {', '.join(closed)}, which has no Airflow connection: add it"
        raise UndeliverableError(message)
    if unsent:
        counts = ", ".join(f"{count} by {name}" for name, count in unsent.items())
        message = f"messages could not be sent yet: {counts}; they are tried again"
        raise DeliveryError(message, permanent=False)


def _count(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0
