"""A client of Slack's Web API where there is no Airflow to bring one."""

from slack_sdk import WebClient

from breakwater.notify.channel import SlackApi
from breakwater.notify.channels.slack.patience import ShortWaits
from breakwater.warehouse.connections import FeedConnection

_TIMEOUT_SECONDS = 30


def web_api(connection: FeedConnection) -> SlackApi:
    """Make a client that waits when Slack asks for it, and never repeats a call of unknown fate.

    The extras are those of Airflow's form: ``base_url``, ``timeout`` and ``proxy``.
    """
    extra = connection.extra
    client = WebClient(
        token=connection.password,
        base_url=str(extra.get("base_url") or WebClient.BASE_URL),
        timeout=int(extra.get("timeout") or _TIMEOUT_SECONDS),
        proxy=extra.get("proxy"),
        retry_handlers=[ShortWaits()],
    )
    return client.api_call
