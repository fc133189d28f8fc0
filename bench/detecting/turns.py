"""Take turns: each contender judges the same panels in a process of its own."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from breakwater.detect.bench_adapters import panel_detector
from breakwater.detect.panel import Floats, Panel
from detecting.panels import Case, load
from detecting.scoring import Told
from detecting.simple import rolling_z, weekday_z

OURS = "Breakwater"
QUICK: Mapping[str, Callable[[Panel], tuple[Floats, float]]] = {
    OURS: panel_detector,
    "same-weekday z": weekday_z,
    "rolling z": rolling_z,
}
SLOW = ("Prophet", "MSTL", "AutoETS")
"""One model a series and fit; they run in the environment of `environment`."""
FORECASTS = Path(__file__).with_name("forecasts.py")
SCRIPT = Path(__file__).parents[1] / "detect.py"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """What a contender said of every case, by name, and what it took.

    Attributes:
        told: its scores by the name of the case.
        seconds: CPU seconds by the name of the case, imports not counted.
        peak_mb: memory of its process.
    """

    told: Mapping[str, Told]
    seconds: Mapping[str, float]
    peak_mb: float


def take_turn(
    contender: str,
    cases: Sequence[Case],
    python: Path | None,
    environment: Mapping[str, str],
) -> Turn:
    """Let a contender judge the cases; `python` runs it where it is one of `SLOW`."""
    with tempfile.TemporaryDirectory(prefix="bench-detect-") as folder:
        read, write = Path(folder, "in"), Path(folder, "out")
        read.mkdir()
        write.mkdir()
        for case in cases:
            case.write(read)
        own = [sys.executable, str(SCRIPT), "--run", contender, str(read), str(write)]
        peer = [str(python), str(FORECASTS), contender, str(read), str(write)]
        subprocess.run(
            peer if contender in SLOW else own,
            check=True,
            env={**environment, **ONE_THREAD},
            stdout=subprocess.DEVNULL,
            stderr=None if contender in QUICK else subprocess.DEVNULL,
        )
        told, seconds = {}, {}
        for case in cases:
            with np.load(write / f"{case.name}.npz") as said:
                told[case.name] = Told(
                    case, said["scores"], float(said["threshold"]), contender != OURS
                )
                seconds[case.name] = float(said["seconds"])
        about = write / "about.json"
        peak = json.loads(about.read_text())["peak_mb"] if about.exists() else 0.0
    return Turn(told, seconds, peak)


def run(contender: str, read: Path, write: Path) -> None:
    """Be one of `QUICK`: judge every panel of a folder."""
    detector = QUICK[contender]
    for file in sorted(read.glob("*.npz")):
        panel = load(file)
        before = time.process_time()
        scores, threshold = detector(panel)
        taken = time.process_time() - before
        np.savez(write / file.name, scores=scores, threshold=threshold, seconds=taken)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (write / "about.json").write_text(json.dumps({"peak_mb": peak}))
