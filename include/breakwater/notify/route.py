"""Routing: whom a finding concerns. A vendor's contacts are never told about another vendor."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from breakwater.contracts.on_call import Team
from breakwater.contracts.recipients import RecipientWishes
from breakwater.contracts.routes import VENDOR_CONTACTS, Destination, Grouping, Route
from breakwater.contracts.vendor import VendorContract
from breakwater.core.finding import Finding
from breakwater.warehouse.outbox import Channel

TeamsOnCall = Mapping[str, Sequence[Team]]
"""Who is on call at the instant of a decision, by rota."""


@dataclass(frozen=True, slots=True, order=True)
class Recipient:
    """One address of one channel."""

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A route that takes a finding, and what it has from the routes above it.

    Attributes:
        path: its name behind those of the routes above, as ``legal/urgent``.
        send_to: where it leads.
        grouping: how its alerts share messages.
        escalation: the chain that begins when people are told.
        step: of which step of that chain it is; 0 of a route.
    """

    path: str
    send_to: tuple[Destination, ...]
    grouping: Grouping
    escalation: str | None
    step: int = 0


class WayReason(StrEnum):
    """Why an address that a route leads to is told, or why not."""

    TOLD = "told"
    ANOTHER_VENDORS = "another_vendors"
    """It belongs to a vendor, and the finding is not of that vendor."""
    OTHER_VENDORS_ONLY = "other_vendors_only"
    """It wishes to hear of other vendors."""
    BELOW_ITS_SEVERITY = "below_its_severity"


@dataclass(frozen=True, slots=True)
class Way:
    """How a finding comes to an address, and whether it may go there."""

    recipient: Recipient
    branch: Branch
    reason: WayReason = WayReason.TOLD


@dataclass(frozen=True, slots=True)
class Directory:
    """Who stands behind the words of a destination, and what they wish.

    Attributes:
        vendors: contracts, whose contacts ``{vendor}`` stands for.
        wishes: of recipients that stated some.
        on_call: the teams on call now, by rota.
    """

    vendors: Mapping[str, VendorContract]
    wishes: Mapping[Recipient, RecipientWishes] = field(default_factory=dict)
    on_call: TeamsOnCall = field(default_factory=dict)
    _owners: Mapping[Recipient, frozenset[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Turn the contracts round once: a storm asks for each address thousands of times."""
        owners: dict[Recipient, set[str]] = {}
        for vendor in self.vendors.values():
            for contact in contacts_of(vendor):
                owners.setdefault(contact, set()).add(vendor.vendor)
        frozen = {recipient: frozenset(names) for recipient, names in owners.items()}
        object.__setattr__(self, "_owners", frozen)

    def addresses(self, destination: Destination, finding: Finding) -> Iterator[Recipient]:
        """List the addresses that a destination stands for."""
        if destination.rota is not None:
            for team in self.on_call.get(destination.rota, ()):
                for contact in team.contacts:
                    if contact.channel == destination.channel:
                        yield Recipient(contact.channel, contact.recipient)
        elif destination.recipient != VENDOR_CONTACTS:
            yield Recipient(destination.channel, destination.recipient)
        elif finding.vendor is not None and finding.vendor in self.vendors:
            for address in contacts_of(self.vendors[finding.vendor]):
                if address.channel == destination.channel:
                    yield address

    def may_be_told(self, recipient: Recipient, finding: Finding) -> WayReason:
        """Decide whether an address may be told of a finding.

        Who is named as a contact of a vendor sees findings of that vendor alone, whatever the
        routes say: a mistake in a route cannot tell one vendor about another.
        """
        owners = self._owners.get(recipient)
        if owners is not None and finding.vendor not in owners:
            return WayReason.ANOTHER_VENDORS
        wishes = self.wishes.get(recipient)
        if wishes is None:
            return WayReason.TOLD
        if wishes.vendors and finding.vendor not in wishes.vendors:
            return WayReason.OTHER_VENDORS_ONLY
        if finding.severity.rank < wishes.minimum_severity.rank:
            return WayReason.BELOW_ITS_SEVERITY
        return WayReason.TOLD


def branches_of(finding: Finding, routes: Sequence[Route]) -> tuple[Branch, ...]:
    """List the routes that take a finding, in the order of the file.

    The first route that matches ends, unless it continues. Of a route with others below it, those
    are asked first in the same way; it takes what they leave, if it leads anywhere itself.
    """
    return tuple(_branches(finding, routes, Branch("", (), Grouping(), None)))


def ways_of(
    finding: Finding, branches: Iterable[Branch], directory: Directory
) -> dict[Recipient, Way]:
    """Find every address that routes lead to; the first route that leads to one counts."""
    found: dict[Recipient, Way] = {}
    for branch in branches:
        for destination in branch.send_to:
            for recipient in directory.addresses(destination, finding):
                reason = directory.may_be_told(recipient, finding)
                found.setdefault(recipient, Way(recipient, branch, reason))
    return found


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


def wishes_of(stated: Iterable[RecipientWishes]) -> dict[Recipient, RecipientWishes]:
    """Return the wishes of configuration by whose they are."""
    return {Recipient(each.channel, each.recipient): each for each in stated}


def _branches(finding: Finding, routes: Sequence[Route], above: Branch) -> Iterator[Branch]:
    for route in routes:
        if not route.match.matches(finding):
            continue
        here = Branch(
            path=f"{above.path}/{route.route}".lstrip("/"),
            send_to=route.send_to,
            grouping=route.group or above.grouping,
            escalation=route.escalation or above.escalation,
        )
        below = tuple(_branches(finding, route.routes, here))
        if not below and not route.send_to:
            continue
        yield from below or (here,)
        if not route.continues:
            return
