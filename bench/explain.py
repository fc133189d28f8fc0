"""How often the explainer names the true causes, and how fast, beside three peers in the same run.

Sets of labelled cases are looked for beside the repository; without them nothing is measured. F1 is of
slices over all cases of a set; a slice counts only if it is a true one exactly (where sites nest in
vendors: if it has exactly its leaves). Seconds are CPU seconds a case.

Peers: the one attribute value that moved most; Adtributor; a simplified weighted-risk search after
RiskLoc. They are small, in bench/explaining/peers.py, with the settings their papers give.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd  # noqa: TID253  # the cases are data frames
from explaining.peers import adtributor, one_value, weighted_risk

from breakwater.detect.bench_adapters import explainer

CASES = Path(__file__).resolve().parents[2] / "shared" / "bench" / "anomaly"

SETS = {
    "KPIA": "additive counts",
    "KPIR": "handling times",
    "B0": "Squeeze B0, 21,600 leaves",
    "S": "RiskLoc's set S, 48,000 leaves",
    "RS": "real incidents, share",
}

Explainer = Callable[[pd.DataFrame, list[str], bool], list[dict[str, str]]]

EXPLAINERS: dict[str, Explainer] = {
    "Breakwater": explainer,
    "one value": one_value,
    "Adtributor": adtributor,
    "weighted risk": weighted_risk,
}


def main() -> int:
    """Print one row a set and explainer."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--cases", type=int, default=12, help="most cases a set; 0: all of them")
    most = options.parse_args().cases
    if not CASES.exists():
        print(f"no labelled cases at {CASES}: nothing to measure")
        return 0
    sys.path.insert(0, str(CASES))
    sys.dont_write_bytecode = True
    loader = importlib.import_module("score_rca")
    print(
        f"{'set':34}{'cases':>6}  {'explainer':15}{'F1':>6}{'right':>7}{'told':>6}{'s':>9}{'p95':>9}"
    )
    for name, title in SETS.items():
        cases = list(loader.cases(name))
        step = max(1, len(cases) // most) if most else 1
        chosen = list(islice(cases, 0, None, step))
        for label, explain in EXPLAINERS.items():
            f1, right, told, seconds = _score(loader, name, chosen, explain)
            print(
                f"{title:34}{len(chosen):>6}  {label:15}{f1:>6.3f}{right:>7}{told:>6}"
                f"{np.mean(seconds):>9.3f}{np.quantile(seconds, 0.95):>9.3f}",
                flush=True,
            )
    return 0


def _score(
    loader: ModuleType, name: str, cases: list[tuple[object, ...]], explain: Explainer
) -> tuple[float, int, int, list[float]]:
    """Return F1, slices that are right, slices told, and the CPU seconds of each case."""
    right = told = true = 0
    seconds = []
    for _, frame, attributes, ratio, truth in cases:
        start = time.process_time()
        named = [loader.canon(one) for one in explain(frame, attributes, ratio)]
        seconds.append(time.process_time() - start)
        if name.startswith("KPI"):
            same = {loader.leaves(frame, one).tobytes(): one for one in truth}
            named = [same.get(loader.leaves(frame, one).tobytes(), one) for one in named]
        right += len(set(named) & truth)
        told += len(set(named))
        true += len(truth)
    return 2 * right / max(told + true, 1), right, told, seconds


if __name__ == "__main__":
    sys.exit(main())
