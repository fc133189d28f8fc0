"""Change the models of reconciliation one word at a time and tell which changes no test noticed.

SQL is text: mutmut does not see it. Each mutant is tried in this process, on DuckDB, on all
situations of ``tests/sql/reconcile`` and then on the many small books whose ends the plain rules
know (``tests/properties/test_many_books.py``), until one of them is told wrongly.

usage: python tests/mutate_models.py [MODEL …]     prints the survivors, exits 1 when there are any
"""

import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest import mock

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "include")]
sys.path[:0] = [str(HERE / folder) for folder in (".", "reconcile", "properties")]

import duckdb  # noqa: E402  the lines above make the rest importable
from test_many_books import LISTS, many_books  # noqa: E402
from test_reconcile_properties import CONFIGURATION  # noqa: E402
from test_situations_together import end_as_expected, together  # noqa: E402
from two_books import Row, TwoBooks  # noqa: E402

from breakwater.engine.duckdb import DuckDBEngine  # noqa: E402
from breakwater.reconcile import model_files  # noqa: E402

SECONDS = 15
"""A mutant that takes longer than any situation ever does goes round in circles: noticed."""

SWAPS = (
    (r"<=", "<"),
    (r">=", ">"),
    (r"<>", "="),
    (r"(?<![<>])=(?!=)", "<>"),
    (r"(?<![<])>(?!=)", ">="),
    (r"<(?![=>])", "<="),
    (r"\band\b", "or"),
    (r"\bor\b", "and"),
    (r"\bnot exists\b", "exists"),
    (r"(?<!not )\bexists\b", "not exists"),
    (r"\bis not null\b", "is null"),
    (r"\bis null\b", "is not null"),
    (r"\bmin\(", "max("),
    (r"\bmax\(", "min("),
    (r"\bleast\(", "greatest("),
    (r"\bgreatest\(", "least("),
    (r"\bleft join\b", "join"),
    (r"\bfull join\b", "join"),
    (r"\bunion all\b", "union"),
    (r"\bdistinct\b", ""),
    (r"(?<=\s)\+(?=\s)", "-"),
    (r"(?<=\s)-(?=\s)", "+"),
    (r"\b0\b", "1"),
    (r"(?<!select )\b1\b", "0"),  # what exists() selects says nothing
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
)
_NO_CODE = re.compile(r"--[^\n]*|'(?:[^']|'')*'")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A model with one change."""

    model: str
    line: int
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        """Say where it is and what became of what."""
        return f"{self.model}:{self.line}  {self.before}  →  {self.after}"


def mutants_of(model: str, text: str) -> Iterator[Mutant]:
    """Swap each word that has a counterpart, and leave out each condition and each branch."""
    code = _NO_CODE.sub(lambda found: " " * len(found[0]), text)
    for pattern, other in SWAPS:
        for found in re.finditer(pattern, code):
            line = text.count("\n", 0, found.start()) + 1
            changed = text[: found.start()] + other + text[found.end() :]
            before, after = text.split("\n")[line - 1], changed.split("\n")[line - 1]
            yield Mutant(model, line, before.strip(), after.strip(), changed)
    lines = text.split("\n")
    for number, (line, bare) in enumerate(zip(lines, code.split("\n"), strict=True)):
        whole = re.match(r"\s*(and|or|when)\b", bare) and bare.count("(") == bare.count(")")
        if whole and not (bare.lstrip().startswith("when") and " then " not in bare):
            changed = "\n".join(lines[:number] + lines[number + 1 :])
            yield Mutant(model, number + 1, line.strip(), "", changed)
            following = code.split("\n")[number + 1 : number + 2]
            if bare.lstrip().startswith("when") and following[0].lstrip().startswith("when"):
                swapped = [lines[number + 1], line]
                changed = "\n".join(lines[:number] + swapped + lines[number + 2 :])
                yield Mutant(model, number + 1, line.strip(), "after the next branch", changed)


@dataclass(frozen=True, slots=True)
class Trial:
    """Two books, the models that matching them reads, and whether what is found is right."""

    books: TwoBooks
    models: frozenset[str]
    is_right: Callable[[list[Row]], bool]


def match(books: TwoBooks) -> list[Row]:
    """Match two books on DuckDB."""
    with closing(DuckDBEngine("512MB", 1)) as engine:
        return books.match(engine, CONFIGURATION)


def trials() -> list[Trial]:
    """Collect all situations, and many small books under several lists of rules."""
    tries: list[tuple[TwoBooks, Callable[[list[Row]], bool]]] = [
        (books, partial(end_as_expected, expected=expected)) for books, expected in together()
    ]
    tries += [(many.together, many.is_right) for many in map(many_books, LISTS)]
    found = []
    for books, is_right in tries:
        with models_read() as models:
            rows = match(books)
        if not is_right(rows):
            message = "a trial fails without any change"
            raise SystemExit(message)
        found.append(Trial(books, frozenset(models), is_right))
    return found


def is_noticed(mutant: Mutant, tries: list[Trial]) -> bool | None:
    """Try a mutant until a trial notices it; None when no engine would run it.

    What noticed one mutant is tried first on the next, which is likely of the same model.
    """
    for trial in [each for each in tries if mutant.model in each.models]:
        noticed = notices(trial, mutant)
        if noticed is not False:
            tries.remove(trial)
            tries.insert(0, trial)
            return noticed
    return False


def notices(trial: Trial, mutant: Mutant) -> bool | None:
    """Tell whether a trial finds something else, or nothing; None when no engine would run it."""
    try:
        with models_read(mutant), time_limit():
            return not trial.is_right(match(trial.books))
    except (duckdb.BinderException, duckdb.ParserException):
        return None
    except (TimeoutError, RuntimeError, duckdb.Error):  # the second: while a query runs
        return True


@contextmanager
def models_read(mutant: Mutant | None = None) -> Iterator[set[str]]:
    """Tell which models are read, and let the stage read the mutant instead of its model."""
    read, told = model_files.read_models, set()

    def watched(folder: Path, *names: str) -> list[tuple[str, str]]:
        told.update(names)
        return [
            (name, mutant.text if mutant and name == mutant.model else text)
            for name, text in read(folder, *names)
        ]

    model_files.model.cache_clear()
    with mock.patch.object(model_files, "read_models", watched):
        yield told
    model_files.model.cache_clear()


@contextmanager
def time_limit() -> Iterator[None]:
    """Interrupt what goes round in circles."""

    def interrupt(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def main() -> int:
    """Print one line a model, then the survivors."""
    tries = trials()
    names = sys.argv[1:] or sorted(frozenset.union(*(trial.models for trial in tries)))
    survivors: list[Mutant] = []
    began = time.monotonic()
    for name in names:
        verdicts = [
            (each, is_noticed(each, tries)) for each in mutants_of(name, model_files.model(name))
        ]
        left = [each for each, noticed in verdicts if noticed is False]
        counts = [sum(noticed is kind for _, noticed in verdicts) for kind in (True, None)]
        took = time.monotonic() - began
        print(  # noqa: T201
            f"{name}: {counts[0]} noticed, {counts[1]} cannot run, {len(left)} left ({took:.0f} s)",
            flush=True,
        )
        for each in left:
            print(f"survived: {each}", flush=True)  # noqa: T201
        survivors += left
    print(f"{len(survivors)} survived")  # noqa: T201
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())
