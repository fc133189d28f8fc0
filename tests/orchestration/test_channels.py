"""Connections open channels."""

from types import SimpleNamespace

import pytest

from breakwater.notify.channels.email.send import EmailSender
from breakwater.notify.channels.slack.send import SlackSender
from breakwater.warehouse.workspace import Workspace

SMTP = (
    '{"conn_type": "smtp", "host": "127.0.0.1", "port": 2525, "login": "me", "password": "hunter2",'
    ' "extra": {"from_email": "a@b.example", "timeout": 5, "disable_ssl": true}}'
)


def test_a_channel_without_connection_stays_closed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files need none; mail is open; nobody configured Slack."""
    from breakwater.orchestration.channels import open_senders

    monkeypatch.setenv("AIRFLOW_CONN_SMTP", SMTP)
    opened = open_senders(workspace)
    assert {"file", "email"} <= set(opened)
    assert not {"slack", "jira"} & set(opened)


def test_a_form_filled_in_for_airflow_is_what_mail_is_sent_with(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Host, port, login and the boxes reach the sender."""
    from breakwater.orchestration.channels import open_senders

    monkeypatch.setenv("AIRFLOW_CONN_SMTP", SMTP)
    sender = open_senders(workspace)["email"]
    assert isinstance(sender, EmailSender)
    settings = sender.settings
    assert (settings.host, settings.port, settings.security) == ("127.0.0.1", 2525, "starttls")
    assert (settings.user, settings.password, settings.timeout_seconds) == ("me", "hunter2", 5)


def test_slack_is_called_by_the_providers_hook(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a connection means to us what it means to everybody else in Airflow."""
    from airflow.providers.slack.hooks.slack import SlackHook

    from breakwater.orchestration.channels import open_senders

    slack = '{"conn_type": "slack", "password": "xoxb-1", "extra": {"base_url": "http://[::1]:9/"}}'
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", slack)
    answer = SimpleNamespace(data={"team": "Harbour"})
    monkeypatch.setattr(SlackHook, "call", lambda *_, **__: answer)
    sender = open_senders(workspace)["slack"]
    assert isinstance(sender, SlackSender)
    assert sender.call("auth.test", {}) == {"team": "Harbour"}
