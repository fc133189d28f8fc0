"""Routing: whom a finding concerns. A vendor's contacts are never told about another vendor."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from breakwater.contracts.routes import VENDOR_CONTACTS, Destination, Route
from breakwater.contracts.vendor import VendorContract
from breakwater.core.finding import Finding
from breakwater.warehouse.outbox import Channel


@dataclass(frozen=True, slots=True, order=True)
class Recipient:
    """One address of one channel."""

    channel: Channel
    address: str


def recipients_of(
    finding: Finding, routes: Sequence[Route], vendors: Mapping[str, VendorContract]
) -> tuple[Recipient, ...]:
    """List who is told about a finding: the first route that matches, and on while they continue.

    Who is named as a contact of a vendor sees findings of that vendor alone, whatever the routes
    say: a mistake in a route cannot tell one vendor about another.
    """
    found: dict[Recipient, None] = {}
    for route in routes:
        if not route.match.matches(finding):
            continue
        for destination in route.send_to:
            found.update(dict.fromkeys(_addresses(destination, finding, vendors)))
        if not route.continues:
            break
    return tuple(recipient for recipient in found if _may_see(recipient, finding, vendors.values()))


def belongs_to_a_vendor(recipient: Recipient, vendors: Iterable[VendorContract]) -> bool:
    """Tell whether somebody outside reads there."""
    return any(recipient in contacts_of(vendor) for vendor in vendors)


def contacts_of(vendor: VendorContract) -> tuple[Recipient, ...]:
    """List the addresses in a vendor's contract."""
    chat = vendor.contacts.slack_channel
    return (
        *(Recipient("email", address) for address in vendor.contacts.email),
        *((Recipient("slack", chat),) if chat else ()),
        *(Recipient(each.channel, each.recipient) for each in vendor.contacts.others),
    )


def _addresses(
    destination: Destination, finding: Finding, vendors: Mapping[str, VendorContract]
) -> Iterator[Recipient]:
    if destination.recipient != VENDOR_CONTACTS:
        yield Recipient(destination.channel, destination.recipient)
    elif finding.vendor is not None and finding.vendor in vendors:
        for contact in contacts_of(vendors[finding.vendor]):
            if contact.channel == destination.channel:
                yield contact


def _may_see(recipient: Recipient, finding: Finding, vendors: Iterable[VendorContract]) -> bool:
    owners = {vendor.vendor for vendor in vendors if recipient in contacts_of(vendor)}
    return not owners or finding.vendor in owners
