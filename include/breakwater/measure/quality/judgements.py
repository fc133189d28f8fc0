"""Reads a file of judgements into codes; every row of it is accounted for."""

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from breakwater.contracts.judgements import MOST_LABELS, JudgementFile
from breakwater.core.errors import BreakwaterError
from breakwater.core.plain import one_line
from breakwater.measure.quality.agreement import Codes

NO_GOLD = -1
SLICES = ("vendor", "policy", "language")
_LONGEST_NAME = 60


class JudgementsError(BreakwaterError):
    """A file of judgements that cannot be read as one."""


@dataclass(frozen=True, slots=True)
class Judgements:
    """One answer of a reviewer on an item a row, in codes from 0.

    Attributes:
        item: (answers,) the item of each.
        rater: (answers,) who gave it; the names behind these codes are gone.
        label: (answers,) what was said.
        slice_: (answers,) the slice of each.
        gold: (items,) the right label, or `NO_GOLD`.
        items: ids as the file has them.
        raters: how many reviewers there are.
        labels: in their order.
        slice_columns: those of `SLICES` that the file has.
        slices: values of these columns.
        counts: rows of the file, and what became of those that are no answer here.
    """

    item: Codes
    rater: Codes
    label: Codes
    slice_: Codes
    gold: Codes
    items: Sequence[str]
    raters: int
    labels: tuple[str, ...]
    slice_columns: tuple[str, ...]
    slices: Sequence[tuple[str, ...]]
    counts: Counter[str]

    @property
    def values(self) -> NDArray[np.float64]:
        """(labels,) as numbers; places in the order where they are none."""
        try:
            return np.array([float(label) for label in self.labels])
        except ValueError:
            return np.arange(len(self.labels), dtype=float)


@dataclass(slots=True)
class _Found:
    """Rows as they come, the last of an item and reviewer in the place of the one before."""

    answers: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    gold: dict[str, set[str]] = field(default_factory=dict)
    slice_columns: tuple[str, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)


def read_judgements(file: Path, contract: JudgementFile, gold: Path | None = None) -> Judgements:
    """Read a CSV file, gzipped or not.

    A reviewer who judged an item again has corrected the answer: the last one counts.

    Args:
        file: with a header; its rows are judgements.
        contract: which column holds what.
        gold: a second file with columns for the item and the right answer.

    Raises:
        JudgementsError: when a file or a column is not there, or nothing in it is a judgement.
    """
    found = _Found()
    columns = contract.columns
    elsewhere = {columns.gold} if gold is not None else set()
    with _rows(file, contract, contract.must_have - elsewhere) as (header, rows):
        _judged(found, header, rows, contract)
    if gold is not None:
        with _rows(gold, contract, frozenset({columns.item, columns.gold})) as (header, rows):
            places = header.index(columns.item), header.index(columns.gold)
            for row in rows:
                _note_gold(found, *(row[place].strip() for place in places))
    return _coded(found, contract, file)


@contextmanager
def _rows(
    file: Path, contract: JudgementFile, needed: frozenset[str]
) -> Iterator[tuple[list[str], Iterator[list[str]]]]:
    try:
        with _opened(file) as text:
            reader = csv.reader(text, delimiter=contract.delimiter, strict=True)
            header = [name.strip() for name in next(reader, [])]
            if missing := sorted(needed - set(header)):
                have = one_line(", ".join(header), 200) or "nothing"
                message = f"{file.name}: expected the column {missing[0]!r}; found {have}"
                raise JudgementsError(message)
            yield header, reader
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error) as error:
        message = f"{file.name}: expected readable CSV; found {one_line(error, 200)}"
        raise JudgementsError(message) from error


def _opened(file: Path) -> TextIO:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")


def _judged(
    found: _Found, header: list[str], rows: Iterator[list[str]], contract: JudgementFile
) -> None:
    columns = contract.columns
    item_at, rater_at, label_at = (
        header.index(name) for name in (columns.item, columns.rater, columns.label)
    )
    gold_at = header.index(columns.gold) if columns.gold in header else None
    there = [name for name in SLICES if getattr(columns, name) in header]
    slice_at = [header.index(getattr(columns, name)) for name in there]
    found.slice_columns = tuple(there)
    known = set(contract.labels)
    for row in rows:
        found.counts["rows"] += 1
        if len(row) != len(header):
            found.counts["of another width"] += 1
            continue
        item, rater, label = (row[at].strip() for at in (item_at, rater_at, label_at))
        if item and gold_at is not None:
            _note_gold(found, item, row[gold_at].strip())
        if not item or not rater:
            found.counts["without item or reviewer"] += 1
        elif not label:
            found.counts["without an answer"] += 1
        elif (known and label not in known) or (
            contract.level == "interval" and not _is_number(label)
        ):
            found.counts["with a label that is none"] += 1
        else:
            found.counts["repeated, the last counts"] += (item, rater) in found.answers
            found.answers[item, rater] = label, tuple(row[at].strip() for at in slice_at)


def _note_gold(found: _Found, item: str, gold: str) -> None:
    if gold:
        found.gold.setdefault(item, set()).add(gold)


def _is_number(label: str) -> bool:
    try:
        return bool(np.isfinite(float(label)))
    except ValueError:
        return False


def _coded(found: _Found, contract: JudgementFile, file: Path) -> Judgements:
    if not found.answers:
        message = f"{file.name}: expected judgements; found none in {found.counts['rows']:,} rows"
        raise JudgementsError(message)
    agreed = _agreed_gold(found, contract)
    labels = contract.labels or _labels_used(found, agreed, contract, file)
    label_code = {label: code for code, label in enumerate(labels)}
    items, raters, slices = _Coder(), _Coder(), _Coder()
    item = [items[item] for item, _ in found.answers]
    rater = [raters[rater] for _, rater in found.answers]
    label = [label_code[label] for label, _ in found.answers.values()]
    slice_ = [slices[values] for _, values in found.answers.values()]
    gold = [label_code[agreed[item]] if item in agreed else NO_GOLD for item in items]
    found.counts["golden items that nobody judged"] = len(agreed.keys() - items.keys())
    return Judgements(
        np.array(item),
        np.array(rater),
        np.array(label),
        np.array(slice_),
        np.array(gold),
        list(items),
        len(raters),
        labels,
        found.slice_columns,
        list(slices),
        found.counts,
    )


class _Coder(dict):  # type: ignore[type-arg]  # keys of one kind or another
    """Gives each new key the next number."""

    def __missing__(self, key: object) -> int:
        code: int = self.setdefault(key, len(self))
        return code


def _agreed_gold(found: _Found, contract: JudgementFile) -> dict[str, str]:
    """Keep golden items with one right answer that is a label."""
    known = set(contract.labels)
    agreed = {}
    for item, answers in found.gold.items():
        answer = next(iter(answers))
        is_label = answer in known if known else True
        if contract.level == "interval":
            is_label = _is_number(answer)
        if len(answers) == 1 and is_label:
            agreed[item] = answer
        else:
            found.counts["golden items with several answers, or none that is a label"] += 1
    return agreed


def _labels_used(
    found: _Found, agreed: dict[str, str], contract: JudgementFile, file: Path
) -> tuple[str, ...]:
    used = {label for label, _ in found.answers.values()}
    if contract.level == "interval":
        return tuple(sorted(used.union(agreed.values()), key=lambda each: (float(each), each)))
    used = set(chain(used, agreed.values()))
    if len(used) > MOST_LABELS:
        column = one_line(contract.columns.label, _LONGEST_NAME)
        message = (
            f"{file.name}: expected at most {MOST_LABELS} labels in {column!r};"
            f" found {len(used):,}: if they are numbers, say `level: interval`"
        )
        raise JudgementsError(message)
    return tuple(sorted(used))
