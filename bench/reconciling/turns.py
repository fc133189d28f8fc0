"""Take turns: each contender in a process of its own, and what everybody took beside the others."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from postgres_time import server_seconds

from reconciling.about import about


def measure(contender: str, folder: Path, settings: Mapping[str, str]) -> dict[str, Any]:
    """Run one contender; return what it took and found. Lines before its last one are passed on."""
    script = Path(__file__).parents[1] / "reconcile.py"
    command = [sys.executable, str(script), "--run", contender, str(folder)]
    threads = str(about().operations.engine.threads)
    environment = {**os.environ, "POLARS_MAX_THREADS": threads, **settings}
    home = f"{tempfile.gettempdir()}/bench-reconcile-{os.getpid()}-"
    server = server_seconds(home)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    *lines, last = done.stdout.splitlines()
    result: dict[str, Any] = json.loads(last)
    result["cpu"] += server_seconds(home) - server
    for line in lines:
        print(line, flush=True)
    return result


def medians(turns: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return the median of everything that was measured."""
    told = list(turns)
    return {
        key: statistics.median(float(turn[key]) for turn in told)
        for key in ("seconds", "cpu", "peak_mb")
    }


def compare(measured: Mapping[str, Mapping[str, float]], ours: str, floor: str) -> None:
    """Print what everybody took, as it is and as ratios to ours; then ours to the floor."""
    own = measured.get(ours)
    for contender, theirs in measured.items():
        line = (
            f"  {contender:<15} {theirs['seconds']:8.1f} s   {theirs['cpu']:8.1f} s CPU"
            f"   {theirs['peak_mb']:8,.0f} MB"
        )
        print(line + (f"   : {ours}  {ratios(theirs, own)}" if own else ""), flush=True)
    for contender in (ours, "unlimited"):
        if contender in measured and floor in measured:
            print(f"  {contender} : {floor}  {ratios(measured[contender], measured[floor])}")


def ratios(one: Mapping[str, float], other: Mapping[str, float]) -> str:
    """Spell how many times as much one took as the other."""
    named = (("time", "seconds"), ("CPU", "cpu"), ("memory", "peak_mb"))
    return "   ".join(f"{name} {one[key] / other[key]:.2f}×" for name, key in named)


def agree(found: Mapping[str, Mapping[str, int]], ours: str) -> None:
    """Hold what the contenders found against what we found, where they tell the same."""
    own = found.get(ours) or found.get("unlimited")
    if not own:
        return
    for contender, theirs in found.items():
        same = {name: own.get(name, 0) for name in theirs}
        assert dict(theirs) == same, (contender, theirs, same)
    print(f"  found {own}\n", flush=True)


def peak_mb() -> float:
    """Return the peak of this program alone; what `getrusage` tells begins with its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [each for each in status.splitlines() if each.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024
