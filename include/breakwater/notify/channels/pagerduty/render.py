"""A message as an event of PagerDuty."""

from typing import Any

from breakwater.core.finding import Severity
from breakwater.core.plain import one_line
from breakwater.notify.channel import News
from breakwater.notify.channels.text import left_out, line_of
from breakwater.notify.telling import TellingReason

LONGEST_SUMMARY = 1_024
_SEVERITIES = {
    Severity.INFO: "info",
    Severity.WARNING: "warning",
    Severity.MAJOR: "error",
    Severity.CRITICAL: "critical",
}
"""PagerDuty's four words, in its order."""


_TAKEN_ON = frozenset({TellingReason.ACKNOWLEDGED, TellingReason.SNOOZED})
"""Somebody looks after it: nobody else needs to be woken."""


def render(news: News) -> dict[str, Any]:
    """Render to the payload of the PagerDuty channel, ``{action, event}``."""
    message = news.message
    rows = [line_of(row) for row in message.rows]
    links = [{"href": action.url, "text": action.label} for action in message.actions]
    if message.runbook and message.runbook.startswith("https://"):
        links.append({"href": message.runbook, "text": "Runbook"})
    return {
        "action": _action(news),
        "event": {
            "payload": {
                "summary": one_line(f"{message.title}: {message.verdict}", LONGEST_SUMMARY),
                "source": "breakwater",
                "severity": _SEVERITIES[message.standing.severity],
                "custom_details": {
                    "verdict": message.verdict,
                    **{fact.label: fact.value for fact in message.facts},
                    "changes": list(message.changes),
                    "conditions": rows + left_out(message),
                    "next_step": message.next_step,
                    "data_through": message.data_through,
                },
            },
            "links": links,
            "client": "Breakwater",
        },
    }


def _action(news: News) -> str:
    if not news.message.standing.is_open:
        return "resolve"
    return "acknowledge" if news.reason in _TAKEN_ON else "trigger"
