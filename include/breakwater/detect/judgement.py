"""The verdict on a day: every series, what explains what, and what is left to tell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from breakwater.contracts.events import KnownEvent
from breakwater.contracts.operations import Queue
from breakwater.core.finding import Finding
from breakwater.detect.attribution import attribute, is_welcome
from breakwater.detect.detection import Detection, Settings, Verdict
from breakwater.detect.events.announced import Announced, announced
from breakwater.detect.facts import Facts
from breakwater.detect.finding import anomaly_finding
from breakwater.detect.panel import Flags, Floats
from breakwater.detect.panel.detector import detect_panel
from breakwater.detect.series import Series, build_panel, build_series
from breakwater.detect.silent import Silence, silence_finding, silences
from breakwater.detect.wording import reason_of

SCORE_COLUMNS = (
    *("series", "metric", "vendor", "scope", "value", "denominator", "expected", "band_low"),
    *("band_high", "score", "news", "span_days", "is_anomaly", "verdict", "since", "reason"),
    "events",
)


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """The last day of every series.

    Attributes:
        series: what was judged.
        found: verdicts of all days.
        explained: what explains it, by the index of each series that something does.
        outlived: series that last, of which a holiday kept people from being told until yesterday.
        silent: queues that fell silent, which are no series of the panel.
        settings: limits in force.
        facts: what it rests on.
        announced: what known events say of it.
    """

    series: list[Series]
    found: Detection
    explained: dict[int, str]
    outlived: frozenset[int]
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
        if verdict >= Verdict.ONSET and is_welcome(self.series[index], self.found, index):
            return "welcome"
        if index in self.announced.kept_quiet:
            return "known_event"
        if index in self.announced.over or index in self.outlived:
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
    explained, outlived = attribute(series, found, facts, holidays, silent)
    told = announced(events, [one.slice for one in series], found, facts)
    return Judgement(series, found, explained, outlived, silent, settings, facts, told)


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
