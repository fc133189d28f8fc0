"""Connections open channels."""

import json
from typing import TYPE_CHECKING

import pytest

from breakwater.core.errors import ConfigurationError
from breakwater.warehouse.workspace import Workspace

if TYPE_CHECKING:  # importing Airflow takes seconds, which only these tests should pay
    from airflow.sdk import Connection


def smtp(*, extra: dict[str, object] | None = None, **fields: object) -> "Connection":
    """Fill in the connection form."""
    from airflow.sdk import Connection

    filled = {
        "conn_type": "smtp",
        "host": "mail.harbour.example",
        "password": "hunter2",
        "extra": {"from_email": "ops@harbour.example", **(extra or {})},
        **fields,
    }
    return Connection.from_json(json.dumps(filled), conn_id="smtp")


@pytest.mark.parametrize(
    ("extra", "security", "port"),
    [
        ({}, "tls", 465),
        ({"disable_ssl": True}, "starttls", 587),
        ({"disable_ssl": True, "disable_tls": True}, "none", 25),
    ],
)
def test_the_boxes_of_the_smtp_form_mean_what_airflow_says(
    extra: dict[str, object], security: str, port: int
) -> None:
    """Encryption is on unless somebody switched it off."""
    from breakwater.orchestration.channels import smtp_settings

    settings = smtp_settings(smtp(extra=extra))
    assert (settings.security, settings.port) == (security, port)


def test_login_port_and_timeout_are_taken_from_the_form() -> None:
    """What people fill in counts."""
    from breakwater.orchestration.channels import smtp_settings

    settings = smtp_settings(smtp(port=2525, login="me", extra={"timeout": 5}))
    assert (settings.port, settings.user, settings.password) == (2525, "me", "hunter2")
    assert settings.timeout_seconds == 5


@pytest.mark.parametrize("changes", [{"host": None}, {"extra": {"from_email": ""}}])
def test_a_connection_without_host_or_sender_is_refused(changes: dict[str, object]) -> None:
    """And the message does not hold its password."""
    from breakwater.orchestration.channels import smtp_settings

    with pytest.raises(ConfigurationError, match="expected a host and a from_email") as refused:
        smtp_settings(smtp(**changes))
    assert "hunter2" not in str(refused.value)


def test_a_channel_without_connection_stays_closed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files need none; mail is open; nobody configured Slack."""
    from breakwater.orchestration.channels import open_senders

    connection = (
        '{"conn_type": "smtp", "host": "127.0.0.1", "extra": {"from_email": "a@b.example"}}'
    )
    monkeypatch.setenv("AIRFLOW_CONN_SMTP", connection)
    assert set(open_senders(workspace)) == {"file", "email"}
