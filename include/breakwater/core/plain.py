"""Text of others, made fit to be shown: one line, nothing invisible, not too long."""

import re
import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Controls, bidirectional overrides and zero-width marks, surrogates, private use, unassigned."""

_BLANK_BUT_A_LETTER = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Fillers that Unicode calls letters or symbols and every font draws as nothing."""


_LOOK_ALIKES = str.maketrans(
    {
        "*": "∗",  # noqa: RUF001  look-alikes are the point
        "~": "∼",  # noqa: RUF001
        "`": "ˋ",  # noqa: RUF001
        "<": "‹",  # noqa: RUF001
        ">": "›",  # noqa: RUF001
        "[": "⁅",
        "]": "⁆",
        "{": "❴",  # noqa: RUF001
        "}": "❵",  # noqa: RUF001
        "|": "¦",
        "@": "＠",  # noqa: RUF001
        "\\": "⧵",  # noqa: RUF001
    }
)
"""What chats read as markup, and what only looks like it."""


def one_line(text: object, limit: int) -> str:
    """Return text as one visible line of at most so many characters.

    What looks like a blank becomes a space, what cannot be seen goes, and what is cut off shows
    as an ellipsis. Composed (NFC), so that equal looks are mostly equal text.
    """
    composed = unicodedata.normalize("NFC", str(text))
    visible = "".join(" " if char.isspace() else char for char in composed if not _is_hidden(char))
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def shown_name(text: object, limit: int) -> str:
    """Return a name as `one_line`; one of which nothing can be seen becomes a question mark."""
    return one_line(text, limit) or "?"


def shortened(text: str, limit: int) -> str:
    """Return text that is fit to be shown, cut to at most so many characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def inert(text: str) -> str:
    """Replace what opens a mention, a link, a style or a macro by what only looks like it."""
    return re.sub(r"(?<!\w)_|_(?!\w)", "ˍ", text.translate(_LOOK_ALIKES))


def _is_hidden(char: str) -> bool:
    if char.isspace():
        return False
    return unicodedata.category(char) in _INVISIBLE or char in _BLANK_BUT_A_LETTER
