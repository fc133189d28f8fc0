"""Who wants no digest any more: one click in the mail, taken back by whoever runs Breakwater.

Mail programs show the link of ``List-Unsubscribe`` beside the sender, and post to it by themselves
when a person asks them to (RFC 8058): no page, no log-in, no second question. It stops the reports of
one audience to one address; alerts are duties, and go on.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from breakwater.contracts.audiences import Audience
from breakwater.contracts.links import MessageLinks
from breakwater.core.signed_token import (
    SHORTEST_KEY,
    TokenRefusal,
    TokenRefusedError,
    read_token,
    signed_token,
)
from breakwater.warehouse.database import Connection
from breakwater.warehouse.workspace import Workspace

PAGE = "unsubscribe"
"""The page's name, and the one purpose of its tokens."""

COUNTS_FOR = timedelta(days=90)
"""A mail is often cleared away long after it was read."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a link ends: the reports of an audience to an address."""

    audience: Audience
    address: str


@dataclass(frozen=True, slots=True)
class UnsubscribeLinks:
    """What links to the page need; without an address or a key there are none.

    Attributes:
        links: where our pages are.
        key: the installation's secret.
    """

    links: MessageLinks | None
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, workspace: Workspace) -> "UnsubscribeLinks":
        """Take them from an installation."""
        return cls(workspace.configuration.operations.links, workspace.link_key)

    def headers(self, audience: str, address: str, now: datetime) -> dict[str, str]:
        """Return the headers by which a mail program unsubscribes an address from an audience."""
        if self.links is None or len(self.key) < SHORTEST_KEY:
            return {}
        token = signed_token(
            self.key,
            purpose=PAGE,
            subject=audience,
            recipient=_name_of(address),
            expires_at=now + COUNTS_FOR,
        )
        return {
            "List-Unsubscribe": f"<{self.links.address(PAGE, token)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }


def subscription_of(workspace: Workspace, token: str, now: datetime) -> Subscription:
    """Return what a token ends.

    Raises:
        TokenRefusedError: it is none of ours, was changed or has expired, or the configuration
            names neither that audience nor that address any more.
    """
    grant = read_token(workspace.link_key, token, purpose=PAGE, now=now)
    for audience in workspace.configuration.audiences:
        if audience.audience == grant.subject:
            names = {_name_of(address): address for address in audience.email}
            found = grant.recipient_among(workspace.link_key, names)
            if found is not None:
                return Subscription(audience, names[found])
    raise TokenRefusedError(TokenRefusal.FORGED)


def unsubscribe(workspace: Workspace, token: str, now: datetime) -> Subscription:
    """End what a token ends; a second time changes nothing.

    Raises:
        TokenRefusedError: as of `subscription_of`.
    """
    ended = subscription_of(workspace, token, now)
    with workspace.warehouse.transaction() as connection:
        connection.execute(
            "insert into report.unsubscribed values (%s, %s, %s) on conflict do nothing",
            [ended.audience.audience, ended.address, now],
        )
    return ended


def restore(connection: Connection, audience: str, address: str) -> bool:
    """Send an address its reports again; return False when it never asked not to."""
    found = connection.execute(
        "delete from report.unsubscribed where audience = %s and address = %s", [audience, address]
    )
    return found.rowcount == 1


def addresses_of(connection: Connection, audience: Audience) -> list[str]:
    """List the addresses of an audience that want its reports, in the order they are configured."""
    rows = connection.execute(
        "select address from report.unsubscribed where audience = %s", [audience.audience]
    )
    gone = {row["address"] for row in rows}
    return [address for address in audience.email if address not in gone]


def unsubscribed(connection: Connection) -> list[tuple[str, str, datetime]]:
    """List who wants no reports: audience, address, since when."""
    rows = connection.execute(
        "select audience, address, unsubscribed_at from report.unsubscribed order by 1, 2"
    )
    return [(row["audience"], row["address"], row["unsubscribed_at"]) for row in rows]


def _name_of(address: str) -> str:
    return f"email:{address}"
