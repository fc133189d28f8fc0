"""Far ends on the loopback address, with clocks that stand where the tests stand."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from situations import NOW

from breakwater.demo.sinks.chat import ChatRoom
from breakwater.demo.sinks.chat_server import ChatSink
from breakwater.demo.sinks.mail import MailSink, MailStore
from breakwater.notify.channels.environment import senders_from_environment
from breakwater.notify.sender import Sender
from breakwater.warehouse.workspace import Workspace


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


@pytest.fixture
def environment(chat: ChatSink, mail: MailSink) -> dict[str, str]:
    """Describe both far ends the way an installation does."""
    return {
        "BREAKWATER_SMTP": f"smtp://127.0.0.1:{mail.port}?from=breakwater@harbour.example",
        "BREAKWATER_SLACK": chat.base_url,
        "BREAKWATER_SLACK_TOKEN": "xoxb-of-the-tests",
    }


@pytest.fixture
def senders(workspace: Workspace, environment: dict[str, str]) -> dict[str, Sender]:
    """Open every channel."""
    return senders_from_environment(workspace.outbox_folder, environment)
