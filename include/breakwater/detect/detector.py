"""Score every day of a panel against the days before it, and say when something began.

Causal: the verdict of a day uses nothing later, so a replay gives the bit-identical answer.
"""

from dataclasses import dataclass, field

import numpy as np

from breakwater.detect.baseline import WEEK, WINDOW_DAYS, Baseline, holiday_effect
from breakwater.detect.detection import EVERYTHING, Detection, Settings, Verdict
from breakwater.detect.effect import CHANNELS, effect_of
from breakwater.detect.panel import Flags, Floats, Integers, Panel
from breakwater.detect.robust import MAD_TO_SD, median
from breakwater.detect.scale import Scale

CLIP = 3.0
"""How much one day may add to a sum; a single spike must not look like a lasting change."""

POOL_DAYS = 20
"""The weight, in days, of what series of a kind have in common in one series' own scatter."""

HOLIDAY_WIDENING = 1.5
WORSENING = 1.5
"""How much further from usual a single day must be than what was told, to be told again."""

LASTING = 0.6
"""Share of the threshold to which `detect` holds a change that merely lasts."""


@dataclass(slots=True, eq=False)
class _Told:
    """What each series was last told of.

    Attributes:
        day: when it began.
        last: the last day on which it showed.
        strength: how far from usual a single day was since then.
        sign: in which direction.
    """

    day: Integers
    last: Integers
    strength: Floats
    sign: Integers

    @classmethod
    def nothing(cls, n: int) -> "_Told":
        never = np.full(n, -(10**6))
        return cls(never, never, np.zeros(n), np.zeros(n, dtype=np.int64))


@dataclass(slots=True, eq=False)
class _Run:
    """One pass over a panel, day by day."""

    panel: Panel
    settings: Settings
    scale: Scale
    x: Floats
    baseline: Baseline
    found: Detection
    is_holiday: Flags
    surprise: Floats
    z: Floats
    on_holidays: Floats
    told: _Told = field(init=False)

    def __post_init__(self) -> None:
        self.told = _Told.nothing(len(self.x))

    def day(self, t: int) -> None:
        """Score day t; `surprise` and `z` of earlier days are there already."""
        expected = self._expected(t)
        noise = self.scale.noise(expected, self.panel.den[:, t])
        self.surprise[:, t] = (self.x[:, t] - expected) / noise
        unit = self._scatter(t) * noise
        self.z[:, t] = (self.x[:, t] - expected) / unit
        reach = self.settings.threshold * unit
        self.found.expected[:, t] = self.scale.back(expected)
        self.found.low[:, t] = self.scale.back(expected - reach)
        self.found.high[:, t] = self.scale.back(expected + reach)
        self._strongest_channel(t)
        self._judge(t)

    def _expected(self, t: int) -> Floats:
        expected = self.baseline.expect(t)
        today = self.is_holiday[:, t]
        if today.any():
            past = self.on_holidays[:, :t]
            self.on_holidays[:, t] = np.where(today, self.x[:, t] - expected, np.nan)
            effect = holiday_effect(past, today, self.panel.region, self.panel.kind)
            # Anything between an ordinary day and a holiday as they were so far is usual: a
            # holiday on a Sunday changes little where nobody works on Sundays.
            least, most = expected + np.minimum(effect, 0), expected + np.maximum(effect, 0)
            nearest = np.clip(self.x[:, t], least, most)
            expected = np.where(today & np.isfinite(nearest), nearest, expected)
        return expected

    def _scatter(self, t: int) -> Floats:
        """Return by how much days scatter more than chance; never less than chance."""
        first = max(WEEK, t - WINDOW_DAYS)
        past = np.where(self.is_holiday[:, first:t], np.nan, self.surprise[:, first:t])
        own = MAD_TO_SD * median(np.abs(past), axis=1)
        days = np.isfinite(past).sum(axis=1)
        scatter = np.ones(len(own))
        for kind in np.unique(self.panel.kind):
            rows = self.panel.kind == kind
            pooled = np.nan_to_num(median(own[rows], axis=0), nan=1.0)
            mixed = POOL_DAYS * pooled**2 + days[rows] * np.nan_to_num(own[rows], nan=0.0) ** 2
            scatter[rows] = np.sqrt(mixed / (POOL_DAYS + days[rows]))
        widened = np.where(self.is_holiday[:, t], HOLIDAY_WIDENING, 1.0)
        return np.maximum(scatter, 1.0) * widened

    def _strongest_channel(self, t: int) -> None:
        today = self.z[:, t]
        best, sign = np.abs(today), np.where(today < 0, -1, 1)
        span = np.ones(len(today), dtype=np.int64)
        for days in CHANNELS[1:]:
            recent = np.nan_to_num(self.z[:, max(WEEK, t - days + 1) : t + 1])
            total = np.clip(recent, -CLIP, CLIP).sum(axis=1) / np.sqrt(days)
            # A sum speaks only for a change that today still shows.
            stronger = (np.abs(total) > best) & (total * today > 0)
            best, span = np.where(stronger, np.abs(total), best), np.where(stronger, days, span)
        self.found.score[:, t] = best
        self.found.sign[:, t], self.found.span[:, t] = sign, span

    def _judge(self, t: int) -> None:
        effect = effect_of(self.panel, self.found, self.scale, t)
        self.found.change[:, t] = effect.change
        self.found.age[:, t] = self._age(t)
        score = self.found.score[:, t]
        limits = self.settings
        is_small = np.abs(effect.weight) < limits.minimum_effect
        is_small |= self.scale.share & (np.abs(effect.absolute) < limits.minimum_rate_effect)
        # The first that applies counts.
        verdict = np.select(
            [
                ~np.isfinite(score),
                self.found.age[:, t] < limits.minimum_history_days,
                score < limits.threshold,
                effect.volume < limits.minimum_volume,
                is_small,
                self._lasts(t),
            ],
            [
                Verdict.MISSING,
                Verdict.TOO_YOUNG,
                Verdict.USUAL,
                Verdict.TOO_FEW,
                Verdict.TOO_SMALL,
                Verdict.CONTINUING,
            ],
            Verdict.ONSET,
        )
        self.found.verdict[:, t] = verdict
        self._tell(t, verdict == Verdict.ONSET, verdict >= Verdict.ONSET)
        self.found.since[:, t] = np.where(verdict >= Verdict.ONSET, self.told.day, -1)

    def _lasts(self, t: int) -> Flags:
        """Tell which series were told of the same, and it is not clearly worse now.

        Days are compared with days: the sum over a week grows by itself while a change lasts.
        """
        recent = t - self.told.last <= self.settings.refractory_days
        same_way = self.found.sign[:, t] == self.told.sign
        not_worse = np.abs(self.z[:, t]) < WORSENING * self.told.strength
        return np.asarray(recent & same_way & not_worse, dtype=np.bool_)

    def _tell(self, t: int, onset: Flags, abnormal: Flags) -> None:
        # A change that a sum found counts as a day that would have been told.
        today = np.fmax(np.abs(self.z[:, t]), self.settings.threshold)
        lasting = np.fmax(self.told.strength, np.where(abnormal, today, 0.0))
        self.told.strength = np.where(onset, today, lasting)
        self.told.day = np.where(onset, t, self.told.day)
        self.told.last = np.where(abnormal, t, self.told.last)
        self.told.sign = np.where(onset, self.found.sign[:, t], self.told.sign)

    def _age(self, t: int) -> Integers:
        seen = np.isfinite(self.panel.y[:, :t])
        first = np.where(seen.any(axis=1), seen.argmax(axis=1), t)
        age = t - first
        return np.where(2 * seen.sum(axis=1) >= age, age, 0)


def detect_panel(panel: Panel, settings: Settings = EVERYTHING) -> Detection:
    """Judge every day of every series from the days before it.

    The first week of a panel only teaches; its verdicts are `Verdict.MISSING`.
    """
    n, days = panel.y.shape
    x = Scale.of(panel).forward(panel.y, panel.den)
    run = _Run(
        panel=panel,
        settings=settings,
        scale=Scale.of(panel),
        x=x,
        baseline=Baseline.of(panel, x),
        found=Detection.empty(n, days),
        is_holiday=panel.hol[panel.region],
        surprise=np.full((n, days), np.nan),
        z=np.full((n, days), np.nan),
        on_holidays=np.full((n, days), np.nan),
    )
    for t in range(WEEK, days):
        run.day(t)
    return run.found


def detect(panel: Panel) -> tuple[Floats, float]:
    """Return n × (T - hist) scores of the scored days and the threshold from which they alert.

    NaN is no opinion. Days on which a change that was told before merely lasts stay clearly
    below the threshold.
    """
    found = detect_panel(panel)
    held = np.minimum(found.score, LASTING * EVERYTHING.threshold)
    scores = np.where(found.verdict == Verdict.CONTINUING, held, found.score)
    has_opinion = found.verdict > Verdict.TOO_YOUNG
    return np.where(has_opinion, scores, np.nan)[:, panel.hist :], EVERYTHING.threshold
