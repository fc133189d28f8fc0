"""The far ends of the demo, started as the demo starts them."""

import json
import os
import signal
import smtplib
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from breakwater.demo.sinks.chat import ChatRoom
from breakwater.demo.sinks.page import render_page


@dataclass
class Sinks:
    """A running process and where it listens."""

    process: subprocess.Popen[str]
    smtp_port: int
    slack: WebClient
    folder: Path

    def stop(self) -> int:
        """End it the way a process group is ended."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def _start(folder: Path) -> Sinks:
    command = [sys.executable, "-m", "breakwater.demo.sinks", "--smtp-port", "0"]
    process = subprocess.Popen(
        [*command, "--slack-port", "0", "--folder", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    lines = [process.stdout.readline() for _ in range(3)]
    mail, chat, page = (line.split(": ", 1)[1].strip() for line in lines)
    assert page == (folder / "chat" / "index.html").resolve().as_uri()
    client = WebClient("xoxb-demo", base_url=chat, timeout=10, retry_handlers=[])
    return Sinks(process, int(mail.rsplit(":", 1)[1]), client, folder)


@pytest.fixture
def sinks(tmp_path: Path) -> Iterator[Sinks]:
    """Run both sinks in one process until the test is over."""
    running = _start(tmp_path / "captured")
    yield running
    running.process.kill()
    running.process.wait(30)
    running.process.stdout.close()


def _mail(message_id: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "breakwater@harbour.example", "ops@harbour.example"
    mail["Subject"], mail["Message-ID"] = "Breaks ▲", message_id
    mail.set_content("12 cases")
    return mail


def test_mail_is_kept_once_and_every_hand_over_is_listed(sinks: Sinks) -> None:
    """Two of one Message-ID and one of another: three in the index, two files."""
    with smtplib.SMTP("127.0.0.1", sinks.smtp_port, timeout=10) as server:
        for message_id in ("<a@h>", "<a@h>", "<b@h>"):
            server.send_message(_mail(message_id))
    folder = sinks.folder / "mail"
    index = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    assert [entry["message_id"] for entry in index] == ["<a@h>", "<a@h>", "<b@h>"]
    stored = sorted(file.name for file in folder.glob("*.eml"))
    assert stored == ["0001-ops-harbour.example.eml", "0003-ops-harbour.example.eml"]
    assert [entry["stored_as"] for entry in index] == [stored[0], "", stored[1]]


def test_chat_is_kept_over_a_restart_and_shown_as_a_page(sinks: Sinks, tmp_path: Path) -> None:
    """Posted, answered, stopped, started again: the thread goes on."""
    parent = sinks.slack.chat_postMessage(channel="C0OPS", text="first <b>")["ts"]
    assert sinks.stop() == 0
    sinks.process.stdout.close()
    again = _start(tmp_path / "captured")
    reply = again.slack.chat_postMessage(channel="C0OPS", thread_ts=parent, text="second")
    assert reply["message"]["thread_ts"] == parent
    assert again.stop() == 0
    again.process.stdout.close()
    page = (tmp_path / "captured" / "chat" / "index.html").read_text(encoding="utf-8")
    assert page.index("C0OPS") < page.index("first &lt;b&gt;") < page.index("second")


def test_both_listen_on_the_loopback_address_alone(sinks: Sinks) -> None:
    """What the demo captures is nobody else's to read or to write."""
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("the kernel's list of sockets is not here")
    ports = {sinks.smtp_port, int(sinks.slack.base_url.split(":")[2].split("/")[0])}
    listening = [line.split()[1].split(":") for line in table.read_text().splitlines()[1:]]
    addresses = {address for address, port in listening if int(port, 16) in ports}
    assert addresses == {"0100007F"}


def test_the_double_refuses_what_slack_refuses(sinks: Sinks) -> None:
    """Slack's own words, so that a test sees what production would."""
    refusals = {
        "channel_not_found": {"channel": "#ops", "text": "x"},
        "no_text": {"channel": "C0OPS", "text": ""},
        "invalid_blocks": {"channel": "C0OPS", "text": "x", "blocks": [{"type": "nonsense"}]},
    }
    for word, arguments in refusals.items():
        with pytest.raises(SlackApiError, match=word):
            sinks.slack.api_call("chat.postMessage", json=arguments)
    with pytest.raises(SlackApiError, match="not_authed"):
        WebClient(None, base_url=sinks.slack.base_url).auth_test()
    with pytest.raises(SlackApiError, match="channel_not_found"):
        # Slack reads no JSON for methods that read.
        sinks.slack.api_call("conversations.history", json={"channel": "C0OPS"})
    assert sinks.slack.auth_test()["ok"]


def test_a_broken_request_does_not_end_the_server(sinks: Sinks) -> None:
    """A client that sends nonsense hurts itself alone."""
    request = urllib.request.Request(  # noqa: S310  our own loopback server
        f"{sinks.slack.base_url}chat.postMessage",
        data=b"{broken",
        headers={"Content-Type": "application/json", "Authorization": "Bearer xoxb-1"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  see above
        assert json.load(answer) == {"ok": False, "error": "invalid_json"}
    assert sinks.slack.auth_test()["ok"]


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        ({"type": "section", "text": {"type": "mrkdwn", "text": "*72.6* &lt;b&gt;"}}, "<strong>72.6</strong> &lt;b&gt;"),
        ({"type": "section", "text": {"type": "mrkdwn", "text": "<https://x.example|page>"}}, "<p>page</p>"),
        ({"type": "header", "text": {"type": "plain_text", "text": "<Daily>"}}, "<h3>&lt;Daily&gt;</h3>"),
        ({"type": "image", "image_url": "https://x", "alt_text": "a <b> chart"}, "[a &lt;b&gt; chart]"),
        ({"type": "divider"}, "<hr>"),
        ({"type": "context", "elements": [{"type": "mrkdwn", "text": "small"}]}, "<small>small</small>"),
        ({"type": "video", "title": "x"}, "<p>video</p>"),
    ],
)  # fmt: skip
def test_the_page_shows_each_kind_of_block_and_runs_none(block: object, shown: str) -> None:
    """Digests use more kinds than alerts; text is always escaped."""
    room = ChatRoom(clock=lambda: 1.0)
    room.channels["C0OPS"] = [{"ts": "1.0", "text": "x", "blocks": [block]}]
    assert shown in render_page(room)
