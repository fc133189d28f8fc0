"""Why a cell got its verdict, as a clause that a person reads beside the numbers."""

import math
from collections.abc import Sequence
from datetime import date

from breakwater.detect.detection import Detection, Settings, Verdict

CERTAIN = 6.0
"""−log10 of a probability beyond which its size says nothing any more."""


def reason_of(
    found: Detection, series: int, days: Sequence[date], settings: Settings, explained: str | None
) -> str:
    """Say why the last day of a series was judged as it was.

    Args:
        found: verdicts of the panel.
        series: which row of it.
        days: the panel's days.
        settings: the limits that were in force.
        explained: name of the slice that explains this one, if any does.
    """
    today = len(days) - 1
    verdict = Verdict(found.verdict[series, today])
    if explained is not None:
        return f"explained by {explained}"
    if verdict in {Verdict.ONSET, Verdict.CONTINUING}:
        away = _away(found, series, today)
        if verdict is Verdict.ONSET:
            return away
        since = days[int(found.since[series, today])]
        return f"{away}; lasts, and was told on {since.isoformat()}"
    plain = {
        Verdict.MISSING: "no opinion: the series has no value to compare with",
        Verdict.TOO_YOUNG: (
            f"no opinion: {found.age[series, today]} of {settings.minimum_history_days}"
            " days of history"
        ),
        Verdict.USUAL: "within the usual band",
        Verdict.TOO_FEW: f"unlike usual, but fewer than {settings.minimum_volume:g} cases",
        Verdict.TOO_SMALL: "unlike usual, but too small a change to tell",
    }
    return plain[verdict]


def _away(found: Detection, series: int, today: int) -> str:
    span = int(found.span[series, today])
    way = "above" if found.sign[series, today] > 0 else "below"
    over = "" if span == 1 else f" over the last {span} days"
    return f"{way} usual{over}; {_seldom(float(found.score[series, today]))}"


def _seldom(score: float) -> str:
    """Say a probability as a person would: by how many days such a day comes once."""
    if score >= CERTAIN:
        return "chance alone hardly ever brings such a day"
    days = 10**score
    rounded = round(days, 1 - math.ceil(math.log10(days)))
    return f"chance alone brings such a day once in {rounded:,.0f}"
