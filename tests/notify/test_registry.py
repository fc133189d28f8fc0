"""Every channel that a route can name is there, and opens by what is configured for it."""

from pathlib import Path
from typing import get_args

import pytest

from breakwater.core.errors import ConfigurationError
from breakwater.notify.channels.environment import senders_from_environment
from breakwater.notify.channels.registry import CHANNELS
from breakwater.warehouse.outbox import PAYLOAD_KEYS, Channel

READY = {"apprise", "file", "google_chat", "pagerduty", "slack_webhook", "teams", "webhook"}
"""Each of their recipients has a connection, so there is nothing to open."""


def test_every_channel_has_its_folder_and_its_payload() -> None:
    """A route that passes the check can be told by somebody."""
    assert set(CHANNELS) == set(get_args(Channel)) == set(PAYLOAD_KEYS)


def test_what_nobody_configured_stays_closed(tmp_path: Path) -> None:
    """Its messages wait in the outbox."""
    assert set(senders_from_environment(tmp_path, {})) == READY


@pytest.mark.parametrize(
    ("environment", "opened"),
    [
        ({"BREAKWATER_SMTP": "smtp://h?from=a@b.example"}, "email"),
        ({"AIRFLOW_CONN_SMTP": '{"host": "h", "extra": {"from_email": "a@b.example"}}'}, "email"),
        ({"BREAKWATER_SLACK_TOKEN": "xoxb-1"}, "slack"),
        ({"AIRFLOW_CONN_SLACK": "slack://:xoxb-1@"}, "slack"),
        ({"AIRFLOW_CONN_JIRA": '{"host": "harbour.atlassian.net", "password": "t"}'}, "jira"),
    ],
    ids=["smtp", "smtp connection", "slack", "slack connection", "jira"],
)
def test_the_command_line_reads_short_spellings_and_airflows(
    environment: dict[str, str], opened: str, tmp_path: Path
) -> None:
    """One spelling serves both, the other is short."""
    assert set(senders_from_environment(tmp_path, environment)) == READY | {opened}


def test_a_connection_that_cannot_be_read_is_no_missing_one(tmp_path: Path) -> None:
    """A slip must be seen, not taken for a choice."""
    with pytest.raises(ConfigurationError, match="connection smtp"):
        senders_from_environment(tmp_path, {"AIRFLOW_CONN_SMTP": "{"})
