"""Handing text to Apprise, an optional package that speaks to very many services.

It says whether a service took a message, and not why not. No service can be asked about earlier
attempts: in the window between its answer and our commit a kill leads to a second message.
"""

from dataclasses import dataclass
from importlib import import_module

from breakwater.core.errors import DeliveryError
from breakwater.notify.channel import Access
from breakwater.notify.outside.ask import LONGEST_SECONDS
from breakwater.notify.outside.hand_over import named_connection, not_connected, secret_of
from breakwater.notify.outside.within import within
from breakwater.warehouse.delivery import Delivery, Receipt


@dataclass(frozen=True, slots=True)
class AppriseSender:
    """The Apprise channel; ``apprise_<recipient>`` has Apprise's own address as its password.

    Where such an address leads is not checked by us: Apprise connects by itself.
    """

    access: Access

    def send(self, delivery: Delivery) -> Receipt:
        """Hand over one message."""
        connection = named_connection(self.access, "apprise", delivery.recipient)
        address = secret_of(connection, "an address as Apprise spells it")
        try:
            apprise = import_module("apprise")
        except ModuleNotFoundError as error:
            message = "expected the package apprise, which is an extra: breakwater[apprise]"
            raise DeliveryError(message, permanent=False, for_a_person=True) from error
        service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="Breakwater", async_mode=False))
        if not service.add(address):
            error_of_it = connection.expected("an address as Apprise spells it", "another text")
            raise not_connected(error_of_it)
        said = delivery.payload
        try:  # Apprise bounds each wait for a byte, and a service may send one now and then
            taken = within(
                LONGEST_SECONDS,
                lambda: service.notify(
                    body=said["body"],
                    title=said["title"],
                    notify_type=said["kind"],
                    body_format="text",
                    interpret_escapes=False,
                ),
                "apprise",
            )
        except TimeoutError as error:
            message = f"{connection.name}: the service took {error}"
            raise DeliveryError(message, permanent=False, in_doubt=True) from error
        if not taken:
            message = f"{connection.name}: the service did not take it; Apprise says no more"
            raise DeliveryError(message, permanent=False, in_doubt=True)
        return Receipt(delivery.delivery_key, delivery.recipient)

    def was_delivered(self, delivery: Delivery) -> Receipt | None:  # noqa: ARG002  it cannot be asked
        """Answer None: see the module's docstring for the window that is left."""
        return None
