"""Ending reports by the link in a mail, over real HTTP: as a mail program does, and as a person does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from served import served

from breakwater.contracts.links import MessageLinks
from breakwater.core.signed_token import signed_token
from breakwater.core.vocabulary import RunType
from breakwater.report.digest import publish_digest
from breakwater.report.subscriptions import restore, unsubscribed
from breakwater.warehouse.workspace import Workspace

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 22, 5, tzinfo=UTC)
LEGAL, POLICY = "legal-operations@harbour.example", "policy-operations@harbour.example"


@pytest.fixture
def linked(workspace: Workspace) -> Workspace:
    """Say where our pages are."""
    configuration = workspace.configuration
    links = MessageLinks(base_url="https://airflow.harbour.example/ops/")
    operations = configuration.operations.model_copy(update={"links": links})
    return replace(workspace, configuration=replace(configuration, operations=operations))


@pytest.fixture
def client(linked: Workspace) -> Iterator[httpx.Client]:
    """Serve the pages a month later."""
    with served(linked, lambda: NOW + timedelta(days=30)) as client:
        yield client


def _mailed(workspace: Workspace, day: date) -> dict[str, dict[str, str]]:
    """Publish a day to two addresses; return the headers of the mails that were written."""
    publish_digest(workspace, day, NOW, ["policy_legal"], run_type=RunType.MANUAL, deliver=True)
    rows = workspace.warehouse.rows(
        "select recipient, payload from notify.outbox where channel = 'email' and subject like %s",
        [f"%{day.isoformat()}"],
    )
    return {row["recipient"]: row["payload"]["headers"] for row in rows}


def test_one_click_ends_the_reports_to_one_address(linked: Workspace, client: httpx.Client) -> None:
    """The header's link, posted to as RFC 8058 has it: the next day's report goes to the other alone."""
    headers = _mailed(linked, DAY)
    assert headers.keys() == {LEGAL, POLICY}
    assert headers[LEGAL]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = urlsplit(headers[LEGAL]["List-Unsubscribe"].strip("<>"))
    assert (link.scheme, link.path) == ("https", "/ops/breakwater/unsubscribe")
    assert LEGAL not in headers[LEGAL]["List-Unsubscribe"]
    address = f"unsubscribe?{link.query}"
    for _ in range(2):
        answer = client.post(address, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert _mailed(linked, DAY + timedelta(days=1)).keys() == {POLICY}
    with linked.warehouse.transaction() as connection:
        assert [row[:2] for row in unsubscribed(connection)] == [("policy_legal", LEGAL)]
        assert restore(connection, "policy_legal", LEGAL)
        assert not restore(connection, "policy_legal", LEGAL)
    assert _mailed(linked, DAY + timedelta(days=2)).keys() == {LEGAL, POLICY}


def test_opening_the_link_only_asks(linked: Workspace, client: httpx.Client) -> None:
    """A mail program that looks ahead ends nothing."""
    link = urlsplit(_mailed(linked, DAY)[LEGAL]["List-Unsubscribe"].strip("<>"))
    page = client.get(f"unsubscribe?{link.query}")
    assert page.status_code == 200
    assert "Reports for Policy and Legal" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert _mailed(linked, DAY + timedelta(days=1)).keys() == {LEGAL, POLICY}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"key": b"another key of thirty-two bytes!"}, 403),
        ({"purpose": "acknowledge"}, 403),
        ({"recipient": "email:nobody@harbour.example"}, 403),
        ({"subject": "nobodys_audience"}, 403),
        ({"expires_at": NOW}, 410),
    ],
)
def test_a_link_that_is_not_ours_ends_nothing(
    linked: Workspace, client: httpx.Client, change: dict[str, object], status: int
) -> None:
    """Forged, of another purpose, of nobody, or over."""
    usual: dict[str, object] = {
        "key": linked.link_key,
        "purpose": "unsubscribe",
        "subject": "policy_legal",
        "recipient": f"email:{LEGAL}",
        "expires_at": NOW + timedelta(days=90),
    }
    token = signed_token(**(usual | change))  # type: ignore[arg-type]
    assert client.post("unsubscribe", params={"token": token}).status_code == status
    assert linked.warehouse.rows("select 1 from report.unsubscribed") == []


def test_without_an_address_of_our_pages_there_is_no_link(workspace: Workspace) -> None:
    """Nothing is promised that nobody answers."""
    assert "List-Unsubscribe" not in _mailed(workspace, DAY)[LEGAL]
