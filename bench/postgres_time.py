"""What PostgreSQL takes of the machine while something else is measured."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def server_seconds(home: str) -> float:
    """Add up the CPU seconds of servers whose folder starts so, ended sessions included."""
    seconds = 0.0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, fields = status.read_text(encoding="ascii").rsplit(")", 1)
            folder = Path(status.parent, "cwd").readlink()
        except OSError:
            continue
        if "postgres" in name and str(folder).startswith(home):
            # utime, stime and those of children that have ended, which the postmaster waits for
            seconds += sum(int(each) for each in fields.split()[11:15]) / TICKS
    return seconds
