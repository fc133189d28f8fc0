"""A message as a document for programs: the same facts, by name; see `breakwater.contracts.webhook`."""

from typing import Any

from breakwater.contracts.webhook import VERSION
from breakwater.notify.channel import News
from breakwater.notify.message import Standing


def render(news: News) -> dict[str, Any]:
    """Render to the payload of the webhook channel, ``{document}``."""
    message = news.message
    return {
        "document": {
            "version": VERSION,
            "news": news.reason.value,
            **_standing(message.standing),
            "title": message.title,
            "verdict": message.verdict,
            "changes": list(message.changes),
            "facts": [{"label": fact.label, "value": fact.value} for fact in message.facts],
            "rows": [
                {**_standing(row.standing), "about": row.about, "number": row.number}
                for row in message.rows
            ],
            "rows_left_out": message.rows_left_out,
            "next_step": message.next_step,
            "runbook": message.runbook,
            "actions": [{"label": action.label, "url": action.url} for action in message.actions],
            "data_through": message.data_through,
        }
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {"severity": standing.severity.value, "is_open": standing.is_open}
