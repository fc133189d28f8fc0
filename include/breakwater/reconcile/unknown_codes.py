"""Name the codes that no crosswalk has, without handing on what somebody may have put there.

A code is the vendor's text and ends in chat and mail. It is shown as it is only where it can be
nothing but a short word: letters, digits, ``_`` and ``-`` of ASCII, so no link, no mark-up, no
address, no sentence. Any other is named by the beginning of the SHA-256 of its UTF-8 bytes, which
tells codes apart and is found again in the vendor's file.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from breakwater.engine.base import Engine
from breakwater.reconcile.model_files import model

MOST: Final = 5
"""Codes that are named; one new code is the rule, and a column of nonsense is not listed."""
NO_CODE: Final = "(none)"
_WORD: Final = re.compile(r"[A-Za-z0-9_-]{1,16}", re.ASCII)
_DIGITS: Final = 10


def unknown_codes(engine: Engine) -> Mapping[str, int]:
    """Count the records of the day's most frequent unknown codes, in order of their names.

    Expects the day's books open in the engine, and ``break_event`` in it.
    """
    engine.stage("frequent_unknown_code", model("frequent_unknown_code").format(most=MOST))
    counts: Counter[str] = Counter()
    for row in engine.fetch("frequent_unknown_code").to_pylist():
        counts[shown_code(row["decision_code_vendor"])] += row["record_count"]
    return dict(sorted(counts.items()))


def shown_code(code: str | None) -> str:
    """Return what a message may show of a code of the vendor."""
    if code is None:
        return NO_CODE
    if _WORD.fullmatch(code):
        return code
    return "#" + hashlib.sha256(code.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]
