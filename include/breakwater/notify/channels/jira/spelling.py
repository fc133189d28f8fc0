"""How text is spelt for Jira: as a document in the cloud, as quoted text in a data centre.

Nothing in it is markup: text nodes and ``{noformat}`` show what they hold.
"""

_INERT = str.maketrans({"{": "❴", "}": "❵", "[": "⁅"})  # noqa: RUF001  look-alikes are the point
_LINE_BREAK = {"type": "hardBreak"}


def as_document(text: str) -> dict[str, object]:
    """Spell text in the Atlassian Document Format: a paragraph a block, a break a line."""
    blocks = [block.split("\n") for block in text.strip("\n").split("\n\n")]
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": _lines(block)} for block in blocks if block],
    }


def as_quoted(text: str) -> str:
    """Spell text in wiki markup, as something that is not to be read as such.

    A brace could end the quotation, and a mention is found even within one.
    """
    return f"{{noformat}}\n{text.translate(_INERT)}{{noformat}}"


def _lines(lines: list[str]) -> list[dict[str, str]]:
    nodes: list[dict[str, str]] = []
    for line in filter(None, lines):
        nodes += [*([_LINE_BREAK] if nodes else []), {"type": "text", "text": line}]
    return nodes
