"""A digest on its way: through the outbox to a real SMTP server and a chat that refuses bad blocks."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
from made_days import DAY, NOW

from breakwater.core.vocabulary import RunType
from breakwater.demo.sinks.chat import ChatRoom
from breakwater.demo.sinks.chat_server import ChatSink
from breakwater.demo.sinks.mail import MailSink, MailStore
from breakwater.notify.channels.environment import senders_from_environment
from breakwater.notify.send import send_pending
from breakwater.report.digest import publish_digest, render_digest
from breakwater.warehouse.workspace import Workspace

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def chat() -> Iterator[ChatSink]:
    """Run a Slack double that has heard nothing yet."""
    seconds = itertools.count(int(NOW.timestamp()) + 1)
    with ChatSink(ChatRoom(clock=lambda: next(seconds))) as sink:
        yield sink


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailSink]:
    """Run an SMTP server that has received nothing yet."""
    with MailSink(MailStore(tmp_path / "mail")) as sink:
        yield sink


def _tell(workspace: Workspace, chat: ChatSink, mail: MailSink, hours: int = 0) -> None:
    at = NOW + timedelta(hours=hours)
    publish_digest(workspace, DAY, at, ["ops"], run_type=RunType.MANUAL, deliver=True)
    environment = {
        "BREAKWATER_SMTP": f"smtp://127.0.0.1:{mail.port}?from=breakwater@harbour.example",
        "BREAKWATER_SLACK": chat.base_url,
        "BREAKWATER_SLACK_TOKEN": "xoxb-of-the-tests",
    }
    send_pending(workspace, at, senders_from_environment(workspace.outbox_folder, environment))
    states = workspace.warehouse.rows("select state, last_error from notify.outbox")
    assert {row["state"] for row in states} == {"sent"}, states


def _mails(folder: Path) -> list[EmailMessage]:
    files = sorted(folder.rglob("*.eml"), key=lambda file: file.name)
    parser = BytesParser(EmailMessage, policy=default)
    return [parser.parsebytes(file.read_bytes()) for file in files]


def test_a_digest_arrives_whole_and_its_second_edition_joins_the_first(
    bad: Workspace, chat: ChatSink, mail: MailSink, tmp_path: Path
) -> None:
    """Text, page and picture by mail, one message in the channel that changes in place."""
    _tell(bad, chat, mail)
    (first,) = _mails(tmp_path / "mail")
    kinds = [part.get_content_type() for part in first.walk() if not part.is_multipart()]
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert kinds == ["text/plain", "text/html", "image/png", sheet]
    (attached,) = first.iter_attachments()
    assert attached.get_filename() == "breakwater-2026-11-22-ops.xlsx"
    assert attached.get_content() == render_digest(bad, DAY, "ops", 1, "xlsx")
    picture = next(part for part in first.walk() if part.get_content_type() == "image/png")
    assert picture["Content-ID"] == "<chart>"
    assert picture.get_content() == render_digest(bad, DAY, "ops", 1, "png")
    assert first["List-Id"] == "Breakwater daily digest <ops.daily.breakwater.invalid>"
    assert first["Auto-Submitted"] == "auto-generated"
    with bad.warehouse.transaction() as connection:
        connection.execute(
            "update measure.kpi_fact set numerator = numerator + 100 where operational_day = %s"
            " and vendor = 'andeska' and queue = 'spam' and metric = 'manual_incoming'",
            [DAY],
        )
    _tell(bad, chat, mail, hours=3)
    second = _mails(tmp_path / "mail")[-1]
    assert second["In-Reply-To"] == first["Message-ID"] != second["Message-ID"]
    assert "edition 2" in second["Subject"]
    (message,) = chat.room.messages("C0OPS")
    assert "Restated since edition 1" in str(message)
