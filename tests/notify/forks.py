"""Processes to kill: forked from one that has everything loaded, so that each starts at once."""

import multiprocessing
import os
import sys
from multiprocessing import forkserver

import pytest

PROCESSES = multiprocessing.get_context("forkserver")


def load_once() -> None:
    """Start the process that all others are forked from, if it does not run yet.

    It looks for what it loads in ``PYTHONPATH`` alone (Python 3.11), and says nothing of what it
    did not find: without this every process would load all by itself.
    """
    PROCESSES.set_forkserver_preload(["__main__", "doomed", "doomed_clients"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        forkserver.ensure_running()
