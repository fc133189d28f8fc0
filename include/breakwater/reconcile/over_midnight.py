"""Pairs of an item whose halves lie on either side of a midnight.

Each day comes first with its own records: what both days leave alone, each by itself, may pair. What a
day leaves alone is worked out from its own books, with nothing borrowed and nothing lent, so the
pairs over a midnight follow from the books of its two days and from nothing else. Whichever of the
two is reconciled last has seen both. See docs/decisions/0018-items-over-midnight.md.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from breakwater.contracts.matching import OVER_MIDNIGHT, Item, ItemAgent, Rule
from breakwater.core.vocabulary import Side

Row = Mapping[str, Any]


class PairOverMidnight(NamedTuple):
    """A vendor's record and an action of a neighbouring day.

    Attributes:
        by_day: the record's operational day, which counts both.
        from_day: the action's own operational day.
        record_id: the vendor's record.
        action_id: the action.
        rule: the name of the rule that pairs them, as outcomes tell it.
    """

    by_day: date
    from_day: date
    record_id: str
    action_id: str
    rule: str


@dataclass(frozen=True, slots=True)
class Alone:
    """What a day leaves alone near its midnights.

    Attributes:
        day: which.
        rows: side, record_id, item_id, agent, decided_at, compared_key.
        rules: the day's, in order.
        window_seconds: for rules that name no window.
    """

    day: date
    rows: Sequence[Row]
    rules: Sequence[Rule]
    window_seconds: int


def pairs_over(
    midnight: int,
    edge_seconds: int,
    one: Alone,
    other: Alone,
    known: Mapping[date, Container[str]],
) -> Iterator[PairOverMidnight]:
    """Give the pairs over the midnight between two days, by the rules of the vendor's day.

    Args:
        midnight: UTC seconds.
        edge_seconds: how far from it a record may lie.
        one: either of the days.
        other: the one beside it.
        known: keys of lone actions that a day knows: there they are the key rule's business. A day
            that is absent knows none.
    """
    for vendors, ours in ((one, other), (other, one)):
        records = list(_near(vendors, Side.VENDOR, midnight, edge_seconds))
        actions = [
            row
            for row in _near(ours, Side.INTERNAL, midnight, edge_seconds)
            if row["compared_key"] not in known.get(vendors.day, ())
        ]
        for rule in vendors.rules:
            if not isinstance(rule, Item | ItemAgent):
                continue
            window = rule.window_seconds
            window = vendors.window_seconds if window is None else window
            found = list(_nearest(rule, records, actions, midnight, window))
            for record, action in found:
                yield PairOverMidnight(
                    vendors.day,
                    ours.day,
                    record["record_id"],
                    action["record_id"],
                    rule.rule + OVER_MIDNIGHT,
                )
            paired = {each["record_id"] for pair in found for each in pair}
            records = [row for row in records if row["record_id"] not in paired]
            actions = [row for row in actions if row["record_id"] not in paired]


def _near(alone: Alone, side: Side, midnight: int, edge_seconds: int) -> Iterator[Row]:
    for row in alone.rows:
        if (
            row["side"] == side
            and midnight - edge_seconds <= row["decided_at"] < midnight + edge_seconds
        ):
            yield row


def _nearest(
    rule: Item | ItemAgent,
    records: Iterable[Row],
    actions: Iterable[Row],
    midnight: int,
    window_seconds: int,
) -> Iterator[tuple[Row, Row]]:
    """Pair the nearest two of each item, then the nearest of the rest.

    All records lie on one side of the midnight and all actions on the other, so the nearest are the
    ones nearest to it. Where two share that instant nobody guesses, and all that lie farther stay
    alone, too.
    """
    groups: dict[object, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for place, rows in enumerate((records, actions)):
        for row in rows:
            if isinstance(rule, Item) or row["agent"] is not None:
                key = row["item_id"], None if isinstance(rule, Item) else row["agent"]
                groups[key][place].append(row)
    for sides in groups.values():
        theirs, ours = (
            sorted(side, key=lambda row: abs(row["decided_at"] - midnight)) for side in sides
        )
        for n, (record, action) in enumerate(zip(theirs, ours, strict=False)):
            is_tied = any(
                n + 1 < len(side) and side[n]["decided_at"] == side[n + 1]["decided_at"]
                for side in (theirs, ours)
            )
            if is_tied or abs(record["decided_at"] - action["decided_at"]) > window_seconds:
                break
            yield record, action
