"""Suggest pairs among what nothing paired: ids that are alike but for a slip. Nothing is closed.

Alike is 1 less the share of characters that were mistyped, left out, added or swapped with their
neighbour (optimal string alignment, as rapidfuzz has it), of the longer id. An id is held against
those that share its first or its second half, because one slip leaves a half as it was; of those,
against the nearest in time only. So the work grows with the number of records, whatever their ids.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date

from rapidfuzz.distance import OSA

from breakwater.contracts.matching import Fuzzy
from breakwater.engine.base import Engine
from breakwater.reconcile.model_files import model
from breakwater.warehouse.database import Connection, replace_rows

NEIGHBOURS = 20
"""Records of one block that are looked at on either side of an instant."""

MOST_RECORDS = 50_000
"""More than this alone on a side are no slips: something is wrong with the book, and nothing is
suggested."""

COLUMNS = ("vendor_record", "internal_record", "score", "compared_field", "rule")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two records that may be one; `score` is from 0 to 1, equal ids."""

    vendor_record: str
    internal_record: str
    score: float
    compared_field: str
    rule: str


@dataclass(frozen=True, slots=True)
class Alone:
    """A record that nothing paired."""

    record_id: str
    decided_at: int
    ids: dict[str, str | None]


def suggest_pairs(
    engine: Engine, rules: Sequence[Fuzzy], log: str, window_seconds: int
) -> list[Suggestion] | None:
    """Suggest counterparts for what ``unpaired`` holds, in a stable order.

    A pair that several rules suggest is told once, by the first of them. None stands for more
    records than slips could be: nothing was compared.

    Args:
        engine: with the outcomes of the day.
        rules: those that suggest, in order.
        log: the name of our log with its keys.
        window_seconds: for rules that have no window of their own.
    """
    if not rules:
        return []
    engine.stage("alone", model("alone").format(log=log))
    sides: dict[str, list[Alone]] = {"vendor": [], "internal": []}
    for row in engine.fetch("alone", ("side", "decided_at", "record_id")).to_pylist():
        ids = {name: row[name] for name in ("record_key", "item_id")}
        sides[row["side"]].append(Alone(row["record_id"], row["decided_at"], ids))
    if max(map(len, sides.values())) > MOST_RECORDS:
        return None
    found: dict[tuple[str, str], Suggestion] = {}
    for rule in rules:
        window = window_seconds if rule.window_seconds is None else rule.window_seconds
        for each in alike(sides["vendor"], sides["internal"], rule, window):
            found.setdefault((each.vendor_record, each.internal_record), each)
    return [found[key] for key in sorted(found)]


def alike(
    vendor: Sequence[Alone], internal: Sequence[Alone], rule: Fuzzy, window_seconds: int
) -> Iterator[Suggestion]:
    """Find the likest counterparts of each vendor record, at most so many as the rule says."""
    best: dict[tuple[int, int], tuple[float, str]] = {}
    field: str
    for field in rule.on:
        blocks = _blocks(internal, field)
        for number, record in enumerate(vendor):
            stated = record.ids[field]
            if not stated:
                continue
            for other in _near(blocks, stated, record.decided_at, window_seconds):
                told = internal[other].ids[field] or ""
                score = round(OSA.normalized_similarity(stated, told), 6)
                if score >= rule.minimum_score and score > best.get((number, other), (0.0, ""))[0]:
                    best[number, other] = (score, field)
    choices: dict[int, list[tuple[float, int, str, Suggestion]]] = defaultdict(list)
    for (number, other), (score, field) in best.items():
        one, two = vendor[number], internal[other]
        suggestion = Suggestion(one.record_id, two.record_id, score, field, rule.rule)
        gap = abs(one.decided_at - two.decided_at)
        choices[number].append((-score, gap, two.record_id, suggestion))
    for number in sorted(choices):
        yield from (choice[3] for choice in sorted(choices[number], key=_order)[: rule.at_most])


def _order(choice: tuple[float, int, str, Suggestion]) -> tuple[float, int, str]:
    return choice[:3]


Blocks = dict[tuple[bool, str], list[tuple[int, int]]]
"""Instants and places of records, in order, by a half of their id and whether it is the first."""


def _blocks(records: Sequence[Alone], field: str) -> Blocks:
    blocks: Blocks = defaultdict(list)
    for place, record in enumerate(records):
        text = record.ids[field]
        if not text:
            continue
        # Halves of an id with a character less and with one more: its own half is one of the two.
        for half in {max(1, (len(text) + change) // 2) for change in (-1, 1)}:
            blocks[True, text[:half]].append((record.decided_at, place))
            blocks[False, text[-half:]].append((record.decided_at, place))
    return blocks


def _near(blocks: Blocks, text: str, instant: int, window_seconds: int) -> set[int]:
    half = max(1, len(text) // 2)
    found: set[int] = set()
    for key in ((True, text[:half]), (False, text[-half:])):
        block = blocks.get(key, [])
        middle = bisect_left(block, (instant, 0))
        for at, place in block[max(0, middle - NEIGHBOURS) : middle + NEIGHBOURS]:
            if abs(at - instant) <= window_seconds:
                found.add(place)
    return found


def replace_suggestions(
    connection: Connection, vendor: str, day: date, suggestions: Iterable[Suggestion]
) -> None:
    """Replace what is suggested for a vendor-day."""
    key = {"operational_day": day, "vendor": vendor}
    replace_rows(connection, "reconcile.suggestion", key, COLUMNS, map(astuple, suggestions))


def suggestions_of(connection: Connection, vendor: str, day: date) -> list[Suggestion]:
    """Return what is suggested for a vendor-day, the likest first."""
    rows = connection.execute(
        "select vendor_record, internal_record, score, compared_field, rule"
        " from reconcile.suggestion where operational_day = %s and vendor = %s"
        ' order by score desc, vendor_record collate "C", internal_record collate "C"',
        [day, vendor],
    )
    return [Suggestion(**row) for row in rows]
