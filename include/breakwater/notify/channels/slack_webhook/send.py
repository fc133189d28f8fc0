"""Posting to an incoming webhook of Slack.

It answers ``ok`` and no id, so nothing can be edited, answered or asked for. Between its answer and
our commit there is a window in which a kill leads to a second message; the Web API has none, and is
to be preferred.
"""

from dataclasses import dataclass

from breakwater.notify.channel import Access
from breakwater.notify.outside.hand_over import hand_over, named_connection, not_its_own, secret_of
from breakwater.warehouse.delivery import Delivery, Receipt

HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")


@dataclass(frozen=True, slots=True)
class SlackWebhookSender:
    """The channel of incoming webhooks; ``slack_webhook_<recipient>`` has one as its password."""

    access: Access

    def send(self, delivery: Delivery) -> Receipt:
        """Post one message."""
        connection = named_connection(self.access, "slack_webhook", delivery.recipient)
        answer = hand_over(
            secret_of(connection, "the address of an incoming webhook"),
            self.access.allowed.and_hosts(*HOSTS),
            far_end=connection.name,
            document={
                "text": delivery.payload["text"],
                "blocks": delivery.payload["blocks"],
                "unfurl_links": False,
                "unfurl_media": False,
            },
        )
        if answer.body.strip() != b"ok":
            raise not_its_own(connection.name)
        return Receipt(delivery.delivery_key, delivery.recipient)

    def was_delivered(self, delivery: Delivery) -> Receipt | None:  # noqa: ARG002  a webhook cannot be asked
        """Answer None: see the module's docstring for the window that is left."""
        return None
