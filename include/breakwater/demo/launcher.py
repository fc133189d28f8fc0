"""Prepare both databases, then run Airflow's programs side by side until one of them ends.

Started by `breakwater.demo.stack` in a session of its own, which holds everything it starts.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from breakwater.demo.airflow_environment import COMMANDS, PREPARE


def main() -> int:
    """Return the exit code of the first program that ended; none should."""
    logs = Path(os.environ["BREAKWATER_HOME"]) / "logs"
    prepared = subprocess.run(_located(PREPARE), check=False)
    if prepared.returncode:
        return prepared.returncode
    running = {name: _start(command, logs / f"{name}.log") for name, command in COMMANDS.items()}
    while True:
        for name, process in running.items():
            if (code := process.poll()) is not None:
                print(f"{name} ended with exit code {code}; see {logs / name}.log", flush=True)
                return code or 1
        time.sleep(1)


def _start(command: tuple[str, ...], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as stream:
        return subprocess.Popen(_located(command), stdout=stream, stderr=subprocess.STDOUT)


def _located(command: tuple[str, ...]) -> list[str]:
    """Name the program of this environment: what PATH says may be another one."""
    program, *arguments = command
    return [str(Path(sys.executable).with_name(program)), *arguments]


if __name__ == "__main__":
    sys.exit(main())
