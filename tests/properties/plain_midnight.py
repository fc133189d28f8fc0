"""What pairs over midnight, spelled out record by record over all days at once, without SQL."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise

from plain_matching import Ended, PlainMatching
from two_books import ZONE, Row, TwoBooks, day_of

from breakwater.core.vocabulary import Outcome, Side

Claim = tuple[date, Row, Row]
"""The day that asks, its record, and the action of a neighbouring day."""


@dataclass
class PlainMidnight:
    """One run over consecutive days of both books."""

    days: Sequence[date]
    events: Sequence[Row]
    actions: Sequence[Row]
    edge: int = 7200
    window: int = 6 * 3600
    ended: dict[date, Ended] = field(default_factory=dict)

    def run(self) -> dict[date, Ended]:
        """Bring every record of every day to its outcome, on the day that counts it."""
        claims = [*self.by_key(), *self.by_item]
        for day in self.days:
            borrowed = [action for by, _, action in claims if by == day]
            lent = {action["action_id"] for _, _, action in claims}
            items = [(record, action) for by, record, action in self.by_item if by == day]
            events = list(self._events(day))
            own = [a for a in self._actions(day) if a["action_id"] not in lent]
            self.ended[day] = self._day(events, own, borrowed, items)
        return self.ended

    def by_key(self) -> Iterator[Claim]:
        """Give the actions that a day takes by their key: the nearest two over a midnight."""
        for day, other, midnight in self._midnights():
            own = {action["record_key"] for action in self._actions(day)}
            for key in {event["record_key"] for event in self._events(day)} - own:
                if any(event["record_key"] == key for event in self._events(other)):
                    continue  # the other day comes first with its own
                pairs = [
                    (event, action)
                    for event in self._events(day)
                    for action in self._actions(other)
                    if event["record_key"] == action["record_key"] == key
                    and self._is_near(event["event_at"], midnight)
                    and self._is_near(action["decided_at"], midnight)
                    and _gap(event, action) <= self.window
                ]
                if pairs:
                    yield (day, *min(pairs, key=lambda p: (_gap(*p), p[1]["action_id"])))

    @cached_property
    def by_item(self) -> list[Claim]:
        """Pair what two days leave alone, each by itself: the nearest first, until two are alike."""
        found: list[Claim] = []
        for day, other, midnight in self._midnights():
            keys = {e["record_key"] for e in self._events(day)}
            keys |= {a["record_key"] for a in self._actions(day)} - {None}
            in_reach = {a["record_key"] for a in self.actions if self._is_of_slice(a, day)}
            records, actions = defaultdict(list), defaultdict(list)
            for event in self._alone(day, Side.VENDOR):
                if event["record_key"] not in in_reach and self._is_near(
                    event["event_at"], midnight
                ):
                    records[event["item_id"]].append((abs(event["event_at"] - midnight), event))
            for action in self._alone(other, Side.INTERNAL):
                if action["record_key"] not in keys and self._is_near(
                    action["decided_at"], midnight
                ):
                    actions[action["item_id"]].append(
                        (abs(action["decided_at"] - midnight), action)
                    )
            for item, near in records.items():
                found += self._in_order(day, _by_distance(near), _by_distance(actions[item]))
        return found

    def _in_order(
        self, day: date, records: list[list[Row]], actions: list[list[Row]]
    ) -> Iterator[Claim]:
        for theirs, ours in zip(records, actions, strict=False):
            if len(theirs) > 1 or len(ours) > 1 or _gap(theirs[0], ours[0]) > self.window:
                return
            yield day, theirs[0], ours[0]

    def _alone(self, day: date, side: Side) -> Iterator[Row]:
        """Give what a day leaves alone, the first of each key, were there no other day."""
        events, actions = list(self._events(day)), list(self._actions(day))
        ended = self._day(events, actions, (), ())
        name, rows = ("event_id", events) if side == Side.VENDOR else ("action_id", actions)
        seen: set[str | None] = set()
        for row in sorted(rows, key=lambda row: (_at(row), row[name])):
            is_copy = row["record_key"] is not None and row["record_key"] in seen
            seen.add(row["record_key"])
            if not is_copy and ended[side, row[name]][0] in _ALONE:
                yield row

    def _day(
        self,
        events: Sequence[Row],
        own: Sequence[Row],
        borrowed: Iterable[Row],
        items: Iterable[tuple[Row, Row]],
    ) -> Ended:
        """Match a day: pairs of an item first, copies of their records are duplicates."""
        known: Ended = {}
        left, actions = list(events), [*own, *borrowed]
        for record, action in items:
            alike = PlainMatching(TwoBooks((record,), (action | {"record_key": None},)), 0)
            known |= alike.run()
            copies = [
                e for e in left if e["record_key"] == record["record_key"] and e is not record
            ]
            known |= {
                (Side.VENDOR, e["event_id"]): (Outcome.DUPLICATE_VENDOR, None) for e in copies
            }
            left = [e for e in left if e["record_key"] != record["record_key"]]
            actions = [a for a in actions if a is not action]
        return known | PlainMatching(TwoBooks(tuple(left), tuple(actions)), 0).run()

    def _midnights(self) -> Iterator[tuple[date, date, int]]:
        """Give every two days beside each other, either way round, with their midnight."""
        for one, next_one in pairwise(self.days):
            start = datetime.combine(next_one, datetime.min.time(), ZONE)
            midnight = int(start.timestamp())
            yield one, next_one, midnight
            yield next_one, one, midnight

    def _events(self, day: date) -> Iterator[Row]:
        return (row for row in self.events if day_of(row["event_at"]) == day)

    def _actions(self, day: date) -> Iterator[Row]:
        return (row for row in self.actions if day_of(row["decided_at"]) == day)

    def _is_near(self, instant: int, midnight: int) -> bool:
        return midnight - self.edge <= instant < midnight + self.edge

    def _is_of_slice(self, action: Row, day: date) -> bool:
        """Tell whether a day's slice of our log has an action: its own, and its midnights' edges."""
        at = action["decided_at"]
        return bool({day_of(at), day_of(at - self.edge), day_of(at + self.edge)} & {day})


_ALONE = {Outcome.MISSING_INTERNAL, Outcome.MISSING_VENDOR}


def _at(row: Row) -> int:
    return int(row["event_at"] if "event_at" in row else row["decided_at"])


def _gap(record: Row, action: Row) -> int:
    return abs(_at(record) - _at(action))


def _by_distance(near: Iterable[tuple[int, Row]]) -> list[list[Row]]:
    """Group rows by how far they lie from midnight, the nearest first."""
    groups: dict[int, list[Row]] = defaultdict(list)
    for distance, row in near:
        groups[distance].append(row)
    return [groups[distance] for distance in sorted(groups)]
