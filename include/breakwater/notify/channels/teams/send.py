"""Posting a card to a workflow of Teams.

A workflow answers 202 when it has taken the card; whether it could post it, only its own history
tells. It takes no key by which a second copy could be known, and cannot be asked: between its
answer and our commit there is a window in which a kill leads to a second card.
"""

from dataclasses import dataclass

from breakwater.notify.channel import Access
from breakwater.notify.outside.hand_over import hand_over, named_connection, secret_of
from breakwater.warehouse.delivery import Delivery, Receipt

HOSTS = (".logic.azure.com", ".api.powerplatform.com")
"""Where workflows of the public cloud listen."""


@dataclass(frozen=True, slots=True)
class TeamsSender:
    """The Teams channel; the connection ``teams_<recipient>`` has the address as its password."""

    access: Access

    def send(self, delivery: Delivery) -> Receipt:
        """Post one card."""
        connection = named_connection(self.access, "teams", delivery.recipient)
        card = {
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": None,
            "content": delivery.payload["card"],
        }
        hand_over(
            secret_of(connection, "the address of a workflow"),
            self.access.allowed.and_hosts(*HOSTS),
            far_end=connection.name,
            document={"type": "message", "attachments": [card]},
        )
        return Receipt(delivery.delivery_key, delivery.recipient)

    def was_delivered(self, delivery: Delivery) -> Receipt | None:  # noqa: ARG002  a workflow cannot be asked
        """Answer None: see the module's docstring for the window that is left."""
        return None
