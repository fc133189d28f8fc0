"""Processes that close a range are started with memory settings of their own."""

import os
from subprocess import check_output

import pytest

from breakwater.cli.closing_workers import ALLOCATOR, KEPT_CHUNKS, worker_environment
from breakwater.demo.airflow_environment import shared_settings


def told_to_a_child() -> str:
    """Return the environment of a process that is started now."""
    return check_output(["/usr/bin/env"], text=True)


def test_children_are_told_and_this_process_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is started meanwhile reads the setting."""
    monkeypatch.delenv(ALLOCATOR, raising=False)
    with worker_environment():
        assert f"{ALLOCATOR}={KEPT_CHUNKS}\n" in told_to_a_child()
    assert ALLOCATOR not in os.environ


def test_what_somebody_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever tunes the C library knows why."""
    monkeypatch.setenv(ALLOCATOR, "glibc.malloc.arena_max=2")
    with worker_environment():
        assert f"{ALLOCATOR}=glibc.malloc.arena_max=2\n" in told_to_a_child()
    assert os.environ[ALLOCATOR] == "glibc.malloc.arena_max=2"


def test_tasks_of_airflow_are_told_the_same() -> None:
    """The shared settings of Airflow hold the same value."""
    assert shared_settings()[ALLOCATOR] == KEPT_CHUNKS
