"""The Numenta Anomaly Benchmark: streams from servers, roads, sensors and tweets.

The data are no part of this repository; without them beside it the test says so and skips.
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from breakwater.detect.bench_adapters import nab_detector

SHARED = Path(__file__).resolve().parents[3] / "shared"
BENCH = SHARED / "bench" / "anomaly"
DATA = SHARED / "data" / "nab"


@pytest.fixture
def score_nab(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import the benchmark's scorer."""
    for needed in (BENCH / "score_nab.py", DATA / "labels"):
        if not needed.exists():
            pytest.skip(f"the benchmark is not at {needed}")
    monkeypatch.syspath_prepend(str(BENCH))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # the folder is read only
    return importlib.import_module("score_nab")


def test_the_half_it_was_made_on_scores_what_the_decision_says(score_nab: ModuleType) -> None:
    """Standard profile 75.9; threshold from alternate files 74.6 (decision 0021)."""
    files = (BENCH / "nab" / "dev_files.txt").read_text().split()
    corpus = score_nab.load(DATA, files)
    scores = {name: nab_detector(one["ts"], one["value"]) for name, one in corpus.items()}
    standard, _ = score_nab.nab_score(corpus, scores)
    across = score_nab.cross_validated(corpus, scores)
    assert standard >= 74
    assert across >= 71
    cut = {name: len(one["value"]) * 2 // 3 for name, one in list(corpus.items())[::7]}
    for name, rows in cut.items():
        again = nab_detector(corpus[name]["ts"][:rows], corpus[name]["value"][:rows])
        assert again.tobytes() == scores[name][:rows].tobytes()
