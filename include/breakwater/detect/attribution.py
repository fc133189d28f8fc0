"""What explains what is abnormal: a silent queue, another slice, another metric, a holiday.

One story is told once; what it explains is kept with its reason.
"""

from collections.abc import Iterator, Mapping, Sequence

from breakwater.detect.cause.told_once import Abnormal, excess_of, explained_by
from breakwater.detect.consequence import (
    ECHO_DAYS,
    SELDOM_ALONE,
    Change,
    follows_from,
    follows_from_holiday,
)
from breakwater.detect.detection import Detection, Verdict
from breakwater.detect.facts import Facts, MetricFacts
from breakwater.detect.panel import Flags
from breakwater.detect.series import Series
from breakwater.detect.silent import Silence
from breakwater.detect.slices import WELCOME

SILENCED = "manual_incoming"
"""The watched metric that shows a silent queue as well, as a fall."""

TOLD_DAYS = 10
"""For so long what was told explains parts of it: as long as an old level stays usual as well."""


def attribute(
    series: list[Series],
    found: Detection,
    facts: Facts,
    holidays: Mapping[str, Flags],
    silent: Sequence[Silence],
) -> tuple[dict[int, str], frozenset[int]]:
    """Explain the abnormal series of the last day.

    Args:
        series: what was judged.
        found: verdicts of all days.
        facts: what they rest on.
        holidays: public holidays of each vendor, one flag a day.
        silent: queues that fell silent.

    Returns:
        What explains a series, by the index of each that something does; and those that last, of
        which a holiday kept people from being told until yesterday.
    """
    explained = _silent(series, found, facts, silent)
    by_index = _same_metric(series, found, facts, set(explained))
    by_index |= _consequences(series, found, facts, {*explained, *by_index})
    explained |= {index: series[cause].slice.name for index, cause in by_index.items()}
    after, outlived = _after_holidays(series, found, holidays, set(explained))
    explained |= {
        index: f"the public holiday of {facts.days[day].isoformat()}"
        for index, day in after.items()
    }
    return explained, outlived


def is_welcome(one: Series, found: Detection, index: int, day: int = -1) -> bool:
    """Tell whether nobody needs to be told of a change in this direction."""
    return WELCOME.get(one.slice.metric) == int(found.sign[index, day])


def _silent(
    series: list[Series], found: Detection, facts: Facts, silent: Sequence[Silence]
) -> dict[int, str]:
    """Name the silence behind arrivals that fell."""
    explained: dict[int, str] = {}
    leaves = facts.metrics.get(SILENCED)
    if leaves is None or not silent:
        return explained
    for index, one in enumerate(series):
        falls = found.verdict[index, -1] >= Verdict.ONSET and found.sign[index, -1] < 0
        if one.slice.metric == SILENCED and falls:
            excess = excess_of(leaves, int(found.span[index, -1]), -1)
            for silence in silent:
                if excess.explains(leaves.inside(dict(silence.slice.scope)), one.members):
                    explained[index] = silence.slice.name
    return explained


def _same_metric(
    series: list[Series], found: Detection, facts: Facts, explained: set[int]
) -> dict[int, int]:
    answer: dict[int, int] = {}
    today = len(facts.days) - 1
    for metric, leaves in facts.metrics.items():
        abnormal = [
            one for one in _abnormal(series, found, metric, today) if one.index not in explained
        ]
        if abnormal:
            told = _told_before(series, found, leaves, today)
            answer |= explained_by(leaves, abnormal, told)
    return answer


def _abnormal(series: list[Series], found: Detection, metric: str, day: int) -> Iterator[Abnormal]:
    for index, one in enumerate(series):
        if one.slice.metric != metric or found.verdict[index, day] < Verdict.ONSET:
            continue
        if not is_welcome(one, found, index, day):
            sign, span = int(found.sign[index, day]), int(found.span[index, day])
            yield Abnormal(index, one.members, sign, span)


def _told_before(
    series: list[Series], found: Detection, leaves: MetricFacts, today: int
) -> list[Abnormal]:
    """List what of a metric was told in the last days, by what was known on each of them.

    What only follows from other metrics was not told then, and is none of it.
    """
    told: dict[int, Abnormal] = {}
    if leaves.metric in SELDOM_ALONE:
        return []
    for day in range(max(today - TOLD_DAYS, 0), today):
        abnormal = list(_abnormal(series, found, leaves.metric, day))
        onsets = [one for one in abnormal if found.verdict[one.index, day] == Verdict.ONSET]
        if onsets:
            explained = explained_by(leaves.until(day), abnormal)
            told |= {one.index: one for one in onsets if one.index not in explained}
    return list(told.values())


def _consequences(
    series: list[Series], found: Detection, facts: Facts, explained: set[int]
) -> dict[int, int]:
    changes = [Change(i, one.slice, int(found.sign[i, -1])) for i, one in enumerate(series)]
    abnormal_lately = found.verdict[:, -ECHO_DAYS - 1 :] >= Verdict.ONSET
    signs = found.sign[:, -ECHO_DAYS - 1 :]
    before = [
        Change(change.index, change.slice, sign)
        for sign in (-1, 1)
        for change in changes
        if (abnormal_lately & (signs == sign))[change.index].any() and change.index not in explained
    ]
    abnormal = [
        change
        for change in changes
        if found.verdict[change.index, -1] >= Verdict.ONSET and change.index not in explained
    ]
    return follows_from(abnormal, before, facts.metrics)


def _after_holidays(
    series: list[Series], found: Detection, holidays: Mapping[str, Flags], explained: set[int]
) -> tuple[dict[int, int], frozenset[int]]:
    """Return the holiday behind what is abnormal today, and what lasts longer than one explains."""
    after: dict[int, int] = {}
    outlived: set[int] = set()
    for index, one in enumerate(series):
        off = holidays.get(one.slice.vendor or "")
        if off is None or index in explained or found.verdict[index, -1] < Verdict.ONSET:
            continue
        change = Change(index, one.slice, int(found.sign[index, -1]))
        day = follows_from_holiday(change, off)
        told = int(found.since[index, -1])
        if day is not None:
            after[index] = day
        elif 0 <= told < len(off) - 1 and all(
            follows_from_holiday(change, off[: before + 1]) is not None
            for before in range(told, len(off) - 1)
        ):
            outlived.add(index)
    return after, frozenset(outlived)
