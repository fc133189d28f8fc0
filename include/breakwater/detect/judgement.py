"""The verdict on a day: every series, what explains what, and what is left to tell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from breakwater.contracts.events import KnownEvent
from breakwater.contracts.operations import Queue
from breakwater.core.finding import Finding
from breakwater.detect.cause.told_once import Abnormal, excess_of, explained_by
from breakwater.detect.consequence import ECHO_DAYS, Change, follows_from
from breakwater.detect.detection import Detection, Settings, Verdict
from breakwater.detect.events.announced import Announced, announced
from breakwater.detect.facts import Facts
from breakwater.detect.finding import anomaly_finding
from breakwater.detect.panel import Flags, Floats
from breakwater.detect.panel.detector import detect_panel
from breakwater.detect.series import Series, build_panel, build_series
from breakwater.detect.silent import Silence, silence_finding, silences
from breakwater.detect.slices import WELCOME
from breakwater.detect.wording import reason_of

SCORE_COLUMNS = (
    *("series", "metric", "vendor", "scope", "value", "denominator", "expected", "band_low"),
    *("band_high", "score", "news", "span_days", "is_anomaly", "verdict", "since", "reason"),
    "events",
)

SILENCED = "manual_incoming"
"""The watched metric that shows a silent queue as well, as a fall."""


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """The last day of every series.

    Attributes:
        series: what was judged.
        found: verdicts of all days.
        explained: name of the explaining series by the index of the explained one.
        silent: queues that fell silent, which are no series of the panel.
        settings: limits in force.
        facts: what it rests on.
        announced: what known events say of it.
    """

    series: list[Series]
    found: Detection
    explained: dict[int, str]
    silent: list[Silence]
    settings: Settings
    facts: Facts
    announced: Announced

    def silence_findings(self, queues: Mapping[str, Queue]) -> Iterator[Finding]:
        """List what fell silent on this day, by the queues of the operation."""
        for silence in self.silent:
            if silence.verdict == "onset":
                yield silence_finding(silence, queues)

    def findings(self) -> Iterator[Finding]:
        """List what begins on this day, is not welcome, and nothing else explains."""
        for index, one in enumerate(self.series):
            if self._word(index) == "onset":
                yield anomaly_finding(
                    one.slice,
                    self.found,
                    index,
                    value=float(one.y[-1]),
                    day=self.facts.days[-1],
                    threshold=self.settings.threshold,
                )

    def rows(self) -> Iterator[tuple[object, ...]]:
        """List every series that has a value on this day, judged or not, as `SCORE_COLUMNS`."""
        for index, one in enumerate(self.series):
            if np.isfinite(one.y[-1]):
                yield self._row(index, one)
        yield from map(_silent_row, self.silent)

    def _row(self, index: int, one: Series) -> tuple[object, ...]:
        verdict = Verdict(self.found.verdict[index, -1])
        return (
            one.slice.name,
            one.slice.metric,
            one.slice.vendor,
            dict(one.slice.scope),
            float(one.y[-1]),
            _known(one.den[-1]),
            _known(self.found.expected[index, -1]),
            _known(self.found.low[index, -1]),
            _known(self.found.high[index, -1]),
            self._opinion(self.found.score, index),
            self._opinion(self.found.news, index),
            int(self.found.span[index, -1]) if verdict > Verdict.TOO_YOUNG else None,
            verdict >= Verdict.ONSET,
            self._word(index),
            self._since(index),
            self._reason(index),
            [event.event for event in self.announced.beside.get(index, ())],
        )

    def _opinion(self, of_days: Floats, index: int) -> float | None:
        has_one = self.found.verdict[index, -1] > Verdict.TOO_YOUNG
        return _known(of_days[index, -1]) if has_one else None

    def _word(self, index: int) -> str:
        verdict = Verdict(self.found.verdict[index, -1])
        if index in self.explained:
            return "explained"
        if verdict >= Verdict.ONSET and _is_welcome(self.series[index], self.found, index):
            return "welcome"
        if index in self.announced.kept_quiet:
            return "known_event"
        if index in self.announced.over:
            return "onset"
        return verdict.name.lower()

    def _reason(self, index: int) -> str:
        because = self.explained.get(index)
        reason = reason_of(self.found, index, self.facts.days, self.settings, because)
        if self._word(index) == "known_event":
            return f"{reason}; not told because of {self.announced.kept_quiet[index].event}"
        return reason

    def _since(self, index: int) -> date | None:
        told = int(self.found.since[index, -1])
        return self.facts.days[told] if told >= 0 else None


def judge(
    facts: Facts,
    settings: Settings,
    holidays: Mapping[str, Flags],
    events: Sequence[KnownEvent] = (),
) -> Judgement | None:
    """Judge the last day of the facts; None when there is nothing to judge.

    Args:
        facts: days up to the one that is judged.
        settings: limits.
        holidays: public holidays of each vendor, one flag a day.
        events: what is known to move numbers.
    """
    series = build_series(facts)
    silent = silences(facts, holidays, settings.silent_queue_cases, events)
    if not series:
        return None
    found = detect_panel(build_panel(series, facts.days, dict(holidays)), settings)
    explained = _silent(series, found, facts, silent)
    by_index = _same_metric(series, found, facts, set(explained))
    by_index |= _consequences(series, found, facts, {*explained, *by_index})
    explained |= {index: series[cause].slice.name for index, cause in by_index.items()}
    told = announced(events, [one.slice for one in series], found, facts)
    return Judgement(series, found, explained, silent, settings, facts, told)


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
    for metric, leaves in facts.metrics.items():
        abnormal = [
            Abnormal(index, one.members, int(found.sign[index, -1]), int(found.span[index, -1]))
            for index, one in enumerate(series)
            if one.slice.metric == metric
            and index not in explained
            and found.verdict[index, -1] >= Verdict.ONSET
            and not _is_welcome(one, found, index)
        ]
        answer |= explained_by(leaves, abnormal)
    return answer


def _consequences(
    series: list[Series], found: Detection, facts: Facts, explained: set[int]
) -> dict[int, int]:
    changes = [Change(i, one.slice, int(found.sign[i, -1])) for i, one in enumerate(series)]
    recent = (found.verdict[:, -ECHO_DAYS - 1 :] >= Verdict.ONSET) & (
        found.sign[:, -ECHO_DAYS - 1 :] > 0
    )
    rises = [
        Change(change.index, change.slice, 1)
        for change in changes
        if recent[change.index].any() and change.index not in explained
    ]
    abnormal = [
        change
        for change in changes
        if found.verdict[change.index, -1] >= Verdict.ONSET and change.index not in explained
    ]
    return follows_from(abnormal, rises, facts.metrics)


def _is_welcome(one: Series, found: Detection, index: int) -> bool:
    return WELCOME.get(one.slice.metric) == int(found.sign[index, -1])


def _silent_row(silence: Silence) -> tuple[object, ...]:
    """Return `SCORE_COLUMNS` of what is judged without a band."""
    return (
        silence.slice.name,
        silence.slice.metric,
        silence.slice.vendor,
        dict(silence.slice.scope),
        0.0,
        None,
        silence.usual,
        None,
        None,
        None,
        None,
        len(silence.days),
        True,
        silence.verdict,
        silence.told,
        silence.reason,
        [event.event for event in silence.beside],
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
