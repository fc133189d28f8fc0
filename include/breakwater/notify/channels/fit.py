"""Making a message fit where a platform takes only so much."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from breakwater.notify.message import Message

Payload = TypeVar("Payload")


def fitting(
    message: Message, render: Callable[[Message], Payload], fits: Callable[[Payload], bool]
) -> Payload:
    """Render a message with as many of its rows as fit, and say how many are left out.

    The rows go first, the mildest of them before the others; then what moved. The verdict stays.
    """
    payload = render(message)
    while not fits(payload) and (message.rows or message.changes):
        if message.rows:
            left_out = message.rows_left_out + 1
            message = replace(message, rows=message.rows[:-1], rows_left_out=left_out)
        else:
            message = replace(message, changes=message.changes[:-1])
        payload = render(message)
    return payload
