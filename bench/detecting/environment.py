"""The environment of the peers: made once by uv from a lock of its own, beside the project's."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).with_name("peers.txt")
LOCAL = Path(__file__).resolve().parents[2] / ".local"


def peers_python() -> Path | None:
    """Return the Python that has the peers; None, saying why, where they cannot be had."""
    home = LOCAL / f"bench-detect-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    python, ready = home / "bin" / "python", home / "ready"
    if ready.exists():
        return python
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        print("no uv: Prophet and statsforecast are left out")
        return None
    print(f"making {home.name} with Prophet and statsforecast", flush=True)
    steps = (
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(home)],
        [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(python), str(LOCK)],
    )
    for step in steps:
        if subprocess.run(step, check=False).returncode:
            print("it could not be made: Prophet and statsforecast are left out")
            return None
    ready.touch()
    return python
