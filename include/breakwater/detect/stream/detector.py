"""Judge every row of a series from the rows before it."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from breakwater.detect.stream.channels import (
    DAYS_OF_RHYTHM,
    DAYS_TO_RESEMBLE,
    LONG_RUNS,
    SHORT_RUNS,
    from_level,
    from_liveliness,
    from_movement,
    from_time_of_day,
    unlike_every_day,
    usual_at,
)
from breakwater.detect.stream.onset import onsets
from breakwater.detect.stream.rows import Floats, Integers, same_time
from breakwater.detect.stream.tail import combine, evidence, mean_of_known

ScoreT = TypeVar("ScoreT", float, Floats)

HALF = 2.0
"""Evidence that scores one half: the channels together find one row in a hundred so odd."""

THRESHOLD = 0.5
"""The score of `HALF`."""

PRECISION = 1e-6
"""Differences below this share of the largest value so far are rounding, not news."""

TINY = 1e-300

CHANNELS = (
    "time of day",
    "like no day for a short run",
    "like no day",
    "level",
    "liveliness",
    "movement",
)


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """One way in which rows can be unusual.

    Attributes:
        distances: n × T each; several where it is asked for several lengths of a run.
        rounding: n × T differences of such distances that are no news, in their unit.
    """

    distances: list[Floats]
    rounding: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What is said of n series × T rows.

    Attributes:
        score: 0 to 1, of rows at which something begins; 0 elsewhere. `THRESHOLD` tells.
        evidence: the same before rests: how odd the row is, as -log10 of a probability.
        usual: what was expected at the row's time; NaN while unknown.
        channel: which channel is the strongest, an index; -1 when none has an opinion.
    """

    score: Floats
    evidence: Floats
    usual: Floats
    channel: Integers


def judge_stream(instants: npt.NDArray[np.datetime64], value: Floats) -> Judgement:
    """Judge one series of T rows that come several times a day.

    Args:
        instants: T ascending instants.
        value: T values; NaN is a missing one and scores zero.
    """
    x = np.asarray(value, dtype=np.float64)[None, :]
    alike = same_time(instants, DAYS_TO_RESEMBLE)
    usual = usual_at(x, alike[:DAYS_OF_RHYTHM])
    return judge(x, usual, [*channels_of(x, x, usual, alike), movement_of(x)])


def channels_of(x: Floats, steady: Floats, usual: Floats, alike: Integers) -> list[Channel]:
    """Return what each of `CHANNELS` but the last says.

    Args:
        x: n × T values.
        steady: n × T values in which a change of level or liveliness shows.
        usual: n × T expected values.
        alike: days × T places of rows that this one may resemble.
    """
    rounding = rounding_of(x)
    return [
        Channel([from_time_of_day(x, usual)], rounding),
        Channel([unlike_every_day(x, alike, run) for run in SHORT_RUNS], rounding),
        Channel([unlike_every_day(x, alike, run) for run in LONG_RUNS], rounding),
        Channel([from_level(steady, run) for run in SHORT_RUNS], rounding),
        Channel([from_liveliness(steady)], rounding),
    ]


def movement_of(x: Floats) -> Channel:
    """Return what the last of `CHANNELS` says of n × T values."""
    return Channel([from_movement(x, rounding_of(x))], np.full_like(x, PRECISION))


def rounding_of(x: Floats) -> Floats:
    """Return which differences of n × T values are rounding, from the largest so far."""
    largest: Floats = np.maximum.accumulate(np.abs(np.nan_to_num(x)), axis=1)
    return PRECISION * largest + TINY


def judge(x: Floats, usual: Floats, channels: list[Channel]) -> Judgement:
    """Weigh distances against their own past, put them together, and keep what begins.

    Args:
        x: n × T values; a missing one scores zero.
        usual: n × T expected values.
        channels: what `CHANNELS` say, from the first on.
    """
    missing = ~np.isfinite(x)

    def weigh(channel: Channel) -> Floats:
        each = []
        for distance in channel.distances:
            counts = np.where(distance <= channel.rounding, 0.0, distance)
            each.append(evidence(np.where(missing, np.nan, counts), channel.rounding))
        return mean_of_known(np.stack(each))

    each = np.stack([weigh(channel) for channel in channels])
    found = combine(each)
    told = onsets(found)
    silent = ~np.isfinite(each).any(axis=0)
    strongest = np.argmax(np.nan_to_num(each, nan=-1.0), axis=0)
    return Judgement(
        score=score_of(told),
        evidence=found,
        usual=usual,
        channel=np.where(silent, -1, strongest),
    )


def score_of(found: ScoreT) -> ScoreT:
    """Return evidence on a scale from 0 to 1."""
    return found / (found + HALF)
