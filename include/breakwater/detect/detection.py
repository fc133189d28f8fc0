"""What is asked of a detector, and what it answers, day by day."""

import math
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from breakwater.detect.panel import Floats, Integers

DAYS_OF_MONTH = 30


class Verdict(IntEnum):
    """What is said of one day of one series."""

    MISSING = 0
    TOO_YOUNG = 1
    USUAL = 2
    TOO_FEW = 3
    TOO_SMALL = 4
    ONSET = 5
    CONTINUING = 6


@dataclass(frozen=True, slots=True)
class Settings:
    """When a number is abnormal enough to tell.

    Attributes:
        false_alarms: how many a series may raise in a month in which nothing happens.
        minimum_history_days: days since the first value below which there is no opinion.
        minimum_volume: cases behind the days in question below which a series stays quiet.
        minimum_effect: smallest relative change; of a share, relative to its rarer side.
        minimum_rate_effect: smallest absolute change of a share.
        refractory_days: how long after an abnormal day the next one is the same change.
        silent_queue_cases: cases on each of the same weekdays before, from which a day without any
            is a silent one.
    """

    false_alarms: float = 0.07
    minimum_history_days: int = 14
    minimum_volume: float = 0.0
    minimum_effect: float = 0.0
    minimum_rate_effect: float = 0.0
    refractory_days: int = 7
    silent_queue_cases: int = 10

    @property
    def threshold(self) -> float:
        """−log10 of the probability of a day from which on it is told."""
        return -math.log10(self.false_alarms / DAYS_OF_MONTH)


EVERYTHING = Settings()
"""Scores alone decide: no minimum of volume or effect."""


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """What was found, n × T each, in the series' own units where nothing else is said.

    Attributes:
        expected: usual value of the day.
        low: below it a single day is abnormal.
        high: above it a single day is abnormal.
        score: −log10 of the probability of a day so far from usual; NaN without an opinion.
        news: the same, that something begins: low while what was told before merely lasts.
        sign: direction of that channel, -1 or 1.
        span: days of that channel: 1, 3 or 7.
        change: relative change over the span; 0.5 is half as much again as usual.
        age: days since the series' first value; 0 when half of them are missing.
        since: day on which the change that lasts was told; -1 without one.
        verdict: a `Verdict`.
    """

    expected: Floats
    low: Floats
    high: Floats
    score: Floats
    news: Floats
    sign: Integers
    span: Integers
    change: Floats
    age: Integers
    since: Integers
    verdict: npt.NDArray[np.int8]

    @classmethod
    def empty(cls, n: int, days: int) -> "Detection":
        """Allocate it with no opinion anywhere."""
        return cls(
            expected=np.full((n, days), np.nan),
            low=np.full((n, days), np.nan),
            high=np.full((n, days), np.nan),
            score=np.full((n, days), np.nan),
            news=np.full((n, days), np.nan),
            sign=np.ones((n, days), dtype=np.int64),
            span=np.ones((n, days), dtype=np.int64),
            change=np.full((n, days), np.nan),
            age=np.zeros((n, days), dtype=np.int64),
            since=np.full((n, days), -1),
            verdict=np.full((n, days), Verdict.MISSING, dtype=np.int8),
        )
