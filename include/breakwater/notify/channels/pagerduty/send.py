"""Sending events to PagerDuty: those of one thread share a ``dedup_key``, so a copy changes nothing."""

import hashlib
from dataclasses import dataclass

from breakwater.notify.channel import Access
from breakwater.notify.outside.hand_over import (
    hand_over,
    host_url,
    named_connection,
    not_its_own,
    secret_of,
    text_in,
)
from breakwater.warehouse.delivery import Delivery, Receipt

HOSTS = ("events.pagerduty.com", "events.eu.pagerduty.com")


@dataclass(frozen=True, slots=True)
class PagerDutySender:
    """The PagerDuty channel.

    The connection ``pagerduty_<recipient>`` has a service's routing key as its password; accounts
    in Europe say so by the host ``events.eu.pagerduty.com``.
    """

    access: Access

    def send(self, delivery: Delivery) -> Receipt:
        """Trigger, acknowledge or resolve the alert of the thread."""
        connection = named_connection(self.access, "pagerduty", delivery.recipient)
        key = dedup_key_of(delivery)
        action = delivery.payload["action"]
        event = {
            "routing_key": secret_of(connection, "a routing key"),
            "event_action": action,
            "dedup_key": key,
            # To acknowledge and to resolve, PagerDuty takes the key alone.
            **(delivery.payload["event"] if action == "trigger" else {}),
        }
        answer = hand_over(
            f"{host_url(connection, HOSTS[0])}/v2/enqueue",
            self.access.allowed.and_hosts(*HOSTS),
            far_end=connection.name,
            document=event,
        )
        if text_in(answer, "status") != "success":
            raise not_its_own(connection.name)
        return Receipt(key, delivery.recipient)

    def was_delivered(self, delivery: Delivery) -> Receipt | None:  # noqa: ARG002  sending again is harmless
        """Answer None: the same event again changes nothing."""
        return None


def dedup_key_of(delivery: Delivery) -> str:
    """Name the alert of a thread; hashed, for a thread's own name has no bounded length."""
    return f"breakwater/{hashlib.sha256(delivery.thread_key.encode()).hexdigest()}"
