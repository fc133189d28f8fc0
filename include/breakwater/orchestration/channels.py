"""How messages leave: the channels that Airflow connections open."""

from typing import Any

from breakwater.notify.channel import Access, SlackApi
from breakwater.notify.channels import registry
from breakwater.notify.outside.target import Allowed
from breakwater.notify.sender import Sender
from breakwater.orchestration.connections import feed_connection
from breakwater.warehouse.connections import FeedConnection
from breakwater.warehouse.workspace import Workspace


def open_senders(workspace: Workspace) -> dict[str, Sender]:
    """Open the channels that have a connection; files need none.

    Messages of a channel that is not open stay in the outbox, and the run that wrote them says so.
    """
    allowed = Allowed.of(workspace.configuration.operations.outside)
    access = Access(workspace.outbox_folder, feed_connection, _slack_hook, allowed)
    return registry.open_senders(access)


def _slack_hook(connection: FeedConnection) -> SlackApi:
    """Make the hook: it waits when Slack asks for it, and never repeats a call of unknown fate."""
    from airflow.providers.slack.hooks.slack import SlackHook

    from breakwater.notify.channels.slack.patience import ShortWaits

    name = connection.name
    hook: Any = SlackHook(slack_conn_id=name, timeout=30, retry_handlers=[ShortWaits()])
    call: SlackApi = hook.call
    return call
