"""The boxes of the mail form mean what Airflow says they mean."""

import pytest

from breakwater.core.errors import ConfigurationError
from breakwater.notify.channels.email.settings import SmtpSettings
from breakwater.warehouse.connections import FeedConnection


def form(*, extra: dict[str, object] | None = None, **fields: object) -> FeedConnection:
    """Fill in the connection form."""
    filled: dict[str, object] = {
        "name": "smtp",
        "kind": "smtp",
        "host": "mail.harbour.example",
        "password": "hunter2",
        "extra": {"from_email": "ops@harbour.example", **(extra or {})},
    }
    return FeedConnection(**(filled | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("extra", "security", "port"),
    [
        ({}, "tls", 465),
        ({"disable_ssl": True}, "starttls", 587),
        ({"disable_ssl": True, "disable_tls": True}, "none", 25),
        ({"disable_ssl": "true", "disable_tls": "False"}, "starttls", 587),
        ({"disable_ssl": "false"}, "tls", 465),
    ],
)
def test_encryption_is_on_unless_somebody_switched_it_off(
    extra: dict[str, object], security: str, port: int
) -> None:
    """A box of the form, or its spelling in a URI."""
    settings = SmtpSettings.from_connection(form(extra=extra))
    assert (settings.security, settings.port) == (security, port)


def test_login_port_and_timeout_are_taken_from_the_form() -> None:
    """What people fill in counts."""
    settings = SmtpSettings.from_connection(form(port=2525, login="me", extra={"timeout": 5}))
    assert (settings.port, settings.user, settings.password) == (2525, "me", "hunter2")
    assert settings.timeout_seconds == 5


@pytest.mark.parametrize("changes", [{"host": None}, {"extra": {"from_email": ""}}])
def test_a_form_without_host_or_sender_is_refused(changes: dict[str, object]) -> None:
    """And the message does not hold its password."""
    with pytest.raises(ConfigurationError, match="expected a host and a from_email") as refused:
        SmtpSettings.from_connection(form(**changes))  # type: ignore[arg-type]
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["smtp", "smtp+starttls", "smtps"])
def test_a_uri_and_a_form_say_the_same(scheme: str) -> None:
    """The short spelling of the command line loses nothing on its way."""
    settings = SmtpSettings.from_uri(f"{scheme}://u:p%40@mail.example:99?from=ops@h.example")
    assert SmtpSettings.from_connection(settings.as_connection("smtp")) == settings
