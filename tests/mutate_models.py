"""Change the models of reconciliation one word at a time and tell which changes no test noticed.

SQL is text: mutmut does not see it. Each mutant is tried in this process, on DuckDB, on all
situations of ``tests/sql/reconcile``, on many small books whose ends the plain rules know
(``tests/properties/test_many_books.py`` and ``test_many_midnights.py``, the latter in an
installation with a PostgreSQL of its own) and on what is suggested, until one is told wrongly.

usage: python tests/mutate_models.py [MODEL …]     prints the survivors, exits 1 when there are any
"""

import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from unittest import mock

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "include")]
sys.path[:0] = [str(HERE / folder) for folder in (".", "reconcile", "properties")]

import duckdb  # noqa: E402  the lines above make the rest importable
import psycopg  # noqa: E402
import test_midnight  # noqa: E402
import test_rules_near_midnight  # noqa: E402
from landed_books import LandedBooks  # noqa: E402
from test_many_books import LISTS, ManyBooks, many_books  # noqa: E402
from test_many_midnights import (  # noqa: E402
    asked_in_turn,
    closed_in_turn,
    known,
    known_to_be_asked,
)
from test_reconcile_properties import CONFIGURATION  # noqa: E402
from test_situations_together import end_as_expected, together  # noqa: E402
from test_suggestions import LONELY, SUGGESTED, suggested_among  # noqa: E402
from two_books import Row, TwoBooks  # noqa: E402

from breakwater.core.errors import BreakwaterError  # noqa: E402
from breakwater.engine.duckdb import DuckDBEngine  # noqa: E402
from breakwater.reconcile import model_files  # noqa: E402
from breakwater.warehouse.database import Database  # noqa: E402
from breakwater.warehouse.embedded import EmbeddedPostgreSQL  # noqa: E402
from breakwater.warehouse.lake import Lake  # noqa: E402
from breakwater.warehouse.migrate import migrate  # noqa: E402
from breakwater.warehouse.workspace import Workspace  # noqa: E402

SECONDS = 30
"""A mutant that computes longer than any trial ever does goes round in circles: noticed."""

NOT_MATCHING = {
    *("break_hour", "break_source", "counterpart_now", "drift_count", "written_break"),
    *("frequent_unknown_code", "unknown_code", "tally"),
}
"""What follows from outcomes that are written: read by a trial, and not what it is about."""

OVER_MIDNIGHT = {
    *("claim", "population", "held_key", "neighbour_key", "settled_over_midnight"),
    *("midnight_alone", "midnight_item", "midnight_lone", "midnight_open", "midnight_unlanded"),
}
"""What single books near midnight are asked of: all else has its own."""

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
    """Something that is asked of models, and which of them it reads."""

    models: frozenset[str]
    is_right: Callable[[], bool]


def match(books: TwoBooks) -> list[Row]:
    """Match two books on DuckDB."""
    with closing(DuckDBEngine("512MB", 1)) as engine:
        return books.match(engine, CONFIGURATION)


def ends_as_expected(books: TwoBooks, expected: list[Row]) -> bool:
    """Tell whether situations end as they say."""
    return end_as_expected(match(books), expected)


def ends_plainly(many: ManyBooks) -> bool:
    """Tell whether small books end as the plain rules say."""
    return many.is_right(match(many.together))


def trials(books: LandedBooks) -> list[Trial]:
    """Collect all situations, and many small books under several lists of rules.

    Args:
        books: an installation for those over midnight.
    """
    asked: list[Callable[[], bool]] = [
        *(partial(ends_as_expected, *each) for each in together()),
        *(partial(ends_plainly, many_books(name)) for name in LISTS),
        lambda: suggested_among(LONELY) == SUGGESTED,
        lambda: asked_in_turn(books) == known_to_be_asked(),
        lambda: closed_in_turn(books) == known(),
    ]
    singly = near_midnight(books)
    return [
        *(Trial(models_of(is_right), is_right) for is_right in asked),
        *(Trial(models_of(is_right) & OVER_MIDNIGHT, is_right) for is_right in singly),
    ]


def models_of(is_right: Callable[[], bool]) -> frozenset[str]:
    """Try models as they are, and tell which are read."""
    with models_read() as models:
        must_be_right(is_right)
    return frozenset(models)


def near_midnight(books: LandedBooks) -> Iterator[Callable[[], bool]]:
    """Ask what tests of single books near midnight ask: of many at a time, one hides another."""
    for module in (test_midnight, test_rules_near_midnight):
        for name, test in vars(module).items():
            if name.startswith("test_"):
                for told in parameters(test):
                    yield partial(passes, books, partial(test, **told))


def parameters(test: Callable[..., None]) -> Iterator[dict[str, object]]:
    """Give what a test is told, case by case."""
    marks = [each.args for each in getattr(test, "pytestmark", ())]
    for chosen in product(*(values for _, values, *_ in marks)):
        told: dict[str, object] = {}
        for (names, *_), values in zip(marks, chosen, strict=True):
            told |= {names: values} if isinstance(names, str) else zip(names, values, strict=True)
        yield told


def passes(books: LandedBooks, test: Callable[[LandedBooks], None]) -> bool:
    """Tell whether a test passes in an emptied installation."""
    books.forget()
    try:
        test(books)
    except AssertionError:
        return False
    return True


def must_be_right(is_right: Callable[[], bool]) -> None:
    """Refuse to go on where a trial fails without any change: every mutant would seem noticed."""
    if not is_right():
        message = "a trial fails without any change"
        raise SystemExit(message)


@contextmanager
def installation() -> Iterator[LandedBooks]:
    """Open an installation for the whole run."""
    with tempfile.TemporaryDirectory(prefix="breakwater-mutants-") as name:
        folder = Path(name)
        with EmbeddedPostgreSQL(folder / "postgresql", keeps_running=True) as server:
            warehouse = Database(server.ensure_database("mutants"))
            migrate(warehouse)
            workspace = Workspace(
                configuration=CONFIGURATION,
                warehouse=warehouse,
                enforcement_log=warehouse,
                lake=Lake((folder / "lake").as_uri()),
                exports=(folder / "exports").as_uri(),
                outbox_folder=folder / "outbox",
                pseudonym_key=b"a secret of mutants",
            )
            yield LandedBooks(workspace, folder)


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
            return not trial.is_right()
    except (duckdb.BinderException, duckdb.ParserException):
        return None
    # Whatever stops a day from being closed is noticed: totals that do not agree, a key twice.
    except (TimeoutError, RuntimeError, duckdb.Error, psycopg.Error, BreakwaterError):
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
    """Interrupt what goes round in circles: by time of the processor, as others may use it, too."""

    def interrupt(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def main() -> int:
    """Print one line a model, then the survivors."""
    with installation() as books:
        tries = trials(books)
        every = frozenset.union(*(trial.models for trial in tries)) - NOT_MATCHING
        return bool(survivors(sys.argv[1:] or sorted(every), tries))


def survivors(names: Iterable[str], tries: list[Trial]) -> list[Mutant]:
    """Try all mutants of some models; tell of each model, and return what nothing noticed."""
    found: list[Mutant] = []
    began = time.process_time()
    for name in names:
        verdicts = [
            (each, is_noticed(each, tries)) for each in mutants_of(name, model_files.model(name))
        ]
        with models_read():
            must_be_right(tries[0].is_right)
        left = [each for each, noticed in verdicts if noticed is False]
        counts = [sum(noticed is kind for _, noticed in verdicts) for kind in (True, None)]
        took = time.process_time() - began
        print(  # noqa: T201
            f"{name}: {counts[0]} noticed, {counts[1]} cannot run, {len(left)} left"
            f" ({took:.0f} s of CPU so far)",
            flush=True,
        )
        for each in left:
            print(f"survived: {each}", flush=True)  # noqa: T201
        found += left
    print(f"{len(found)} survived")  # noqa: T201
    return found


if __name__ == "__main__":
    sys.exit(main())
