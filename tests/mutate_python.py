"""Change the Python one word at a time and tell which changes no test notices.

mutmut makes the mutants, all into one copy of the code, in which ``MUTANT_UNDER_TEST`` chooses one,
and knows which functions a test reaches. Tests are collected once and run once without any mutant;
then each mutant is a fork of this process that runs the tests that reach it, quickest first. What is
open by then, a server of PostgreSQL for one, is open in every fork.

usage: python tests/mutate_python.py [MODULE …]     in the copy that `make mutate` makes: MODULE is
                                                    core.days or so; prints the survivors, exits 1
                                                    when there are any
"""

import gc
import os
import resource
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TextIO

import pytest
from _pytest.runner import runtestprotocol
from mutmut.__main__ import copy_also_copy_files, copy_src_dir, create_mutants, setup_source_paths
from mutmut.configuration import config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.file_utils import change_cwd, walk_mutatable_files
from mutmut.utils.format_utils import mangled_name_from_mutant_name

PACKAGE = "breakwater."
NO_MUTANT = ""
MUTANTS = Path("mutants")
LONGER, SECONDS = 4, 5
"""A mutant with which tests compute this many times longer than without, and these seconds more,
goes round in circles: noticed."""

OPTIONS = ("--rootdir=.", "--quiet", "--timeout=0", "--assert=plain", "--tb=native")
"""Why a test fails is of no interest, and time is of the processor."""

SURVIVED, NOTICED, NOT_REACHED, TOO_LONG = 0, 1, 33, 36
"""As mutmut writes them down: `mutmut results` and `mutmut show` read what is found here."""


@dataclass
class Reached:
    """A function, and the tests that reach it: as they are tried on the next mutant."""

    name: str
    mutants: list[str]
    tests: list[pytest.Item] = field(default_factory=list)
    noticing: set[pytest.Item] = field(default_factory=set)


class Mutation:
    """Runs mutants in place of the session's tests."""

    def __init__(self, chosen: Iterable[str], told: TextIO) -> None:
        """Choose modules by the beginning of their names; none chooses all."""
        self.chosen = tuple(f"{PACKAGE}{name}." for name in chosen) or (PACKAGE,)
        self.told = told
        self.seconds: dict[pytest.Item, float] = {}
        self.left: list[str] = []

    def pytest_configure(self) -> None:
        """Draw the same examples in every run, and look for no simpler one: nobody reads it."""
        from hypothesis import Phase, settings  # not before pytest, which rewrites its plugins

        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutants", settings.default, phases=phases, derandomize=True)
        settings.load_profile("mutants")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try all chosen mutants, function by function."""
        if session.testsfailed:
            message = "tests cannot be collected"
            raise pytest.UsageError(message)
        reaching = self._run_all(session.items)
        forget_answers()
        gc.freeze()  # what is there stays where it is: forks share it with this process
        with change_cwd(".."):
            found = [SourceFileMutationData(path=path) for path in sorted(walk_mutatable_files())]
            for module in found:
                module.load()
        for module in found:
            mine = [name for name in module.exit_code_by_key if name.startswith(self.chosen)]
            if mine:
                self._try_module(module, mine, reaching)
        return True

    def _run_all(self, items: list[pytest.Item]) -> dict[str, set[pytest.Item]]:
        """Run every test without a mutant: what each reaches, and how long it computes."""
        set_mutant_under_test("stats")
        reaching: dict[str, set[pytest.Item]] = defaultdict(set)
        for item in items:
            state()._stats.clear()  # noqa: SLF001  where mutmut's functions say that they are called
            began = computed()
            if not passes(item):
                message = f"fails without any mutant: {item.nodeid}"
                raise pytest.UsageError(message)
            self.seconds[item] = computed() - began
            for name in state()._stats:  # noqa: SLF001
                reaching[name].add(item)
        set_mutant_under_test(NO_MUTANT)
        self._tell(f"{len(items)} tests in {sum(self.seconds.values()):.0f} s of CPU")
        return reaching

    def _try_module(
        self,
        module: SourceFileMutationData,
        names: list[str],
        reaching: dict[str, set[pytest.Item]],
    ) -> None:
        began, counts = computed(), Counter[int]()
        for function in functions_of(names):
            tests = reaching[function.name]
            function.tests = sorted(tests, key=lambda each: (self.seconds[each], each.nodeid))
            for mutant in function.mutants:
                verdict = self._try(mutant, function)
                module.exit_code_by_key[mutant] = verdict
                counts[verdict] += 1
                if verdict in {SURVIVED, NOT_REACHED}:
                    self._tell_of(mutant, module.path, verdict)
            self._must_pass(function)
        with change_cwd(".."):
            module.save()
        self._tell(
            f"{names[0].rpartition('.')[0]}: {len(names)} mutants,"
            f" {counts[NOTICED]} noticed, {counts[TOO_LONG]} by time, {counts[SURVIVED]} left,"
            f" {counts[NOT_REACHED]} reached by no test ({computed() - began:.0f} s of CPU)"
        )

    def _tell_of(self, mutant: str, path: Path | str, verdict: int) -> None:
        self.left.append(mutant)
        with change_cwd(".."):
            change = get_diff_for_mutant(mutant, path=path).split("\n")[2:]
        what = "survived" if verdict == SURVIVED else "reached by no test"
        self._tell("\n".join([f"{what}: {mutant}", *change]))

    def _try(self, mutant: str, function: Reached) -> int:
        """Try a mutant, and let what notices it be tried first on the next one."""
        if not function.tests:
            return NOT_REACHED
        failed = in_fork(mutant, function.tests, self._most(function.tests))
        if failed is None:
            return TOO_LONG
        if failed == len(function.tests):
            return SURVIVED
        test = function.tests.pop(failed)
        function.tests.insert(0, test)
        function.noticing.add(test)
        return NOTICED

    def _must_pass(self, function: Reached) -> None:
        """Refuse to go on where what noticed mutants fails without any: all would seem noticed."""
        control = sorted(function.noticing, key=lambda each: each.nodeid)
        failed = in_fork(NO_MUTANT, control, self._most(control))
        if failed != len(control):
            which = "all" if failed is None else control[failed].nodeid
            message = f"{function.name}: noticed by tests that fail without any mutant: {which}"
            raise pytest.UsageError(message)

    def _most(self, tests: Iterable[pytest.Item]) -> int:
        return int(LONGER * sum(self.seconds[each] for each in tests)) + SECONDS

    def _tell(self, text: str) -> None:
        print(text, file=self.told, flush=True)


def functions_of(mutants: Iterable[str]) -> Iterator[Reached]:
    """Put mutants of one function together."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in mutants:
        found[mangled_name_from_mutant_name(name)].append(name)
    for name, mine in found.items():
        yield Reached(name, mine)


def in_fork(mutant: str, tests: list[pytest.Item], most: int) -> int | None:
    """Run tests in a fork until one fails.

    Args:
        mutant: the name of the mutant, or none.
        tests: in this order.
        most: seconds that the fork may compute.

    Returns:
        The number of the test that fails, their count when none does, or None when the fork
        computes for too long or is ended by what the mutant does.
    """
    read, write = os.pipe()
    process = os.fork()
    if not process:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
        set_mutant_under_test(mutant)
        failed = next((n for n, test in enumerate(tests) if not passes(test)), len(tests))
        os.write(write, str(failed).encode())
        os._exit(0)
    os.close(write)
    os.waitpid(process, 0)
    with os.fdopen(read) as answer:
        text = answer.read()
    return int(text) if text else None


def passes(item: pytest.Item) -> bool:
    """Run a test and tell whether it passes; only what the session shares stays open."""
    reports = runtestprotocol(item, log=False, nextitem=item.session)
    return not any(each.failed for each in reports)


def forget_answers() -> None:
    """Forget what functions remember of the run without a mutant: a mutant is to be asked itself."""
    for name, module in list(sys.modules.items()):
        if name.startswith(PACKAGE):
            for each in vars(module).values():
                if hasattr(each, "cache_clear"):
                    each.cache_clear()
    for each in gc.get_objects():
        kind = type(each)
        if str(kind.__module__).startswith(PACKAGE) and hasattr(each, "__dict__"):
            for base in kind.__mro__:
                for name, value in list(vars(base).items()):
                    if isinstance(value, cached_property):
                        vars(each).pop(name, None)


def computed() -> float:
    """Return the seconds that this process and those that it waited for have computed."""
    return sum(os.times()[:4])


def make_mutants() -> None:
    """Let mutmut put all mutants into a copy of the copy, and the code aside that they come from."""
    set_mutant_under_test("mutant_generation")
    MUTANTS.mkdir(exist_ok=True)
    copy_src_dir()
    with redirect_stdout(None):
        copy_also_copy_files()
    setup_source_paths()
    with redirect_stdout(None):
        create_mutants(1)


def main() -> int:
    """Make the mutants, and try those of the chosen modules."""
    began = computed()
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as told:
        make_mutants()
        mutation = Mutation(sys.argv[1:], told)
        chosen = (*config().pytest_add_cli_args, *config().pytest_add_cli_args_test_selection)
        with (
            tempfile.TemporaryDirectory(prefix="breakwater-mutants-") as folder,
            change_cwd(MUTANTS),
        ):
            # Not below pytest's own: what it keeps for the last sessions ends when others begin.
            own = (f"--basetemp={folder}/tests", "-o", "tmp_path_retention_policy=failed")
            ended = pytest.main([*OPTIONS, *own, *chosen], plugins=[mutation])
        print(f"{len(mutation.left)} left ({computed() - began:.0f} s of CPU)", file=told)
    return int(ended) or bool(mutation.left)


if __name__ == "__main__":
    sys.exit(main())
