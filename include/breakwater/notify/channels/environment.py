"""Senders from environment variables: for the command line; Airflow brings its connections."""

from collections.abc import Mapping
from pathlib import Path

from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from breakwater.notify.channels.email.send import EmailSender
from breakwater.notify.channels.email.settings import SmtpSettings
from breakwater.notify.channels.file.send import FileSender
from breakwater.notify.channels.slack.call import slack_call
from breakwater.notify.channels.slack.send import SlackSender
from breakwater.notify.sender import Sender

_TIMEOUT_SECONDS = 30


def senders_from_environment(
    outbox_folder: Path, environment: Mapping[str, str]
) -> dict[str, Sender]:
    """Open the channels that environment variables describe; files need none.

    ====================== ====================================================================
    variable               what
    ====================== ====================================================================
    BREAKWATER_SMTP        ``smtp+starttls://user:password@host:587?from=address``
    BREAKWATER_SLACK_TOKEN a bot token; without it nothing goes to Slack
    BREAKWATER_SLACK       base URL of the Web API, Slack's own by default
    ====================== ====================================================================

    Messages of a channel that is not open stay in the outbox.
    """
    senders: dict[str, Sender] = {"file": FileSender(outbox_folder)}
    if smtp := environment.get("BREAKWATER_SMTP"):
        senders["email"] = EmailSender(SmtpSettings.from_uri(smtp))
    if token := environment.get("BREAKWATER_SLACK_TOKEN"):
        base_url = environment.get("BREAKWATER_SLACK", WebClient.BASE_URL)
        senders["slack"] = SlackSender(slack_call(_client(token, base_url).api_call))
    return senders


def _client(token: str, base_url: str) -> WebClient:
    """Make a client that waits when Slack asks for it, and never repeats a call of unknown fate."""
    waits = RateLimitErrorRetryHandler(max_retry_count=2)
    return WebClient(
        token=token, base_url=base_url, timeout=_TIMEOUT_SECONDS, retry_handlers=[waits]
    )
