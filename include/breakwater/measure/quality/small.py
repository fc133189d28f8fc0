"""Which shares would tell of persons, and must not be shown."""

import numpy as np

from breakwater.contracts.judgements import JudgementFile
from breakwater.measure.quality.agreement import Codes

LARGEST_SHARE = 0.8
"""Of the answers, by one reviewer: above it the share is theirs, whoever else gave some."""


def is_small(rater: Codes, contract: JudgementFile) -> bool:
    """Tell whether answers are too few, of too few people, or mostly of one.

    Args:
        rater: (answers,) who gave each.
        contract: the least of answers and of reviewers.
    """
    given = np.bincount(rater)
    return bool(
        len(rater) < contract.fewest_answers
        or np.count_nonzero(given) < contract.fewest_reviewers
        or given.max() > LARGEST_SHARE * len(rater)
    )


def hidden_slices(of: Codes, rater: Codes, contract: JudgementFile) -> frozenset[int]:
    """List the slices not to be shown, beside a total that is.

    What is hidden could be told from the total less what is shown. So the slices that are hidden
    must together be large enough, too: the smallest of those that might be shown join them.

    Args:
        of: (answers,) the slice of each, as a code.
        rater: (answers,) who gave it.
        contract: the least of answers and of reviewers.
    """
    size = np.bincount(of)
    codes = [int(code) for code in np.argsort(size, kind="stable") if size[code]]
    hidden = {code for code in codes if is_small(rater[of == code], contract)}
    for code in codes:
        if not hidden or not is_small(rater[np.isin(of, list(hidden))], contract):
            break
        hidden.add(code)
    return frozenset(hidden)
