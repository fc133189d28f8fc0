"""Lists of matching rules, spelled out one record at a time: slow, obvious, and without SQL."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from plain_matching import Ended, PlainMatching
from two_books import DAY, Row

from breakwater.contracts.matching import (
    Group,
    Item,
    ItemAgent,
    NormalisedKey,
    Rule,
    key_rule,
)
from breakwater.core.vocabulary import Outcome, Side

Copies = list[list[Row]]
"""Open records, each with the copies of its key that follow it."""


def rewritten(key: str | None, rule: Rule | None) -> str | None:
    """Take leading zeros off, where the rule says so; the tests' rules say nothing else."""
    if key is None or not isinstance(rule, NormalisedKey):
        return key
    return key.lstrip("0") or key


@dataclass
class PlainRules(PlainMatching):
    """One run over two books, by whatever rules they have."""

    def run(self) -> Ended:
        """Bring every record to its outcome."""
        rules = self.books.matching.in_force_on(DAY)
        first = key_rule(rules)
        vendor, internal = list(self.books.events), list(self.books.actions)
        keys: dict[int, str | None] = {
            id(row): rewritten(row["record_key"], first) for row in (*vendor, *internal)
        }
        if first is None:
            keys |= dict.fromkeys(map(id, internal))
        shared = {keys[id(v)] for v in vendor} & {keys[id(i)] for i in internal} - {None}
        for key in shared:
            self._pair_key(
                [row for row in vendor if keys[id(row)] == key],
                [row for row in internal if keys[id(row)] == key],
            )
        groups = tuple(
            self._with_copies([row for row in rows if keys[id(row)] not in shared], name, keys)
            for rows, name in ((vendor, "event_id"), (internal, "action_id"))
        )
        for rule in rules:
            if rule is not first:
                self._try(rule, *groups)
        for rows, outcome in zip(
            groups, (Outcome.MISSING_INTERNAL, Outcome.MISSING_VENDOR), strict=True
        ):
            for copies in rows:
                if self._name(copies[0]) not in self.ended:
                    self._alone(copies, outcome)
        return self.ended

    def _with_copies(self, rows: list[Row], name: str, keys: dict[int, str | None]) -> Copies:
        found: dict[Hashable, list[Row]] = defaultdict(list)
        at = "event_at" if name == "event_id" else "decided_at"
        for row in sorted(rows, key=lambda row: (row[at], row[name])):
            key = keys[id(row)]
            found[("none", row[name]) if key is None else key].append(row)
        return list(found.values())

    def _try(self, rule: Rule, vendor: Copies, internal: Copies) -> None:
        window = getattr(rule, "window_seconds", None) or self.books.matching.window_seconds
        if isinstance(rule, NormalisedKey):
            self._by_key(rule, vendor, internal)
        elif isinstance(rule, Group):
            self._by_totals(rule, vendor, internal, window)
        elif isinstance(rule, Item | ItemAgent):
            self._by_nearest(rule, vendor, internal, window)

    def _by_key(self, rule: NormalisedKey, vendor: Copies, internal: Copies) -> None:
        of_both = {rewritten(v[0]["record_key"], rule) for v in vendor}
        of_both &= {rewritten(i[0]["record_key"], rule) for i in internal} - {None}
        for key in of_both:
            mine = [v for v in vendor if rewritten(v[0]["record_key"], rule) == key]
            ours = [i for i in internal if rewritten(i[0]["record_key"], rule) == key]
            self._pair_key([v[0] for v in mine], [i[0] for i in ours])
            for rows, outcome, every in (
                (mine, Outcome.DUPLICATE_VENDOR, vendor),
                (ours, Outcome.DUPLICATE_INTERNAL, internal),
            ):
                for copies in rows:
                    self._alone(copies[1:], outcome)
                    every.remove(copies)

    def _by_nearest(
        self, rule: Item | ItemAgent, vendor: Copies, internal: Copies, window: int
    ) -> None:
        def group(row: Row) -> Hashable:
            if isinstance(rule, Item):
                return (row["item_id"],)
            return None if row["agent"] is None else (row["item_id"], row["agent"])

        mine, ours = list(vendor), list(internal)
        while edges := self._nearest(mine, ours, group, window):
            degree = Counter(id(each) for edge in edges for each in edge)
            for v, i in edges:
                if degree[id(v)] == degree[id(i)] == 1:
                    self._pair(v[0], i[0])
                    self._alone(v[1:], Outcome.DUPLICATE_VENDOR)
                    self._alone(i[1:], Outcome.DUPLICATE_INTERNAL)
                    vendor.remove(v)
                    internal.remove(i)
                else:
                    self._alone(v, Outcome.AMBIGUOUS)
                    self._alone(i, Outcome.AMBIGUOUS)
            mine = [v for v in mine if id(v) not in degree]
            ours = [i for i in ours if id(i) not in degree]

    def _nearest(
        self, vendor: Copies, internal: Copies, group: Callable[[Row], Hashable], window: int
    ) -> list[tuple[list[Row], list[Row]]]:
        reach = [
            (v, i, abs(v[0]["event_at"] - i[0]["decided_at"]))
            for v in vendor
            for i in internal
            if group(v[0]) is not None and group(v[0]) == group(i[0])
        ]
        reach = [each for each in reach if each[2] <= window]
        return [
            (v, i)
            for v, i, gap in reach
            if gap == min(g for a, _, g in reach if a is v)
            and gap == min(g for _, b, g in reach if b is i)
        ]

    def _by_totals(self, rule: Group, vendor: Copies, internal: Copies, window: int) -> None:
        records = [row for copies in (*vendor, *internal) for row in copies]
        for item in sorted({row["item_id"] for row in records}):
            of_item = sorted((r for r in records if r["item_id"] == item), key=_instant)
            part: list[Row] = []
            for row in [*of_item, None]:
                if part and (row is None or _instant(row) - _instant(part[-1]) > window):
                    self._settle_part(rule, part, vendor, internal)
                    part = []
                if row is not None:
                    part.append(row)

    def _settle_part(self, rule: Group, part: list[Row], vendor: Copies, internal: Copies) -> None:
        mine = sorted((r for r in part if "event_id" in r), key=_place)
        ours = sorted((r for r in part if "event_id" not in r), key=_place)
        if rule.shape == "many_to_many":
            totals = [Counter(r["decision"] for r in rows) for rows in (mine, ours)]
            if len(mine) < 2 or None in totals[0] or totals[0] != totals[1]:
                return
            for decision in totals[0]:
                same = [[r for r in rows if r["decision"] == decision] for rows in (mine, ours)]
                for v, i in zip(*same, strict=True):
                    self._pair(v, i)
        else:
            ones, many = (mine, ours) if rule.shape == "one_to_many" else (ours, mine)
            if len(ones) != 1 or len(many) < 2 or not _agree(rule, ones[0], many):
                return
            self._star(ones[0], many)
        self._take(part, vendor, internal)

    def _star(self, one: Row, many: Sequence[Row]) -> None:
        """End all alike, by the gravest pair; decision and instant are settled by the group."""
        outcomes = []
        for other in many:
            v, i = (one, other) if "event_id" in one else (other, one)
            at = i["decided_at"]
            outcomes.append(self._judge(v | {"event_at": at, "decision": i["decision"]}, i))
        gravest = min(outcomes, key=list(Outcome).index)
        first = min(
            many,
            key=lambda row: (
                row["decision"] != one["decision"],
                abs(_instant(row) - _instant(one)),
                _place(row)[1],
            ),
        )
        self.ended[self._name(one)] = (gravest, self._name(first)[1])
        for other in many:
            self.ended[self._name(other)] = (gravest, self._name(one)[1])

    def _take(self, part: list[Row], vendor: Copies, internal: Copies) -> None:
        """Take records out of what is open; copies whose first record goes are surplus."""
        taken = {id(row) for row in part}
        for every, outcome in (
            (vendor, Outcome.DUPLICATE_VENDOR),
            (internal, Outcome.DUPLICATE_INTERNAL),
        ):
            for copies in list(every):
                left = [row for row in copies if id(row) not in taken]
                if id(copies[0]) in taken:
                    self._alone(left, outcome)
                    every.remove(copies)
                else:
                    copies[:] = left

    def _name(self, row: Row) -> tuple[str, str]:
        if "event_id" in row:
            return Side.VENDOR, row["event_id"]
        return Side.INTERNAL, row["action_id"]


def _agree(rule: Group, one: Row, many: Sequence[Row]) -> bool:
    allowed = {one["decision"], *(decision.value for decision in rule.allowed_decisions)}
    decisions = [row["decision"] for row in many]
    return (
        one["decision"] is not None
        and one["decision"] in decisions
        and all(decision in allowed for decision in decisions)
    )


def _instant(row: Row) -> int:
    return int(row["event_at"] if "event_id" in row else row["decided_at"])


def _place(row: Row) -> tuple[int, str]:
    return _instant(row), row["event_id"] if "event_id" in row else row["action_id"]
