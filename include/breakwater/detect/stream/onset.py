"""One alert for one thing: what merely lasts is not told again."""

from collections import deque

import numpy as np

from breakwater.detect.stream.rows import Floats

REST = 0.025
"""How long a series rests after a row, as a share of its age: who has been watched for long is told
of less often."""

LEAST_REST = 5
"""Rows that even a young series rests."""

REFIRE = 1.25
"""How much stronger a row must be than what was told within the rest before it, to be told too."""

WORTH_LOOKING = 1.0
"""Evidence below which nobody would be told anyway."""


def onsets(found: Floats) -> Floats:
    """Return the evidence of rows that would be told, zero elsewhere.

    A row counts when it is clearly stronger than every row that counted within the rest before it:
    the first of an episode, and a later one as it grows. A threshold may be put on what is returned
    afterwards, whichever it is: at any of them something is told where it reaches it and then only
    as it gets worse.

    Args:
        found: n × T evidence.
    """
    told = np.zeros_like(found)
    for one, into in zip(found, told, strict=True):
        lately: deque[int] = deque()  # rows that counted, each stronger than the one before it
        for row in np.flatnonzero(one >= WORTH_LOOKING):
            while lately and lately[0] < row - int(REST * row) - LEAST_REST:
                lately.popleft()
            if not lately or one[row] >= REFIRE * one[lately[-1]]:
                into[row] = one[row]
                lately.append(int(row))
    return told
