"""Change the models of reconciliation one word at a time and tell which changes no test noticed.

SQL is text: mutmut does not see it. Each mutant is first tried on all situations of
``tests/sql/reconcile``, in this process and on DuckDB, which takes a second or less; those that
survive are then tried on whole test modules, in a process of their own.

usage: python tests/mutate_models.py [MODEL …]     prints the survivors, exits 1 when there are any
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from unittest import mock

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "include"), str(HERE), str(HERE / "reconcile")]

import duckdb  # noqa: E402  the lines above make the rest importable
from test_situations import NAMES, situation  # noqa: E402
from two_books import Row, TwoBooks  # noqa: E402

from breakwater.contracts.loading import load_configuration  # noqa: E402
from breakwater.contracts.operations import Matching  # noqa: E402
from breakwater.engine.duckdb import DuckDBEngine  # noqa: E402
from breakwater.reconcile import model_files  # noqa: E402

MODELS = (
    "judged_pair",
    "unpaired",
    "vendor_outcome",
    "internal_outcome",
    "vendor_record",
    "own_action",
    "internal_record",
    "crowded_key",
    "crowded_record",
    "crowded_moment",
    "crowded_pair",
    "left_over",
    "nearest",
    "candidate",
    "moment",
    "in_reach",
    "nearest_settled",
    "candidate_left",
    "settled_by_nearest",
    "chosen_pair",
)
THOROUGH = (
    "tests/properties/test_reconcile_properties.py",
    "tests/reconcile/test_situations.py",
    "tests/reconcile/test_midnight.py",
    "tests/reconcile/test_reconcile_day.py",
    "tests/reconcile/test_installations.py",
)
SECONDS = 20
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
    (r"\b1\b", "0"),
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


configuration = cache(load_configuration)
NAMING = ("record_key", "item_id", "event_id", "action_id", "record_id", "counterpart_id")


@cache
def told() -> list[tuple[TwoBooks, list[Row]]]:
    """Put situations under the same rules into one pair of books: their keys and items differ.

    Not those with rules of matching of their own: these may read a meaning into keys.
    """
    together: list[tuple[TwoBooks, list[Row]]] = []
    for name in NAMES:
        books, expected = situation(name)
        if books.matching != Matching():
            together.append((books, expected))
            continue
        own = replace(
            books,
            events=tuple(_of(name, row) for row in books.events),
            actions=tuple(_of(name, row) for row in books.actions),
            borrowed=tuple(f"{name}/{each}" for each in books.borrowed),
            lent=tuple(f"{name}/{each}" for each in books.lent),
        )
        for place, (others, rows) in enumerate(together):
            if _rules(others) == _rules(own):
                both = replace(
                    own,
                    events=others.events + own.events,
                    actions=others.actions + own.actions,
                    borrowed=others.borrowed + own.borrowed,
                    lent=others.lent + own.lent,
                )
                together[place] = both, rows + [_of(name, row) for row in expected]
                break
        else:
            together.append((own, [_of(name, row) for row in expected]))
    return together


def _of(name: str, row: Row) -> Row:
    named = {key: f"{name}/{row[key]}" for key in NAMING if row.get(key) is not None}
    return row | named


def _rules(books: TwoBooks) -> TwoBooks:
    return replace(books, events=(), actions=(), borrowed=(), lent=())


def is_noticed_by_situations(mutant: Mutant) -> bool | None:
    """Try a mutant on every situation; None when no engine would run it."""
    for books, expected in told():
        with closing(DuckDBEngine("512MB", 1)) as engine:
            try:
                with put_in_place(mutant), time_limit():
                    found = books.match(engine, configuration())
            except TimeoutError:
                return True
            except (duckdb.BinderException, duckdb.ParserException):
                return None
            except duckdb.Error:
                return True
        named = {(row["side"], row["record_id"]): row for row in expected}
        shown = [
            {column: row[column] for column in named.get((row["side"], row["record_id"]), row)}
            for row in found
        ]
        if shown != sorted(expected, key=lambda row: (row["side"], row["record_id"])):
            return True
    return False


@contextmanager
def put_in_place(mutant: Mutant) -> Iterator[None]:
    """Let the stage read the mutant instead of its model."""
    read = model_files.read_models

    def with_mutant(folder: Path, *names: str) -> list[tuple[str, str]]:
        models = read(folder, *names)
        return [(name, mutant.text if name == mutant.model else text) for name, text in models]

    model_files.model.cache_clear()
    with mock.patch.object(model_files, "read_models", with_mutant):
        yield
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


def is_noticed_by_modules(mutant: Mutant) -> bool:
    """Try a mutant on whole test modules, in a copy of the package."""
    with tempfile.TemporaryDirectory(prefix="breakwater-mutant-") as folder:
        include = Path(folder) / "include"
        shutil.copytree(HERE.parent / "include", include)
        file = include / "breakwater" / "reconcile" / "models" / f"{mutant.model}.sql"
        file.write_text(mutant.text, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "-p", "no:cacheprovider"]
        command += ["-o", f"pythonpath={include} dags", *THOROUGH]
        environment = os.environ | {"PYTHONPATH": str(include)}
        run = subprocess.run(
            command, cwd=HERE.parent, env=environment, capture_output=True, check=False
        )
        return run.returncode != 0


def main() -> int:
    """Print one line a model, then the survivors."""
    names = [name for name in sys.argv[1:] if not name.startswith("-")] or list(MODELS)
    survivors: list[Mutant] = []
    if is_noticed_by_situations(Mutant("none", 0, "", "", "")) is not False:
        message = "the situations fail without any change"
        raise SystemExit(message)
    for name in names:
        verdicts = []
        for each in mutants_of(name, model_files.model(name)):
            verdicts.append((each, is_noticed_by_situations(each)))
            if verdicts[-1][1] is False:
                print(f"passed the situations: {each}", flush=True)  # noqa: T201
        left = [each for each, noticed in verdicts if noticed is False]
        counts = [sum(noticed is kind for _, noticed in verdicts) for kind in (True, None)]
        print(f"{name}: {counts[0]} noticed, {counts[1]} cannot run, {len(left)} left", flush=True)  # noqa: T201
        survivors += left
    if "--quick" not in sys.argv:
        survivors = [each for each in survivors if not is_noticed_by_modules(each)]
    for each in survivors:
        print(f"survived: {each}")  # noqa: T201
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())
