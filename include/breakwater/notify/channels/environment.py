"""Channels from environment variables: for the command line; Airflow brings its connections."""

from collections.abc import Mapping
from pathlib import Path

from breakwater.contracts.operations import Outside
from breakwater.notify.channel import Access
from breakwater.notify.channels.email.settings import SmtpSettings
from breakwater.notify.channels.registry import open_senders
from breakwater.notify.channels.slack.client import web_api
from breakwater.notify.outside.target import Allowed
from breakwater.notify.sender import Sender
from breakwater.warehouse.connections import Connections, FeedConnection, connections_of

NOBODY = Outside()


def senders_from_environment(
    outbox_folder: Path, environment: Mapping[str, str], outside: Outside = NOBODY
) -> dict[str, Sender]:
    """Open the channels that environment variables describe; files need none.

    Args:
        outbox_folder: where the file channel writes.
        environment: see below.
        outside: hosts that may be asked, as ``operations.yaml`` says.

    ======================= ===================================================================
    variable                what
    ======================= ===================================================================
    AIRFLOW_CONN_<NAME>     a connection, spelt as Airflow reads it: a URI or a JSON object
    BREAKWATER_SMTP         ``smtp+starttls://user:password@host:587?from=address``, for short
    BREAKWATER_SLACK_TOKEN  a bot token, for short
    BREAKWATER_SLACK        base URL of the Web API, Slack's own by default
    ======================= ===================================================================

    Messages of a channel that is not open stay in the outbox.
    """
    allowed = Allowed.of(outside)
    return open_senders(Access(outbox_folder, _connections(environment), web_api, allowed))


def _connections(environment: Mapping[str, str]) -> Connections:
    """Find connections in the environment, the short spellings first."""
    spelt = connections_of(environment)

    def find(name: str) -> FeedConnection:
        if name == "smtp" and (smtp := environment.get("BREAKWATER_SMTP")):
            return SmtpSettings.from_uri(smtp).as_connection(name)
        if name == "slack" and (token := environment.get("BREAKWATER_SLACK_TOKEN")):
            extra = {"base_url": environment.get("BREAKWATER_SLACK")}
            return FeedConnection(name=name, kind="slack", password=token, extra=extra)
        return spelt(name)

    return find
