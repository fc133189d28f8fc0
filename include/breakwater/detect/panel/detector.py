"""Score every day of a panel against the days before it, and say when something began.

Causal: the verdict of a day uses nothing later, so a replay gives the bit-identical answer.
The method and what was tried are in docs/decisions/0020.
"""

from dataclasses import dataclass, field

import numpy as np

from breakwater.detect.detection import EVERYTHING, Detection, Settings, Verdict
from breakwater.detect.effect import effect_of
from breakwater.detect.panel import Flags, Floats, Integers, Panel
from breakwater.detect.panel.beginning import begin, first_day
from breakwater.detect.panel.belief import LEVEL, MONDAY, SWING, WEEK, Belief
from breakwater.detect.panel.calibration import Calibration, Tail
from breakwater.detect.panel.channels import CHANNELS, strongest, surprise, z_of_surprise
from breakwater.detect.panel.holidays import Holidays
from breakwater.detect.panel.moves import AGREEING_DAYS, BOTH_DAYS, Moves
from breakwater.detect.panel.onset import HELD, Told
from breakwater.detect.panel.scale import Scale
from breakwater.detect.panel.scatter import Scatter

DRIFT = 0.06
"""By how much of a day's noise a level moves in a night."""

CARRY = 0.8
"""Share of a passing swing that is left the day after."""

DAYS_OF_DOUBT = 10
"""With no day of its own a series' scatter is known as if from so many."""

RECENT = max(*CHANNELS, *AGREEING_DAYS)


@dataclass(slots=True, eq=False)
class _Today:
    """One day of n series on their scale.

    Attributes:
        expected: usual value.
        away: found minus usual; NaN where nothing is known.
        noise: variance of the day.
        variance: of the difference, with the doubt about what is usual.
        freedom: days behind the noise.
        tails: how surprised series of each kind were lately.
        told_from: normal deviations from which people are told.
    """

    expected: Floats
    away: Floats
    noise: Floats
    variance: Floats
    freedom: Floats
    tails: dict[str, Tail]
    told_from: Floats

    def widened(self, z: Floats) -> Floats:
        """Return normal deviations as deviations of noise: the inverse of `_Run._surprise`."""
        heavy = np.sqrt(self.freedom * np.expm1(np.minimum(z * z / self.freedom, 50.0)))
        return np.asarray(heavy * np.sqrt(self.variance / self.noise), dtype=np.float64)


@dataclass(slots=True, eq=False)
class _Run:
    """One pass over a panel, day by day."""

    panel: Panel
    settings: Settings
    found: Detection
    scale: Scale = field(init=False)
    x: Floats = field(init=False)
    is_holiday: Flags = field(init=False)
    belief: Belief = field(init=False)
    swing: Floats = field(init=False)
    known: Flags = field(init=False)
    noise: Floats = field(init=False)
    scatter: Scatter = field(init=False)
    holidays: Holidays = field(init=False)
    moves: Moves = field(init=False)
    calibration: Calibration = field(init=False)
    told: Told = field(init=False)
    first: Integers = field(init=False)
    seen: Integers = field(init=False)
    z: Floats = field(init=False)
    away: Floats = field(init=False)

    def __post_init__(self) -> None:
        panel, n = self.panel, len(self.panel.y)
        self.scale = Scale.of(panel)
        self.x = self.scale.forward(panel.y, panel.den)
        self.is_holiday = panel.hol[panel.region]
        start = begin(panel, self.x, self.scale)
        self.belief, self.swing, self.known = start.belief, start.swing, start.known
        self.noise = np.ones(n)
        self.scatter = Scatter.of(panel.kind, start.scatter)
        self.holidays, self.moves, self.told = Holidays(panel), Moves.none(n), Told.nothing(n)
        self.calibration = Calibration(panel, first_day(self.x))
        has_value = np.isfinite(panel.y)
        self.first = np.where(has_value.any(axis=1), has_value.argmax(axis=1), panel.y.shape[1])
        self.seen = np.zeros(n, dtype=np.int64)
        self.z, self.away = np.full(panel.y.shape, np.nan), np.full(panel.y.shape, np.nan)

    def days(self) -> None:
        """Judge every day from the first one with a value on."""
        first = self.calibration.begins
        self.noise = self._noise(self.belief.expect(int(self.panel.dow[first])), first)
        for t in range(first, self.x.shape[1]):
            self._day(t)

    def _day(self, t: int) -> None:
        weekday, holiday = int(self.panel.dow[t]), self.is_holiday[:, t]
        self.belief.pass_a_day(DRIFT**2 * self.noise, self.swing * self.noise, CARRY)
        starts = self._start(t, weekday)
        ordinary = self.belief.expect(weekday)
        reach = self.belief.reach(weekday, np.zeros_like(holiday))
        doubt = self.belief.doubt(reach, weekday, np.zeros_like(holiday))
        variance = doubt + self._noise(ordinary, t)
        x = self.x[:, t]
        expected = self.holidays.expect(x, variance, self.belief, weekday, holiday)
        if holiday.any():
            reach = self.belief.reach(weekday, holiday)
            doubt = self.belief.doubt(reach, weekday, holiday)
        noise = self._noise(expected, t)
        away = np.where(starts | ~self.known, np.nan, x - expected)
        freedom, tails = DAYS_OF_DOUBT + self.scatter.days, self.calibration.tails(t)
        told_from = self._told_from(tails)
        today = _Today(expected, away, noise, doubt + noise, freedom, tails, told_from)
        self._judge(t, today)
        self._learn(t, today, reach, weekday)

    def _noise(self, expected: Floats, t: int) -> Floats:
        return self.scatter.ratio * self.scale.variance(expected, self.panel.den[:, t])

    def _told_from(self, tails: dict[str, Tail]) -> Floats:
        limits = [tail.surprise(self.settings.threshold) for tail in tails.values()]
        z = np.zeros(len(self.x))
        for kind, limit in zip(tails, z_of_surprise(np.array(limits)), strict=True):
            z[self.panel.kind == kind] = limit
        return z

    def _start(self, t: int, weekday: int) -> Flags:
        """Let series start whose first value came after the beginning; return which do."""
        starts = ~self.known & np.isfinite(self.x[:, t])
        if starts.any():
            mean, cov = self.belief.mean, self.belief.cov
            level = self.x[starts, t] - mean[starts, MONDAY + weekday]
            mean[starts, LEVEL], mean[starts, SWING] = level, 0.0
            noise = self._noise(self.belief.expect(weekday), t)[starts]
            cov[starts, LEVEL, LEVEL], cov[starts, SWING, SWING] = noise, 0.0
            self.noise[starts] = noise
            self.known |= starts
        return starts

    def _surprise(self, today: _Today, y: Floats) -> Floats:
        """Return a day's deviation as one of a normal number; near the nearest usual level."""
        z = self.scale.surprise(y, today.away, today.expected, today.noise)
        z *= np.sqrt(today.noise / today.variance)
        # The scatter is only estimated: Student's t, brought to the normal (Wallace 1959).
        z = np.sign(z) * np.sqrt(today.freedom * np.log1p(z * z / today.freedom))
        before = self._from_before(today)
        nearest = np.where(np.abs(before) < np.abs(z), before, z)
        return np.where(self.moves.left > 0, np.where(z * before <= 0, 0.0, nearest), z)

    def _from_before(self, today: _Today) -> Floats:
        return (today.away - self.moves.offset(self.belief)) / np.sqrt(today.variance)

    def _judge(self, t: int, today: _Today) -> None:
        self.z[:, t], self.away[:, t] = self._surprise(today, self.panel.y[:, t]), today.away
        self.z[~np.isfinite(today.away), t] = np.nan
        self.moves.since += 1
        begins = self.calibration.begins
        best = strongest(self.z[:, max(begins, t - RECENT + 1) : t + 1], self.moves.since)
        score = _score(best.surprise, self.panel, today.tails)
        score = np.where(np.isfinite(self.z[:, t]), score, np.nan)
        held = self.told.holds(t, np.nan_to_num(score), self.settings)
        self.found.news[:, t] = np.where(held, HELD, score)
        self.calibration.keep(t, best.surprise, score, held)
        stands = self._stands(t, today)
        self._show(t, today, score, best.span, stands)
        self._verdict(t, held, stands)

    def _stands(self, t: int, today: _Today) -> Flags:
        """Tell which series are still where the change that they were told of brought them."""
        offset = self.moves.offset(self.belief)
        moved = (self.moves.left > 0) & (offset * self.told.sign < 0)
        still = np.abs(today.away) < np.abs(today.away - offset)
        recent = t - self.told.day <= self.settings.refractory_days + BOTH_DAYS
        return np.asarray(moved & still & recent, dtype=np.bool_)

    def _show(self, t: int, today: _Today, score: Floats, span: Integers, stands: Flags) -> None:
        """Write down what is usual: while a change that was told stands, what was before it."""
        found = self.found
        from_before = _score(surprise(self._from_before(today)), self.panel, today.tails)
        found.score[:, t] = np.where(stands, np.fmax(from_before, score), score)
        found.sign[:, t] = np.where(stands, self.told.sign, np.where(self.z[:, t] < 0, -1, 1))
        found.span[:, t] = np.where(stands, 1, span)
        offset = np.where(stands, self.moves.offset(self.belief), 0.0)
        usual = np.where(self.known, today.expected + offset, np.nan)
        reach = today.widened(today.told_from)
        found.expected[:, t] = self.scale.back(usual)
        found.low[:, t] = self.scale.at(-reach, usual, today.noise)
        found.high[:, t] = self.scale.at(reach, usual, today.noise)

    def _verdict(self, t: int, held: Flags, stands: Flags) -> None:
        found, limits = self.found, self.settings
        found.age[:, t] = age = self._age(t)
        score = found.score[:, t]
        begins = found.news[:, t] >= limits.threshold
        lasts = stands | (held & (score >= limits.threshold))
        # The first that applies counts.
        verdict = np.select(
            [~np.isfinite(score), age < limits.minimum_history_days, ~begins & ~lasts, ~begins],
            [Verdict.MISSING, Verdict.TOO_YOUNG, Verdict.USUAL, Verdict.CONTINUING],
            Verdict.ONSET,
        )
        unusual = np.flatnonzero(verdict >= Verdict.ONSET)
        effect = effect_of(self.panel, found, self.scale, t, unusual)
        found.change[unusual, t] = effect.change
        is_small = np.abs(effect.weight) < limits.minimum_effect
        few = np.abs(effect.absolute) < limits.minimum_rate_effect
        is_small |= self.scale.share[unusual] & few
        verdict[unusual] = np.select(
            [effect.volume < limits.minimum_volume, is_small],
            [Verdict.TOO_FEW, Verdict.TOO_SMALL],
            verdict[unusual],
        )
        found.verdict[:, t] = verdict
        counts = (verdict == Verdict.USUAL) | (verdict >= Verdict.ONSET)
        onset = verdict == Verdict.ONSET
        self.told.remember(t, found.news[:, t], counts, onset, found.sign[:, t])
        found.since[:, t] = np.where(verdict >= Verdict.ONSET, self.told.day, -1)

    def _learn(self, t: int, today: _Today, reach: Floats, weekday: int) -> None:
        known = np.isfinite(today.away)
        holiday = self.is_holiday[:, t] & known
        ordinary = known & ~self.is_holiday[:, t]
        self.belief.learn(reach, today.away, today.variance, ordinary, holiday)
        z = today.away / np.sqrt(today.variance)
        begins = self.calibration.begins
        if t >= begins + WEEK:
            self.scatter.learn(z, ordinary)
        recent = slice(max(begins, t - RECENT + 1), t + 1)
        self.moves.follow(
            self.belief,
            self.z[:, recent],
            self.away[:, recent],
            today.noise,
            told_from=today.told_from,
            learns=ordinary,
        )
        now = self.x[:, t] - self.belief.mean[:, SWING] - self.belief.mean[:, MONDAY + weekday]
        self.moves.go_back(self.belief, now, ordinary)
        unmoved = ordinary & (self.moves.since > 0)
        left = self.x[:, t] - self.belief.expect(weekday)
        self.moves.change_habit(
            self.belief, weekday, z, away=left, noise=today.noise, learns=unmoved
        )
        self.noise = np.where(known, today.noise, self.noise)

    def _age(self, t: int) -> Integers:
        age = np.maximum(t - self.first, 0)
        seen = self.seen.copy()
        self.seen += np.isfinite(self.panel.y[:, t])
        return np.where(2 * seen >= age, age, 0)


def _score(surprise: Floats, panel: Panel, tails: dict[str, Tail]) -> Floats:
    score = np.full(len(surprise), np.nan)
    for kind, tail in tails.items():
        rows = panel.kind == kind
        score[rows] = tail.score(surprise[rows])
    return score


def detect_panel(panel: Panel, settings: Settings = EVERYTHING) -> Detection:
    """Judge every day of every series from the days before it.

    The first days of a panel only teach; what is said of them rests on its first two weeks.
    """
    found = Detection.empty(*panel.y.shape)
    _Run(panel, settings, found).days()
    return found


def detect(panel: Panel) -> tuple[Floats, float]:
    """Return n × (T - hist) scores of the scored days and the threshold from which they alert.

    A score is −log10 of the probability that nothing begins on this day; NaN is no opinion.
    """
    found = detect_panel(panel)
    has_opinion = found.verdict > Verdict.TOO_YOUNG
    scores = np.where(has_opinion, found.news, np.nan)
    return scores[:, panel.hist :], EVERYTHING.threshold
