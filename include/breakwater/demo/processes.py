"""Programs that outlive the one that started them: each in a session of its own, and found again.

A session id belongs to one session as long as any of its members lives, so the session is what is
ended: Airflow's programs leave children behind when only they are told to stop.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

_children: list[subprocess.Popen[bytes]] = []
"""Held, so that Python does not complain about children that are meant to outlive it."""


@dataclass(frozen=True, slots=True)
class Program:
    """One started program.

    Attributes:
        name: what people call it.
        session: its process id, which is that of its session.
        started_at: seconds since the epoch as the system remembers them; tells the program from
            a later one that was given the same number.
        log: where it writes.
    """

    name: str
    session: int
    started_at: float
    log: str


def start_program(
    home: Path, name: str, command: Sequence[str], environment: Mapping[str, str]
) -> Program:
    """Start a program in a session of its own; it goes on when this one ends."""
    log = home / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as stream:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children.append(process)
    program = Program(name, process.pid, psutil.Process(process.pid).create_time(), str(log))
    record = _record(home, name)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(asdict(program)), encoding="utf-8")
    return program


def known_programs(home: Path) -> list[Program]:
    """List the programs that were started and not yet ended, dead or alive."""
    records = sorted((home / "run").glob("*.json"))
    return [Program(**json.loads(record.read_text(encoding="utf-8"))) for record in records]


def is_alive(program: Program) -> bool:
    """Tell whether the program itself still runs."""
    try:
        process = psutil.Process(program.session)
        return (
            process.create_time() == program.started_at and process.status() != psutil.STATUS_ZOMBIE
        )
    except psutil.NoSuchProcess:
        return False


def end_programs(
    home: Path, programs: Sequence[Program], *, patience_seconds: float = 20.0
) -> list[str]:
    """End sessions, kindly at first; return the names of those in which something still lived."""
    alive = [program for program in programs if _members(program)]
    for number, patience in ((signal.SIGTERM, patience_seconds), (signal.SIGKILL, 5.0)):
        for program in alive:
            _signal(program, number)
        _wait_until_gone(alive, patience)
    for program in programs:
        _record(home, program.name).unlink(missing_ok=True)
    return [program.name for program in alive]


def last_lines(program: Program, count: int = 15) -> str:
    """Return the end of what a program wrote."""
    lines = Path(program.log).read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-count:])


def _record(home: Path, name: str) -> Path:
    return home / "run" / f"{name}.json"


def _members(program: Program) -> list[psutil.Process]:
    """List the living processes of a program's session."""
    try:
        if psutil.Process(program.session).create_time() != program.started_at:
            return []  # the number was given to somebody else: the whole session is gone
    except psutil.NoSuchProcess:
        pass
    members = []
    for process in psutil.process_iter():
        try:
            is_member = os.getsid(process.pid) == program.session
            if is_member and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
        except (ProcessLookupError, PermissionError, psutil.NoSuchProcess):
            continue
    return members


def _signal(program: Program, number: signal.Signals) -> None:
    for process in _members(program):
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def _wait_until_gone(programs: Sequence[Program], seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(_members(program) for program in programs):
        time.sleep(0.2)
