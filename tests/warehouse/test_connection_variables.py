"""Connections of the environment: what is wrong with one is said without its secrets."""

import traceback

import pytest

from breakwater.core.errors import ConfigurationError
from breakwater.warehouse.connections import connections_of

SECRET = "hunter" + "2"
"""In two pieces: a traceback quotes these lines."""


@pytest.mark.parametrize(
    "text",
    [
        f"sftp://harbour:{SECRET}/more@sftp.acme.example",
        f"sftp://harbour:{SECRET}?more@sftp.acme.example",
        f"http://[{SECRET}@api.example",
        f'{{"conn_type": "http", "port": "{SECRET}"}}',
        f'{{"conn_type": "http", "password": "{SECRET}"',
        f'{{"conn_type": "http", "extra": "{SECRET}"}}',
    ],
)
def test_a_connection_that_cannot_be_read_shows_no_piece_of_its_password(text: str) -> None:
    """Neither in the message nor in what led to it: a log keeps both."""
    with pytest.raises(ConfigurationError, match="AIRFLOW_CONN_ACME; found neither") as raised:
        connections_of({"AIRFLOW_CONN_ACME": text})("acme")
    assert SECRET not in "".join(traceback.format_exception(raised.value))


def test_an_escaped_password_arrives_as_it_was_meant() -> None:
    """With the slash that would end it."""
    found = connections_of({"AIRFLOW_CONN_ACME": f"sftp://harbour:{SECRET}%2Fx@sftp.example"})
    assert found("acme").password == f"{SECRET}/x"
    assert found("acme").host == "sftp.example"
