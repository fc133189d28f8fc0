"""What the webhook channel posts: news of one alert, for programs."""

from typing import Literal

from breakwater.contracts.base import Contract
from breakwater.core.finding import Severity

VERSION = 1
"""Of the document; a member that is new keeps it, one that goes or means something else does not."""

News = Literal[
    "opened",
    "reopened",
    "worsened",
    "restated",
    "eased",
    "lapsed",
    "snoozed",
    "acknowledged",
    "resolved",
    "repeated",
]


class WebhookFact(Contract):
    """One label with its value, both in words."""

    label: str
    value: str


class WebhookRow(Contract):
    """One condition of the alert."""

    severity: Severity
    is_open: bool
    about: str
    """Which part of the day it is about."""
    number: str
    """How far it is, against its limit, in words."""


class WebhookAction(Contract):
    """Something a reader can do about it, on a page of ours."""

    label: str
    url: str
    """Who has it may do it."""


class WebhookDocument(Contract):
    """The body of a request; its signature is of Standard Webhooks."""

    version: Literal[1]
    news: News
    """Why it is told now."""
    thread: str
    """The same for all news of one alert."""
    severity: Severity
    """Of the gravest that is open; of what was, once all is resolved."""
    is_open: bool
    title: str
    verdict: str
    """What happened, in one sentence."""
    changes: tuple[str, ...]
    """What moved since the last news of the thread; empty the first time."""
    facts: tuple[WebhookFact, ...]
    rows: tuple[WebhookRow, ...]
    """The conditions, worst first."""
    rows_left_out: int
    """How many more conditions there are."""
    next_step: str
    runbook: str | None
    """The page about it: an address or a path."""
    actions: tuple[WebhookAction, ...]
    data_through: str
    """What the numbers rest on."""
