"""Programs that outlive their starter are found again and ended, and nothing else is."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from breakwater.demo.processes import (
    Program,
    end_programs,
    is_alive,
    known_programs,
    last_lines,
    start_program,
)

STUBBORN_FAMILY = (
    "import signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(600)\n"
)
"""A program that ignores a kind word, and has a child that does not."""


def start(home: Path, name: str, text: str) -> Program:
    """Start a Python program and wait for its first words."""
    program = start_program(home, name, [sys.executable, "-c", text], os.environ)
    until = time.monotonic() + 30
    while not last_lines(program) and time.monotonic() < until:
        time.sleep(0.05)
    return program


def still_works(process: psutil.Process) -> bool:
    """Tell a living process from one whose end nobody has noted yet."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_a_program_and_its_children_end_and_a_stranger_lives(tmp_path: Path) -> None:
    """Even when the program does not listen, and when it is gone before its child."""
    stranger = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True
    )
    try:
        stubborn = start(tmp_path, "stubborn", STUBBORN_FAMILY)
        orphaned = start(tmp_path, "orphaned", STUBBORN_FAMILY)
        children = [psutil.Process(int(last_lines(p))) for p in (stubborn, orphaned)]
        psutil.Process(orphaned.session).kill()

        assert known_programs(tmp_path) == [orphaned, stubborn]
        ended = end_programs(tmp_path, known_programs(tmp_path), patience_seconds=1)

        assert ended == ["orphaned", "stubborn"]
        assert not is_alive(stubborn)
        assert not any(map(still_works, children))
        assert known_programs(tmp_path) == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_number_that_was_given_to_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """Process numbers come round again; the instant of the start tells who is meant."""
    program = start(tmp_path, "ours", "import time; print('up', flush=True); time.sleep(600)")
    impostor = Program("impostor", program.session, program.started_at - 3600, program.log)
    assert not is_alive(impostor)
    assert end_programs(tmp_path, [impostor]) == []
    assert is_alive(program)
    assert end_programs(tmp_path, [program]) == ["ours"]


def test_what_a_program_wrote_last_can_be_told(tmp_path: Path) -> None:
    """For the message about one that fell over."""
    text = "print('\\n'.join(str(n) for n in range(40)), flush=True)"
    program = start(tmp_path, "talker", text)
    assert last_lines(program, 2) == "38\n39"
    end_programs(tmp_path, [program])
