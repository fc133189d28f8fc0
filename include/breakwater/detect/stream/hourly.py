"""Hourly series of a panel, judged by the same code with a habit of each hour of the week.

Without the channel of movement: eight weeks hold too few runs of two days to say which are rare, and
asking it as well would calm what the others find.
"""

import numpy as np
import numpy.typing as npt

from breakwater.detect.stream.channels import DAYS_OF_RHYTHM, DAYS_TO_RESEMBLE, usual_at
from breakwater.detect.stream.detector import Judgement, channels_of, judge, score_of
from breakwater.detect.stream.rows import Floats, Integers, at, same_time

WEEKS = 8
WEEK_DAYS = 7

LEAST_WEEKS = 2
"""Weeks of an hour before it is judged: until a habit is known, every weekend looks like news, and
would make the tail that later weekends are compared with."""

TRUST_IN_OWN_WEEKS = 1.5
"""With w weeks the same hour of the week weighs w / (w + this), the same hour of any day the rest."""

THRESHOLD = score_of(2.6)
"""About a tenth of a false alarm a month on clean series of 5 to 400 cases an hour."""


def judge_hourly(hours: npt.NDArray[np.datetime64], x: Floats) -> Judgement:
    """Judge n series of T hours, each from its own past.

    The first weeks only teach: nothing is said for eighteen days.

    Args:
        hours: T ascending hours of the operation's own clock, so that a habit keeps its hour when
            clocks change. Hours may be absent.
        x: n × T values on a scale on which differences add up (a count's square root or logarithm,
            a share's arcsine); NaN is a missing value.

    Returns:
        Scores that tell from `THRESHOLD` of this module on, and what was usual on the scale of x.
    """
    alike = same_time(hours, DAYS_TO_RESEMBLE)
    usual, weeks = usual_hour(hours, x)
    known = np.where(weeks >= LEAST_WEEKS, x, np.nan)
    return judge(known, usual, channels_of(x, known - usual, usual, alike))


def usual_hour(hours: npt.NDArray[np.datetime64], x: Floats) -> tuple[Floats, Integers]:
    """Return what is usual at each hour of the week, and how many weeks say so, n × T each.

    It leans on the hour of the day while weeks are few.
    """
    any_day = usual_at(x, same_time(hours, DAYS_OF_RHYTHM))
    weeks = same_time(hours, WEEKS, step=WEEK_DAYS)
    seen = np.isfinite(at(x, weeks)).sum(axis=0)
    own = usual_at(x, weeks)
    trust = seen / (seen + TRUST_IN_OWN_WEEKS)
    mixed = trust * own + (1 - trust) * any_day
    usual = np.where(seen == 0, any_day, np.where(np.isfinite(any_day), mixed, own))
    return usual, seen
