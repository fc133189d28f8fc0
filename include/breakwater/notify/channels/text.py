"""A message as plain text: the mail's text part, and the whole of a file."""

from collections.abc import Callable

from breakwater.notify.message import Message, Row


def as_text(message: Message, spell: Callable[[str], str] = str) -> str:
    """Lay a message out in lines, in the order in which it is read.

    Args:
        message: what to say.
        spell: applied to everything but addresses of ours, for readers that know markup.
    """
    links = [
        [f"Runbook: {message.runbook}"] if message.runbook else [],
        [f"{action.label}: {action.url}" for action in message.actions],
    ]
    blocks = [
        [f"{message.standing.sign} {message.standing.word.upper()}: {message.title}"],
        [message.verdict],
        [f"{fact.label}: {fact.value}" for fact in message.facts],
        titled("Since the last message", [f"- {change}" for change in message.changes]),
        titled("Conditions", _conditions(message)),
        [f"Picture: {message.picture.alt}"] if message.picture else [],
        [f"Next step: {message.next_step}"],
        *links,
        [message.data_through],
    ]
    spelt = (block if block in links else [spell(line) for line in block] for block in blocks)
    return "\n\n".join("\n".join(block) for block in spelt if block) + "\n"


def titled(title: str, lines: list[str]) -> list[str]:
    """Put a heading above lines, if there are any."""
    return [f"{title}:", *lines] if lines else []


def left_out(message: Message) -> list[str]:
    """Say how many conditions are not listed; a list that ends in silence looks complete."""
    return [f"… and {message.rows_left_out} more"] if message.rows_left_out else []


def _conditions(message: Message) -> list[str]:
    """List the conditions, unless the verdict has said the only one."""
    if len(message.rows) == 1:
        return []
    return [line_of(row) for row in message.rows] + left_out(message)


def line_of(row: Row) -> str:
    """Put a condition into a line."""
    return f"{row.standing.sign} {row.standing.word}: {row.about}: {row.number}"
