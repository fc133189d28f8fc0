"""Waiting no longer than one may for what cannot be interrupted."""

import threading
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def within(seconds: float, act: Callable[[], Found], name: str) -> Found:
    """Act in a thread, and give up on it after so many seconds.

    What was given up on goes on by itself until its far end lets it go: its outcome is in doubt.
    Where a socket is at hand, cutting it is better; see `breakwater.notify.outside.line`.

    Raises:
        TimeoutError: it took longer; whatever `act` raises, otherwise.
    """
    found: list[Found] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(act())
        except BaseException as error:  # noqa: BLE001  it is raised by whoever waits
            failed.append(error)

    thread = threading.Thread(target=run, name=f"{name}, within {seconds:g} s", daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not found:
        message = f"longer than {seconds:g} s"
        raise TimeoutError(message)
    return found[0]
