"""Posting to a space of Google Chat: each attempt names its request, so Chat posts it once.

``requestId`` makes ``spaces.messages.create`` idempotent: the same id again returns the message
that there is. ``threadKey`` keeps the news of one thread together.
"""

import hashlib
from dataclasses import dataclass
from urllib.parse import urlencode

from breakwater.notify.channel import Access
from breakwater.notify.outside.hand_over import (
    hand_over,
    named_connection,
    not_connected,
    not_its_own,
    secret_of,
    text_in,
)
from breakwater.warehouse.delivery import Delivery, Receipt

HOSTS = ("chat.googleapis.com",)


@dataclass(frozen=True, slots=True)
class GoogleChatSender:
    """The Google Chat channel.

    The connection ``google_chat_<recipient>`` has the address of the space's webhook as its
    password.
    """

    access: Access

    def send(self, delivery: Delivery) -> Receipt:
        """Post one message, in the thread of those before it."""
        connection = named_connection(self.access, "google_chat", delivery.recipient)
        address = secret_of(connection, "the address of a webhook")
        if "?" not in address:
            error = connection.expected("the whole address, with its key and token", "one without")
            raise not_connected(error) from error
        asked = {
            "requestId": delivery.delivery_key,
            "messageReplyOption": "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD",
        }
        thread = hashlib.sha256(delivery.thread_key.encode()).hexdigest()
        answer = hand_over(
            f"{address}&{urlencode(asked)}",
            self.access.allowed.and_hosts(*HOSTS),
            far_end=connection.name,
            document={
                "text": delivery.payload["text"],
                "cardsV2": [{"cardId": "alert", "card": delivery.payload["card"]}],
                "thread": {"threadKey": thread},
            },
        )
        name = text_in(answer, "name")
        if name is None:
            raise not_its_own(connection.name)
        return Receipt(name, delivery.recipient)

    def was_delivered(self, delivery: Delivery) -> Receipt | None:  # noqa: ARG002  sending again is the question
        """Answer None: the second attempt has the id of the first, and Chat posts it once."""
        return None
