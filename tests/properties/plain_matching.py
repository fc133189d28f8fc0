"""The rules of matching, spelled out one record at a time: slow, obvious, and written without SQL."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from math import isclose

from two_books import Row, TwoBooks

from breakwater.contracts.comparison import (
    Compared,
    DecisionComparison,
    FieldComparison,
    NumberComparison,
)
from breakwater.core.vocabulary import Outcome, Side

Ended = dict[tuple[str, str], tuple[str, str | None]]
"""Outcome and counterpart by side and record."""


@dataclass
class PlainMatching:
    """One run over two books."""

    books: TwoBooks
    log_end: int
    ended: Ended = field(default_factory=dict)

    def run(self) -> Ended:
        """Bring every record to its outcome."""
        vendor, internal = list(self.books.events), list(self.books.actions)
        keys = {row["record_key"] for row in vendor} & {row["record_key"] for row in internal}
        for key in keys:
            self._pair_key(
                [row for row in vendor if row["record_key"] == key],
                [row for row in internal if row["record_key"] == key],
            )
        vendor = [row for row in vendor if row["record_key"] not in keys]
        internal = [row for row in internal if row["record_key"] not in keys]
        self._pair_items(_by_key(vendor, "event_id"), _by_key(internal, "action_id"))
        return self.ended

    def _pair_key(self, vendor: Sequence[Row], internal: Sequence[Row]) -> None:
        """Pair the nearest two; the others are surplus."""
        one, other = min(
            ((v, i) for v in vendor for i in internal),
            key=lambda pair: (
                _gap(*pair),
                min(pair[0]["event_at"], pair[1]["decided_at"]),
                pair[0]["event_id"],
                pair[1]["action_id"],
            ),
        )
        self._pair(one, other)
        self._alone([row for row in vendor if row is not one], Outcome.DUPLICATE_VENDOR)
        self._alone([row for row in internal if row is not other], Outcome.DUPLICATE_INTERNAL)

    def _pair_items(self, vendor: list[list[Row]], internal: list[list[Row]]) -> None:
        """Let those that are each other's only nearest pair, until nobody is in reach."""
        while True:
            edges = self._nearest_both_ways(vendor, internal)
            if not edges:
                break
            degree: dict[Hashable, int] = defaultdict(int)
            for v, i in edges:
                degree["v", v[0]["event_id"]] += 1
                degree["i", i[0]["action_id"]] += 1
            for v, i in edges:
                if degree["v", v[0]["event_id"]] == degree["i", i[0]["action_id"]] == 1:
                    self._pair(v[0], i[0])
                    self._alone(v[1:], Outcome.DUPLICATE_VENDOR)
                    self._alone(i[1:], Outcome.DUPLICATE_INTERNAL)
                else:
                    self._alone(v, Outcome.AMBIGUOUS)
                    self._alone(i, Outcome.AMBIGUOUS)
            vendor = [v for v in vendor if not any(v is one for one, _ in edges)]
            internal = [i for i in internal if not any(i is one for _, one in edges)]
        for v in vendor:
            self._alone(v, Outcome.MISSING_INTERNAL)
        for i in internal:
            self._alone(i, Outcome.MISSING_VENDOR)

    def _nearest_both_ways(
        self, vendor: list[list[Row]], internal: list[list[Row]]
    ) -> list[tuple[list[Row], list[Row]]]:
        window = self.books.matching.window_seconds
        reach = [
            (v, i)
            for v in vendor
            for i in internal
            if v[0]["item_id"] == i[0]["item_id"] and _gap(v[0], i[0]) <= window
        ]
        return [
            (v, i)
            for v, i in reach
            if _gap(v[0], i[0]) == min(_gap(v[0], b[0]) for a, b in reach if a is v)
            and _gap(v[0], i[0]) == min(_gap(a[0], i[0]) for a, b in reach if b is i)
        ]

    def _pair(self, v: Row, i: Row) -> None:
        outcome = self._judge(v, i)
        self.ended[Side.VENDOR, v["event_id"]] = (outcome, i["action_id"])
        self.ended[Side.INTERNAL, i["action_id"]] = (outcome, v["event_id"])

    def _alone(self, rows: Iterable[Row], outcome: Outcome) -> None:
        for row in rows:
            if "event_id" not in row:
                self.ended[Side.INTERNAL, row["action_id"]] = (outcome, None)
            else:
                known = outcome if row["decision"] else Outcome.UNKNOWN_CODE
                self.ended[Side.VENDOR, row["event_id"]] = (known, None)

    def _judge(self, v: Row, i: Row) -> Outcome:
        limits = self.books.tolerances
        end = i["enforced_at"]
        if i["status"] == "pending":
            end = self.log_end
        late = end is not None and end - i["decided_at"] > limits.enforcement_seconds
        differ = self._differences(v, i)
        with_class = {"decision", "policy", "decided_at"}
        inexact = any(
            _is_unequal(v, i, how, limits.matched_seconds) for how in self.books.comparison
        )
        for applies, outcome in (
            (v["decision"] is None, Outcome.UNKNOWN_CODE),
            (i["status"] == "failed", Outcome.ENFORCEMENT_FAILED),
            ("decision" in differ, Outcome.DECISION_MISMATCH),
            ("policy" in differ, Outcome.POLICY_MISMATCH),
            (set(differ) - with_class, Outcome.FIELD_MISMATCH),
            ("decided_at" in differ, Outcome.TIME_DRIFT),
            (late, Outcome.LATE_ENFORCEMENT),
            (inexact, Outcome.MATCHED_WITHIN_TOLERANCE),
        ):
            if applies:
                return outcome
        return Outcome.MATCHED

    def _differences(self, v: Row, i: Row) -> list[str]:
        """Name the compared fields that differ; what one side does not state does not."""
        found = []
        for how in self.books.comparison:
            field = how.field.value
            if field == "decided_at":
                differs = _gap(v, i) > self.books.tolerances.time_seconds
            elif v[field] is None or i[field] is None:
                differs = False
            elif isinstance(how, NumberComparison):
                differs = not isclose(
                    v[field], i[field], rel_tol=how.relative, abs_tol=how.absolute
                )
            else:
                sets = how.equivalent if isinstance(how, DecisionComparison) else ()
                together = any({v[field], i[field]} <= set(each) for each in sets)
                differs = v[field] != i[field] and not together
            if differs:
                found.append(field)
        return found


def _is_unequal(v: Row, i: Row, how: FieldComparison, matched_seconds: int) -> bool:
    """Tell whether a pair that agrees does so only within a tolerance."""
    if how.field is Compared.DECIDED_AT:
        return _gap(v, i) > matched_seconds
    one, other = v.get(how.field.value), i[how.field.value]
    return isinstance(how, NumberComparison) and None not in {one, other} and one != other


def _gap(v: Row, i: Row) -> int:
    return abs(int(v["event_at"]) - int(i["decided_at"]))


def _by_key(rows: Iterable[Row], name: str) -> list[list[Row]]:
    """Group records that share a key, the first of them first; no key is a group of its own."""
    groups: dict[Hashable, list[Row]] = defaultdict(list)
    for row in sorted(
        rows, key=lambda row: (row.get("event_at", row.get("decided_at")), row[name])
    ):
        groups[("none", row[name]) if row["record_key"] is None else row["record_key"]].append(row)
    return list(groups.values())
