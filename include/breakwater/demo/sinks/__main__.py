"""Run both sinks until told to stop."""

import signal
import threading
import time
from pathlib import Path

import click

from breakwater.demo.sinks.chat import ChatRoom
from breakwater.demo.sinks.chat_server import ChatSink
from breakwater.demo.sinks.mail import MailSink, MailStore
from breakwater.demo.sinks.page import write_page


@click.command()
@click.option("--smtp-port", type=click.IntRange(0, 65_535), default=2525, show_default=True)
@click.option("--slack-port", type=click.IntRange(0, 65_535), default=2526, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), required=True)
def main(smtp_port: int, slack_port: int, folder: Path) -> None:
    """Take mail on one port and chat on another; keep both in FOLDER/mail and FOLDER/chat."""
    chat = folder / "chat"
    chat.mkdir(parents=True, exist_ok=True)
    page = chat / "index.html"
    room = ChatRoom(
        clock=time.time,  # noqa: TID251  a server stamps what arrives with the time of day
        folder=chat,
        on_change=lambda changed: write_page(changed, page),
    )
    write_page(room, page)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopped.set())
    with (
        MailSink(MailStore(folder / "mail"), port=smtp_port) as mail,
        ChatSink(room, port=slack_port) as slack,
    ):
        click.echo(f"mail: smtp://127.0.0.1:{mail.port}")
        click.echo(f"chat: {slack.base_url}")
        click.echo(f"page: {page.resolve().as_uri()}")
        stopped.wait()


main()
