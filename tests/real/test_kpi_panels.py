"""The detector on labelled KPI panels that nobody tuned for this repository's demo.

The panels are no part of this repository; without them beside it the tests say so and skip.
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from breakwater.detect.bench_adapters import panel_detector

BENCH = Path(__file__).resolve().parents[3] / "shared" / "bench" / "anomaly"
NEEDED = {14: 0.70, 28: 0.75, 56: 0.79, 120: 0.82}
"""F1 of events by days of history, at no more than a tenth of a false alarm a series-month."""


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType]:
    """Import the panels' own loader and scorer."""
    if not BENCH.exists():
        pytest.skip(f"the labelled panels are not at {BENCH}")
    monkeypatch.syspath_prepend(str(BENCH))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # the folder is read only
    return importlib.import_module("panel"), importlib.import_module("score_kpi")


@pytest.mark.parametrize("history", sorted(NEEDED))
def test_events_are_found_at_the_default_threshold_with_few_false_alarms(
    bench: tuple[ModuleType, ModuleType], history: int
) -> None:
    """Spikes, dips, shifts and ramps of four panels, at the threshold that ships."""
    panel, score_kpi = bench
    pool = score_kpi.Pool()
    for number in panel.SETS:
        name = f"k{number}_h{history:03d}"
        loaded = panel.load_panel(name)
        scores, threshold = panel.call_detector(panel_detector, loaded)
        pool.add(loaded, panel.load_labels(name), scores)
    result = pool.done().evaluate(threshold)
    assert result["fa_month"] <= 0.1
    assert result["F1"] >= NEEDED[history]
    assert result["delay"] <= 2
    lasting = [pool.s[i, a : e + 1] for i, a, e, kind in pool.ev if kind not in ("spike", "dip")]
    assert sum((days >= threshold).any() for days in lasting) / len(lasting) >= 0.85


@pytest.mark.parametrize("history", sorted(NEEDED))
def test_where_nothing_happens_a_probability_is_one(
    bench: tuple[ModuleType, ModuleType], history: int
) -> None:
    """Days below a probability are as many as it says, and false alarms as few as promised."""
    panel, _ = bench
    loaded = panel.load_panel(f"null_h{history:03d}")
    scores, threshold = panel.call_detector(panel_detector, loaded)
    days = np.isfinite(loaded.y[:, history:])
    for p in (1e-2, 1e-3):
        assert 0.67 <= float((scores >= -np.log10(p))[days].mean()) / p <= 1.5
    assert panel.episodes(scores >= threshold).sum() / (days.sum() / 30) <= 0.1


def test_scores_are_the_same_when_the_days_after_are_cut_off(
    bench: tuple[ModuleType, ModuleType],
) -> None:
    """A replay of a past day on a panel with holes and holidays is exact."""
    panel, _ = bench
    loaded = panel.load_panel("k11_h028")
    scores, _ = panel.call_detector(panel_detector, loaded)
    assert panel.prefix_violations(panel_detector, loaded, scores, 3, tol=1e-300) == (0, 0.0)
