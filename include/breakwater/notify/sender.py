"""What the sending stage asks of a channel."""

from typing import Protocol

from breakwater.warehouse.delivery import Delivery, Receipt


class Sender(Protocol):
    """One channel's way of handing a message over."""

    def send(self, delivery: Delivery) -> Receipt:
        """Hand a message over.

        Raises:
            DeliveryError: it was not taken, or nobody knows; the error says which.
        """

    def was_delivered(self, delivery: Delivery) -> Receipt | None:
        """Ask the far end whether an earlier attempt arrived; None when it did not.

        A far end that cannot be asked answers None, and the sender must make a second copy
        harmless instead.

        Raises:
            DeliveryError: the far end could not be asked now.
        """
