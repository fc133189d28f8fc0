"""The pages behind signed links, over real HTTP: who has a link may answer its alert, nothing more."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import airflow_home  # noqa: F401  before anything imports Airflow
import httpx
import pytest
from served import served

from breakwater.contracts.links import MessageLinks
from breakwater.contracts.routes import Destination, Route
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.signed_token import signed_token
from breakwater.core.vocabulary import RunType
from breakwater.notify.incidents import raise_incidents
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.workspace import Workspace

DAY = date(2026, 11, 14)
NOW = datetime(2026, 11, 15, 2, tzinfo=UTC)
THREAD = "ReconBreaks/pearlline/2026-11-14"
BREAKS = Finding(
    rule=Rule.RECON_BREAKS,
    operational_day=DAY,
    vendor="pearlline",
    severity=Severity.MAJOR,
    scope={"outcome": "missing_internal", "queue": "<script>alert(1)</script>"},
    value=12,
    unit="cases",
    threshold=5,
)
OTHER = replace(BREAKS, vendor="dekkan", value=77)
HOSTILE = "<img src=x onerror=alert(1)> {{ 7*7 }} <!channel>"


class Clock:
    """Stands where a test puts it."""

    def __init__(self) -> None:
        """Start at the tests' instant."""
        self.now = NOW

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Stand still."""
    return Clock()


@pytest.fixture
def told(workspace: Workspace) -> Workspace:
    """Tell one chat channel and one vendor of two alerts, with links."""
    configuration = workspace.configuration
    links = MessageLinks(base_url="https://airflow.harbour.example/ops/")
    routes = (
        Route(
            route="all",
            send_to=(
                Destination(channel="slack", recipient="C0OPS"),
                Destination(channel="slack", recipient="{vendor}"),
            ),
        ),
    )
    operations = configuration.operations.model_copy(update={"links": links})
    changed = replace(configuration, routes=routes, operations=operations)
    workspace = replace(workspace, configuration=changed)
    with workspace.warehouse.transaction() as connection:
        replace_findings(connection, DAY, "reconcile", "*", [BREAKS, OTHER])
    raise_incidents(workspace, DAY, NOW, RunType.SCHEDULED)
    return workspace


@pytest.fixture
def browser(told: Workspace, clock: Clock) -> Iterator[httpx.Client]:
    """Serve the pages; talk to them as a browser does."""
    with served(told, clock) as client:
        yield client


def token_for(workspace: Workspace, page: str, more: Mapping[str, Any] | None = None) -> str:
    """Make a token as an alert has it, or one that differs in something."""
    usual: dict[str, Any] = {
        "key": workspace.link_key,
        "purpose": page,
        "subject": THREAD,
        "recipient": "slack:C0OPS",
        "expires_at": NOW + timedelta(days=3),
    }
    return signed_token(**usual | dict(more or {}))


def fields_of(page: httpx.Response) -> dict[str, str]:
    """Return what the page's form would send when nothing in it is changed."""
    inputs = re.findall(r'<input ([^>]*)name="(\w+)"[^>]*?value="([^"]*)"([^>]*)', page.text)
    return {
        name: unescape(value)
        for before, name, value, after in inputs
        if "radio" not in before or "checked" in after
    }


def words(workspace: Workspace) -> list[tuple[Any, ...]]:
    """List what the rows of both incidents say, the vendor's name first."""
    rows = workspace.warehouse.rows("select vendor, word, word_by from notify.incident order by 1")
    return [tuple(row.values()) for row in rows]


def test_the_link_in_the_message_opens_the_page_that_acknowledges(
    told: Workspace, browser: httpx.Client
) -> None:
    """From the payload in the outbox to the reply in the thread, and the history says how."""
    (row,) = told.warehouse.rows(
        "select payload::text as p from notify.outbox"
        " where recipient = 'C0OPS' and thread_key = %s",
        [THREAD],
    )
    (link,) = re.findall(
        r'https://airflow\.harbour\.example/ops/breakwater/acknowledge[^"]+', row["p"]
    )
    token = parse_qs(urlsplit(link).query)["token"][0]
    page = browser.get("acknowledge", params={"token": token})
    assert page.status_code == 200
    assert words(told)[1] == ("pearlline", None, None), "a look changes nothing"
    asked = fields_of(page) | {"by": "Ana Ruiz", "note": "asked\r\nthem"}  # as browsers send it
    done = browser.post("acknowledge", data=asked)
    assert (done.status_code, "✓ Acknowledged" in done.text) == (200, True)
    assert words(told) == [("dekkan", None, None), ("pearlline", "acknowledged", "Ana Ruiz")]
    again = browser.post("acknowledge", data=asked)
    assert again.status_code == 200
    history = told.warehouse.rows(
        "select actor, via, note from notify.incident_transition where kind = 'acknowledged'"
    )
    assert [tuple(each.values()) for each in history] == [
        ("Ana Ruiz (link sent to slack C0OPS)", "link", "asked\nthem")
    ]
    (reply,) = told.warehouse.rows(
        "select payload ->> 'text' as text from notify.outbox where operation = 'reply'"
        " and recipient = 'C0OPS'"
    )
    assert "by Ana Ruiz until Sun 2026-11-15 18:00" in reply["text"]


def test_a_snooze_needs_its_reason_and_keeps_what_was_typed(
    told: Workspace, browser: httpx.Client
) -> None:
    """Asked again, with the name still there."""
    page = browser.get("snooze", params={"token": token_for(told, "snooze")})
    asked = fields_of(page) | {"by": "Ana Ruiz", "note": " "}
    refused = browser.post("snooze", data=asked)
    assert refused.status_code == 409
    assert "expected the reason" in refused.text
    assert 'value="Ana Ruiz"' in refused.text
    assert browser.post("snooze", data=asked | {"note": "Monday"}).status_code == 200
    assert words(told)[1] == ("pearlline", "snoozed", "Ana Ruiz")


@pytest.mark.parametrize(
    "until", ["", "soon", "2026-11-15T10:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"]
)
def test_an_end_that_is_none_is_asked_for_again(
    until: str, told: Workspace, browser: httpx.Client
) -> None:
    """Missing, no instant, without a zone, at either end of time."""
    page = browser.get("acknowledge", params={"token": token_for(told, "acknowledge")})
    asked = fields_of(page) | {"by": "Ana", "until": until}
    refused = browser.post("acknowledge", data=asked)
    assert (refused.status_code, "within 14 days" in refused.text) == (409, True)


def test_a_page_shows_its_own_alert_and_nothing_of_another(
    told: Workspace, browser: httpx.Client
) -> None:
    """Text of others is text; the alert beside it does not show."""
    text = browser.get("acknowledge", params={"token": token_for(told, "acknowledge")}).text
    assert "12 cases" in text
    assert "77 cases" not in text
    assert "Dekkan · " not in text
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_what_people_type_is_text_as_well(told: Workspace, browser: httpx.Client) -> None:
    """On the page, and in the message that goes out."""
    page = browser.get("acknowledge", params={"token": token_for(told, "acknowledge")})
    typed = {"by": HOSTILE, "note": HOSTILE}
    done = browser.post("acknowledge", data=fields_of(page) | typed)
    assert "<img" not in done.text
    assert "{{ 7*7 }}" in done.text
    (reply,) = told.warehouse.rows(
        "select payload ->> 'text' as text from notify.outbox where operation = 'reply'"
        " and recipient = 'C0OPS'"
    )
    assert "<!channel>" not in reply["text"]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"purpose": "snooze"}, 403),
        ({"key": b"a key of somebody else"}, 403),
        ({"subject": "ReconBreaks/dekkan/2026-11-15"}, 403),
        ({"recipient": "slack:C0ELSE"}, 403),
        ({"recipient": "slack:C0PEARLLINE"}, 403),
        ({"expires_at": NOW}, 410),
    ],
    ids=["another-word", "forged", "no-thread", "never-told", "a-vendor", "over"],
)
def test_a_link_that_does_not_count_opens_and_does_nothing(
    more: dict[str, Any], status: int, told: Workspace, browser: httpx.Client
) -> None:
    """Neither looking nor pressing; the page says nothing of why."""
    token = token_for(told, "acknowledge", more)
    assert browser.get("acknowledge", params={"token": token}).status_code == status
    asked = {"token": token, "by": "Eve", "until": (NOW + timedelta(hours=1)).isoformat()}
    refused = browser.post("acknowledge", data=asked)
    assert refused.status_code == status
    assert "pearlline" not in refused.text.lower()
    assert {word for _, word, _ in words(told)} == {None}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
    ids=["cross-site", "same-site", "origin", "sandbox"],
)
def test_another_sites_page_cannot_press_the_button(
    headers: dict[str, str], told: Workspace, browser: httpx.Client
) -> None:
    """Even when it got hold of a link."""
    page = browser.get("acknowledge", params={"token": token_for(told, "acknowledge")})
    asked = fields_of(page) | {"by": "Eve"}
    assert browser.post("acknowledge", data=asked, headers=headers).status_code == 403
    assert words(told)[1][1] is None
    own = {"Origin": f"http://{browser.base_url.netloc.decode()}", "Sec-Fetch-Site": "same-origin"}
    assert browser.post("acknowledge", data=asked, headers=own).status_code == 200


def test_what_moved_since_the_page_was_opened_is_shown_before_it_is_answered(
    told: Workspace, browser: httpx.Client
) -> None:
    """Nobody acknowledges 12 cases that are 480 by now."""
    page = browser.get("acknowledge", params={"token": token_for(told, "acknowledge")})
    worse = replace(BREAKS, severity=Severity.CRITICAL, value=480)
    with told.warehouse.transaction() as connection:
        replace_findings(connection, DAY, "reconcile", "*", [worse, OTHER])
    raise_incidents(told, DAY, NOW, RunType.SCHEDULED)
    asked = fields_of(page) | {"by": "Ana Ruiz"}
    moved = browser.post("acknowledge", data=asked)
    assert (moved.status_code, "480 cases" in moved.text) == (409, True)
    assert words(told)[1][1] is None
    assert browser.post("acknowledge", data=fields_of(moved) | {"by": "Ana"}).status_code == 200


def test_what_is_resolved_leaves_nothing_to_answer(told: Workspace, browser: httpx.Client) -> None:
    """The link still shows what became of it."""
    with told.warehouse.transaction() as connection:
        replace_findings(connection, DAY, "reconcile", "*", [OTHER])
    raise_incidents(told, DAY, NOW, RunType.SCHEDULED)
    page = browser.get("snooze", params={"token": token_for(told, "snooze")})
    assert "nothing left to answer" in page.text
    assert "<form" not in page.text


def test_every_answer_keeps_to_itself(told: Workspace, browser: httpx.Client) -> None:
    """Nothing is kept, framed, guessed, sent along or run; there is no page about the pages."""
    token = token_for(told, "acknowledge")
    for path in (
        f"acknowledge?token={token}",
        "acknowledge?token=x",
        "page.css",
        "docs",
        "nothing",
    ):
        headers = browser.get(path).headers
        assert "script" not in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
    for path in ("docs", "redoc", "openapi.json"):
        assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"x" * 20_000, 413), (b"\xff", 400), (b"&".join([b"a=1"] * 30), 400), (b"", 403)],
    ids=["long", "bytes", "fields", "empty"],
)
def test_a_form_that_is_none_is_refused(content: bytes, status: int, browser: httpx.Client) -> None:
    """Before anything is looked up."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.post("snooze", content=content, headers=headers).status_code == status


def test_a_vendor_is_sent_no_links(told: Workspace) -> None:
    """What its contacts say is not the word of the operation."""
    rows = told.warehouse.rows(
        "select recipient, payload::text ~ '/breakwater/' as linked from notify.outbox order by 1"
    )
    assert {(row["recipient"], row["linked"]) for row in rows} == {
        ("C0OPS", True), ("C0PEARLLINE", False), ("C0DEKKAN", False),
    }  # fmt: skip


def test_without_an_address_there_are_no_links(workspace: Workspace) -> None:
    """As the product ships."""
    with workspace.warehouse.transaction() as connection:
        replace_findings(connection, DAY, "reconcile", "*", [BREAKS])
    raise_incidents(workspace, DAY, NOW, RunType.SCHEDULED)
    rows = workspace.warehouse.rows("select payload::text as p from notify.outbox")
    assert rows
    assert not [row for row in rows if "/breakwater/" in row["p"]]
