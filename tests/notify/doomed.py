"""The notify task in a process of its own, which is killed: at random, or at an exact point."""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

from situations import DAY, NOW

from breakwater.contracts.loading import load_configuration
from breakwater.contracts.operations import Outside
from breakwater.core.vocabulary import RunType
from breakwater.notify import tell
from breakwater.notify.channels.environment import senders_from_environment
from breakwater.notify.incidents import raise_incidents
from breakwater.notify.send import send_pending
from breakwater.notify.sender import Sender
from breakwater.warehouse.database import Database
from breakwater.warehouse.delivery import Delivery, Receipt
from breakwater.warehouse.lake import Lake
from breakwater.warehouse.workspace import Workspace

CONFIGURATION = load_configuration()
OUTSIDE = Outside(internal_hosts=("localhost",))


@dataclass(frozen=True)
class Doom:
    """Where the process ends: a channel and a point, or the n-th message that is written."""

    channel: str = ""
    point: str = ""
    enqueued: int = 0


@dataclass
class DoomedSender:
    """Sends, and ends its own process before or after."""

    sender: Sender
    point: str

    def send(self, delivery: Delivery) -> Receipt:
        """Hand over; the process may not survive it."""
        if self.point == "before send":
            _die()
        receipt = self.sender.send(delivery)
        if self.point == "after send":
            _die()
        return receipt

    def was_delivered(self, delivery: Delivery) -> Receipt | None:
        """Ask; the process may not survive the answer."""
        receipt = self.sender.was_delivered(delivery)
        if self.point == "after asking":
            _die()
        return receipt


def notify_task(
    dsn: str, folder: str, environment: Mapping[str, str], doom: Doom, started: Connection
) -> None:
    """Raise the day's incidents and send what is due, as the task does."""
    warehouse = Database(dsn)
    workspace = Workspace(
        configuration=CONFIGURATION,
        warehouse=warehouse,
        enforcement_log=warehouse,
        lake=Lake(Path(folder, "lake").as_uri()),
        exports="",
        outbox_folder=Path(folder, "outbox"),
        pseudonym_key=b"k",
    )
    senders = dict(senders_from_environment(workspace.outbox_folder, environment))
    if doom.channel:
        senders[doom.channel] = DoomedSender(senders[doom.channel], doom.point)
    if doom.enqueued:
        _die_at_message(doom.enqueued)
    started.send("started")
    raise_incidents(workspace, DAY, NOW, RunType.SCHEDULED)
    send_pending(workspace, NOW, senders)


def send_task(
    dsn: str, folder: str, environment: Mapping[str, str], now: datetime, started: Connection
) -> None:
    """Send what is due, as the task does, by every channel there is."""
    os.environ.update(environment)
    warehouse = Database(dsn)
    workspace = Workspace(
        configuration=CONFIGURATION,
        warehouse=warehouse,
        enforcement_log=warehouse,
        lake=Lake(Path(folder, "lake").as_uri()),
        exports="",
        outbox_folder=Path(folder, "outbox"),
        pseudonym_key=b"k",
    )
    senders = senders_from_environment(workspace.outbox_folder, environment, OUTSIDE)
    started.send("started")
    send_pending(workspace, now, senders)


def _die_at_message(number: int) -> None:
    enqueue, written = tell.enqueue, []

    def doomed(*arguments: object, **named: object) -> bool:
        written.append(enqueue(*arguments, **named))
        if len(written) == number:
            _die()
        return written[-1]

    tell.enqueue = doomed


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
