"""Proof: a year in which nothing happens raises at most 0.1 episodes per series and month."""

import numpy as np
from made_panels import RHYTHM

from breakwater.detect.detection import DAYS_OF_MONTH, Settings, Verdict
from breakwater.detect.panel import BACKLOG, COUNT, MEAN, RATE, TIME, WAIT, Floats, Panel
from breakwater.detect.panel.detector import detect_panel

DAYS = 365
OF_A_KIND = 100
HISTORY = 14


def clean_year() -> Panel:
    """Draw 600 series: a hundred of each kind, small ones and large ones, each with a weekly rhythm."""
    random = np.random.default_rng(11)
    shape = (OF_A_KIND, DAYS)
    size = np.exp(random.uniform(np.log(8), np.log(800), (OF_A_KIND, 1)))
    drift = np.exp(np.cumsum(0.004 * random.standard_normal(shape), axis=1))
    usual = size * drift * RHYTHM[np.arange(DAYS) % 7]

    def counts(scatter: float) -> Floats:
        return random.poisson(usual * np.exp(scatter * random.standard_normal(shape))).astype(float)

    arrivals, cases = counts(0.08), np.maximum(counts(0.08), 1.0)
    right = random.uniform(0.85, 0.98, (OF_A_KIND, 1))
    work = 60 * np.exp(0.6 / np.sqrt(cases) * random.standard_normal(shape))
    wait = 1800 * np.exp(0.3 * random.standard_normal(shape)) * RHYTHM[np.arange(DAYS) % 7]
    staff, kept = random.uniform(8, 120, (OF_A_KIND, 1)), random.uniform(1.9, 3.1, (OF_A_KIND, 1))
    seconds = np.rint(staff * 7.5 * 3600 * np.exp(0.05 * random.standard_normal(shape)))
    mood = random.uniform(0.05, 0.25, (OF_A_KIND, 1)) * random.standard_normal(shape)
    none = np.full(shape, np.nan)
    kinds = {
        COUNT: (arrivals, none),
        BACKLOG: (counts(0.1), none),
        RATE: (random.binomial(cases.astype(int), right) / cases, cases),
        MEAN: (work, cases),
        WAIT: (wait, cases),
        TIME: (1 / (1 + np.exp(-(kept + mood))), seconds),
    }
    return Panel(
        y=np.concatenate([y for y, _ in kinds.values()]),
        den=np.concatenate([den for _, den in kinds.values()]),
        kind=np.repeat(list(kinds), OF_A_KIND),
        region=np.zeros(OF_A_KIND * len(kinds), dtype=np.int64),
        hol=np.zeros((1, DAYS), dtype=np.bool_),
        dow=np.arange(DAYS) % 7,
        hist=HISTORY,
    )


def test_a_clean_year_of_six_hundred_series_raises_next_to_nothing() -> None:
    """At the default setting, and without any minimum of volume or effect."""
    found = detect_panel(clean_year(), Settings())
    onsets = found.verdict[:, HISTORY:] == Verdict.ONSET
    by_kind = onsets.reshape(-1, OF_A_KIND, DAYS - HISTORY).sum(axis=(1, 2))
    months = OF_A_KIND * (DAYS - HISTORY) / DAYS_OF_MONTH
    assert by_kind.sum() / (len(by_kind) * months) <= 0.1
    assert (by_kind / months <= 0.15).all(), by_kind / months
