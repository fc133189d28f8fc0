"""A message as an Adaptive Card.

Everything that is not ours sits in text runs, which Teams shows as they are; text blocks and facts
would read it as Markdown. A card mentions only whom its own list of entities names, and has none.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from breakwater.contracts.channels import LARGEST_TEAMS_CARD
from breakwater.core.finding import Severity
from breakwater.core.plain import shortened
from breakwater.notify.channels.fit import fitting
from breakwater.notify.channels.text import left_out
from breakwater.notify.message import Message, Standing

Element = dict[str, Any]

LARGEST_CARD = LARGEST_TEAMS_CARD
LONGEST_TEXT = 2_000
MOST_ACTIONS = 6
_COLOURS = {
    Severity.INFO: "accent",
    Severity.WARNING: "warning",
    Severity.MAJOR: "attention",
    Severity.CRITICAL: "attention",
}


def render(message: Message) -> dict[str, Any]:
    """Render to the payload of the Teams channel, ``{card}``."""
    return fitting(message, _rendered, lambda payload: size_of(payload["card"]) <= LARGEST_CARD)


def size_of(card: Element) -> int:
    """Count the bytes of a card as it is sent."""
    return len(json.dumps(card, ensure_ascii=False).encode())


def _rendered(message: Message) -> dict[str, Any]:
    card: Element = {
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "fallbackText": _cut(message.subject),
        "body": list(_body(message)),
    }
    if message.actions:
        card["actions"] = [
            {"type": "Action.OpenUrl", "title": _cut(action.label), "url": action.url}
            for action in message.actions[:MOST_ACTIONS]
        ]
    return {"card": card}


def _body(message: Message) -> Iterator[Element]:
    title = f"{message.standing.sign} {message.standing.word}: {message.title}"
    heading = {"weight": "bolder", "size": "medium", "color": _colour(message.standing)}
    yield _line(_run(title, **heading))
    yield _line(_run(message.verdict))
    for fact in message.facts:
        yield _line(_bold(f"{fact.label}: "), _run(fact.value))
    yield from _list("Since the last message", ([_run(change)] for change in message.changes))
    if len(message.rows) > 1:
        rows = (
            [
                _bold(f"{row.standing.sign} {row.standing.word}: ", color=_colour(row.standing)),
                _run(f"{row.about}: {row.number}"),
            ]
            for row in message.rows
        )
        yield from _list("Conditions", rows)
        for line in left_out(message):
            yield _line(_run(line))
    yield _line(_bold("Next step: "), _run(message.next_step))
    if message.runbook:
        yield _line(_bold("Runbook: "), _link(message.runbook))
    yield _line(_run(message.data_through, size="small", isSubtle=True))


def _list(title: str, items: Iterable[list[Element]]) -> Iterator[Element]:
    for number, runs in enumerate(items):
        if number == 0:
            yield _line(_bold(title))
        yield _line(_run("• "), *runs) | {"spacing": "none"}


def _line(*runs: Element) -> Element:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(text: str, **style: Any) -> Element:  # noqa: ANN401  whatever a text run may be given
    return {"type": "TextRun", "text": _cut(text), **style}


def _bold(text: str, **style: Any) -> Element:  # noqa: ANN401  as above
    return _run(text, weight="bolder", **style)


def _link(target: str) -> Element:
    """Link an address of ours; a path in the repository stays text."""
    if not target.startswith("https://"):
        return _run(target)
    return _run(target, selectAction={"type": "Action.OpenUrl", "url": target})


def _colour(standing: Standing) -> str:
    return _COLOURS[standing.severity] if standing.is_open else "good"


def _cut(text: str) -> str:
    return shortened(text, LONGEST_TEXT)
