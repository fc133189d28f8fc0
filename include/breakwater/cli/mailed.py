"""An edition as the mail that readers get, for whoever wants to look at it or keep it."""

import os

from breakwater.core.period import Period
from breakwater.notify.channels.email.mail import build_mail
from breakwater.notify.channels.email.settings import SmtpSettings
from breakwater.report.deliver import addressed, identity_of, mail_of
from breakwater.report.editions import published_at, read_edition
from breakwater.report.subscriptions import UnsubscribeLinks
from breakwater.warehouse.delivery import Delivery
from breakwater.warehouse.outbox import delivery_key_of
from breakwater.warehouse.workspace import Workspace

NOBODY = "breakwater@breakwater.invalid"
"""Sender where no mail server is configured, and reader of an audience without an address."""


def mail_of_edition(
    workspace: Workspace, about: Period, audience: str, edition: int | None
) -> bytes:
    """Return an edition as a mail to the audience's first address; the latest without a number.

    Raises:
        NoEditionError: it was never published.
    """
    with workspace.warehouse.transaction() as connection:
        published = read_edition(connection, about, audience, edition)
        at = published_at(connection, published)
    addresses = [
        address
        for known in workspace.configuration.audiences
        if known.audience == audience
        for address in known.email
    ]
    recipient = addresses[0] if addresses else NOBODY
    subject, transition = identity_of(published)
    links = UnsubscribeLinks.of(workspace)
    delivery = Delivery(
        outbox_id=0,
        channel="email",
        recipient=recipient,
        thread_key=subject,
        operation="post",
        payload=addressed(mail_of(published), links.headers(audience, recipient, at)),
        delivery_key=delivery_key_of(subject, transition, "email", recipient),
        attempts=1,
        is_in_doubt=False,
        created_at=at,
        attempted_at=at,
        living=None,
    )
    uri = os.environ.get("BREAKWATER_SMTP")
    return build_mail(delivery, SmtpSettings.from_uri(uri).sender if uri else NOBODY).as_bytes()
