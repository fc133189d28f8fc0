"""Text that chats read as markup, made to mean nothing but itself."""

import re

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


def inert(text: str) -> str:
    """Replace what opens a mention, a link, a style or a macro by what only looks like it."""
    return re.sub(r"(?<!\w)_|_(?!\w)", "ˍ", text.translate(_LOOK_ALIKES))
