"""How well streams are judged, in a way that can tell two variants apart.

The Numenta Anomaly Benchmark has 61 labelled windows in the half that may be looked at: one score
of them moves by two to five points whichever constant is varied. So the same half is scored in
eight versions: as it is, without its first rows, without one row in ten, without every other
row, and backwards, which keeps the days and the labels and makes every beginning another one.

Columns
    best       standard profile at the best threshold, mean over the versions
    by folder  each folder by the threshold that is best for the others, over the versions together

Reads the benchmark's scorer and its data from beside this repository, or from ``--shared FOLDER``;
says so where they are not.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Stream = dict[str, Any]
"""``ts``, ``value``, ``windows``; ``worth`` and ``wid`` of each row as the scorer has them."""
Detector = Callable[[npt.NDArray[np.datetime64], Floats], Floats]

FORWARDS = ("as it is", "cut 4 %", "cut 8 %", "thinned 1", "thinned 2")
HALVED = ("even rows", "odd rows")
BACKWARDS = ("backwards",)
FAMILIES = {"forwards": FORWARDS, "halved": HALVED, "backwards": BACKWARDS}

LOST = 0.1
"""Share of rows that a thinned version lacks."""

LONG = 3000
"""Rows below which a stream is not halved: too little would be left to learn from."""

FEWEST = 4
"""Rows that must be left of a window."""


def main() -> int:
    """Print a table of scores."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=beside)
    parser.add_argument(
        "--detector", default="breakwater.detect.bench_adapters:nab_detector", metavar="MODULE:NAME"
    )
    options = parser.parse_args()
    bench = options.shared / "bench" / "anomaly"
    for needed in (bench / "score_nab.py", options.shared / "data" / "nab"):
        if not needed.exists():
            print(f"not run: the benchmark is not at {needed}")
            return 0
    sys.path.insert(0, str(bench))
    sys.dont_write_bytecode = True  # the folder is read only
    scorer = importlib.import_module("score_nab")
    module, name = options.detector.split(":")
    detector: Detector = getattr(importlib.import_module(module), name)
    files = (bench / "nab" / "dev_files.txt").read_text().split()
    corpus = scorer.load(options.shared / "data" / "nab", files)
    print(f"{options.detector}, {len(files)} streams\n  {'':12}{'best':>8}{'by folder':>12}")
    before = time.process_time()
    for family, versions in FAMILIES.items():
        judged = [_judged(_version(scorer, corpus, one), detector) for one in versions]
        best = np.mean([scorer.nab_score(one, _said(one))[0] for one in judged])
        print(f"  {family:12}{best:>8.1f}{_by_folder(scorer, judged):>12.1f}", flush=True)
    print(f"  {time.process_time() - before:.0f} s of CPU")
    return 0


def _version(
    scorer: Any,  # noqa: ANN401  a module
    corpus: Mapping[str, Stream],
    version: str,
) -> dict[str, Stream]:
    """Return another version of every stream."""
    made = {}
    for number, (name, stream) in enumerate(sorted(corpus.items())):
        ts, value, windows = stream["ts"], stream["value"], stream["windows"]
        kept = _kept(version, len(ts), number)
        windows = [_within(ts, kept, *window) for window in windows]
        ts, value = ts[kept], value[kept]
        windows = [window for window in windows if window]
        if version == "backwards":
            windows = [(ts[0] + (ts[-1] - b), ts[0] + (ts[-1] - a)) for a, b in windows[::-1]]
            ts, value = ts[0] + (ts[-1] - ts)[::-1], value[::-1].copy()
        worth, wid = scorer._worth(ts, windows)  # noqa: SLF001
        made[name] = {"ts": ts, "value": value, "windows": windows, "worth": worth, "wid": wid}
    return made


def _kept(version: str, rows: int, number: int) -> Flags:
    place = np.arange(rows)
    if version.startswith("cut"):
        return np.asarray(place >= int(rows * int(version.split()[1]) / 100))
    if version.startswith("thinned"):
        random = np.random.default_rng([int(version.split()[1]), number])
        return np.asarray(random.random(rows) >= LOST)
    if version.endswith("rows") and rows > LONG:
        return np.asarray(place % 2 == (version == "odd rows"))
    return np.ones(rows, dtype=np.bool_)


def _within(
    ts: npt.NDArray[np.datetime64], kept: Flags, first: np.datetime64, last: np.datetime64
) -> tuple[np.datetime64, np.datetime64] | None:
    """Return what is left of a window; None where it is too little."""
    rows = ts[kept & (ts >= first) & (ts <= last)]
    return (rows[0], rows[-1]) if len(rows) >= FEWEST else None


def _judged(corpus: Mapping[str, Stream], detector: Detector) -> dict[str, Stream]:
    """Score every stream; windows that end before scoring begins count for nothing."""
    judged = {}
    for name, stream in corpus.items():
        score = detector(stream["ts"].copy(), stream["value"].copy())
        wid = stream["wid"]
        counts = np.unique(wid[wid >= 0])
        judged[name] = {
            "worth": stream["worth"],
            "wid": np.where(wid >= 0, np.searchsorted(counts, wid), wid),
            "windows": counts,
            "score": np.clip(np.nan_to_num(score), 0, 1),
        }
    return judged


def _said(judged: Mapping[str, Stream]) -> dict[str, Floats]:
    return {name: one["score"] for name, one in judged.items()}


def _by_folder(scorer: Any, versions: Sequence[Mapping[str, Stream]]) -> float:  # noqa: ANN401
    """Score each folder by the threshold that is best for the others."""
    together = {(n, name): one for n, judged in enumerate(versions) for name, one in judged.items()}
    said = {key: one["score"] for key, one in together.items()}
    got = perfect = silence = 0.0
    for folder in _folders(together):
        others = [key for key in together if key not in folder]
        threshold = scorer.nab_score(together, said, files=others)[1]
        thresholds, found, best, none = scorer.curve(together, said, files=folder)
        got += found[int(np.flatnonzero(thresholds >= threshold)[-1])]
        perfect, silence = perfect + best, silence + none
    return 100 * (got - silence) / (perfect - silence)


def _folders(keys: Mapping[tuple[int, str], Stream]) -> Iterator[list[tuple[int, str]]]:
    """Group by folder; the artificial ones are one, as one of them has no window."""

    def folder(key: tuple[int, str]) -> str:
        name = key[1].split("/")[0]
        return "artificial" if name.startswith("artificial") else name

    for name in sorted({folder(key) for key in keys}):
        yield [key for key in keys if folder(key) == name]


if __name__ == "__main__":
    sys.exit(main())
