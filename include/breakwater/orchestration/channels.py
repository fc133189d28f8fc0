"""How messages leave: the senders of the channels that Airflow connections open."""

import logging
from typing import Any

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from breakwater.core.errors import ConfigurationError
from breakwater.notify.channels.email.send import EmailSender
from breakwater.notify.channels.email.settings import Security, SmtpSettings
from breakwater.notify.channels.file.send import FileSender
from breakwater.notify.channels.slack.call import slack_call
from breakwater.notify.channels.slack.send import SlackSender
from breakwater.notify.sender import Sender
from breakwater.warehouse.workspace import Workspace

SLACK_CONNECTION = "slack"
SMTP_CONNECTION = "smtp"
_PORTS: dict[Security, int] = {"none": 25, "starttls": 587, "tls": 465}

log = logging.getLogger(__name__)


def open_senders(workspace: Workspace) -> dict[str, Sender]:
    """Open the channels that have a connection; files need none.

    Messages of a channel that is not open stay in the outbox, and the run that wrote them says so.
    """
    senders: dict[str, Sender] = {"file": FileSender(workspace.outbox_folder)}
    if _connection(SLACK_CONNECTION) is not None:
        senders["slack"] = SlackSender(slack_call(_slack_hook().call))
    if (smtp := _connection(SMTP_CONNECTION)) is not None:
        senders["email"] = EmailSender(smtp_settings(smtp))
    return senders


def smtp_settings(connection: Connection) -> SmtpSettings:
    """Read the fields of the ``smtp`` connection form; we build and send the mail ourselves.

    The provider's hook sends HTML without a text part, repeats what was refused for good, and says
    nothing when one of several addresses is refused. What its form means stays as it is: TLS from
    the first byte unless ``disable_ssl``, then STARTTLS unless ``disable_tls``.

    Raises:
        ConfigurationError: the connection names no host or no sender.
    """
    extra: dict[str, Any] = connection.extra_dejson
    sender = str(extra.get("from_email") or "")
    if not connection.host or "@" not in sender:
        found = f"host {connection.host!r}, from_email {sender!r}"
        problem = (
            f"connection {connection.conn_id}: expected a host and a from_email; found {found}"
        )
        raise ConfigurationError((problem,))
    security: Security = "tls"
    if extra.get("disable_ssl"):
        security = "none" if extra.get("disable_tls") else "starttls"
    return SmtpSettings(
        host=connection.host,
        port=connection.port or _PORTS[security],
        sender=sender,
        user=connection.login or None,
        password=connection.password or None,
        security=security,
        timeout_seconds=float(extra.get("timeout") or 30),
    )


def _slack_hook() -> Any:  # noqa: ANN401  the provider is imported only where it is used
    """Make the hook: it waits when Slack asks for it, and never repeats a call of unknown fate."""
    from airflow.providers.slack.hooks.slack import SlackHook
    from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

    waits = RateLimitErrorRetryHandler(max_retry_count=2)
    return SlackHook(slack_conn_id=SLACK_CONNECTION, timeout=30, retry_handlers=[waits])


def _connection(conn_id: str) -> Connection | None:
    try:
        found: Connection = Connection.get(conn_id)
    except AirflowNotFoundException:
        log.warning("there is no connection %r: messages of that channel wait", conn_id)
        return None
    return found
