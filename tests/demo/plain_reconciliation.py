"""The rules of reconciliation, spelled out one record at a time, for comparison with the truth."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from breakwater.contracts.operations import Operations
from breakwater.core.days import Window
from breakwater.core.vocabulary import Outcome, Side
from breakwater.demo.simulator.truth import ExpectedOutcome


@dataclass(frozen=True)
class Record:
    """A decision in either book; what only one of them knows is None in the other."""

    name: str
    key: str | None
    item: str
    decision: str | None
    policy: str
    language: str
    decided: int
    enforced: int | None = None
    status: str = "executed"


@dataclass(frozen=True)
class PlainReconciliation:
    """Pairs by key, then by item and instant; every record ends in one outcome."""

    operations: Operations
    window: Window
    by_language: bool = False

    def outcomes(
        self, vendor: Sequence[Record], own: Sequence[Record], lent: set[str]
    ) -> Counter[ExpectedOutcome]:
        """Return every outcome that is not a plain match.

        Args:
            vendor: the vendor's book of the day.
            own: the platform's book, the neighbouring days' edges included.
            lent: names of actions that a neighbouring day accounts for.
        """
        found: Counter[ExpectedOutcome] = Counter()
        mine = [a for a in own if a.decided in self.window and a.name not in lent]
        edges = [a for a in own if a.decided not in self.window]
        by_key = defaultdict(list)
        for action in mine:
            by_key[action.key].append(action)
        borrowable = {action.key: action for action in edges if action.key}
        used: set[str] = set()
        left: list[Record] = []
        for record in sorted(vendor, key=lambda record: record.decided):
            candidates = [a for a in by_key[record.key] if a.name not in used]
            if not by_key[record.key] and record.key in borrowable:
                candidates = [borrowable[record.key]]
            if candidates:
                nearest = min(candidates, key=lambda a: (abs(a.decided - record.decided), a.name))
                used.add(nearest.name)
                self._pair(found, record, nearest)
            elif by_key[record.key]:
                self._count(found, Side.VENDOR, record, Outcome.DUPLICATE_VENDOR)
            else:
                left.append(record)
        vendor_keys = {record.key for record in vendor}
        rest = [action for action in mine if action.name not in used]
        for action in [a for a in rest if a.key in vendor_keys]:
            self._count(found, Side.INTERNAL, action, Outcome.DUPLICATE_INTERNAL)
        self._by_item(found, left, [a for a in rest if a.key not in vendor_keys])
        return found

    def _by_item(
        self, found: Counter[ExpectedOutcome], left: list[Record], rest: list[Record]
    ) -> None:
        of_item = defaultdict(list)
        for action in rest:
            of_item[action.item].append(action)
        for record in left:
            candidates = of_item.pop(record.item, [])
            near = [abs(a.decided - record.decided) for a in candidates]
            if not candidates:
                is_known = record.decision is not None
                outcome = Outcome.MISSING_INTERNAL if is_known else Outcome.UNKNOWN_CODE
                self._count(found, Side.VENDOR, record, outcome)
            elif len(candidates) == 1:
                self._pair(found, record, candidates[0])
            else:
                assert len(set(near)) == 1, "the simulator plants equally near candidates only"
                self._count(found, Side.VENDOR, record, Outcome.AMBIGUOUS)
                for action in candidates:
                    self._count(found, Side.INTERNAL, action, Outcome.AMBIGUOUS)
        for actions in of_item.values():
            for action in actions:
                self._count(found, Side.INTERNAL, action, Outcome.MISSING_VENDOR)

    def _pair(self, found: Counter[ExpectedOutcome], record: Record, action: Record) -> None:
        outcome = self._judge(record, action)
        if outcome is not Outcome.MATCHED:
            self._count(found, Side.VENDOR, record, outcome)
            self._count(found, Side.INTERNAL, action, outcome)

    def _judge(self, record: Record, action: Record) -> Outcome:
        tolerances = self.operations.tolerances
        drift = abs(record.decided - action.decided)
        waited = None if action.enforced is None else action.enforced - action.decided
        late = action.status == "pending" or (waited or 0) > tolerances.enforcement_seconds
        checks = (
            (record.decision is None, Outcome.UNKNOWN_CODE),
            (action.status == "failed", Outcome.ENFORCEMENT_FAILED),
            (record.decision != action.decision, Outcome.DECISION_MISMATCH),
            (record.policy != action.policy, Outcome.POLICY_MISMATCH),
            (self.by_language and record.language != action.language, Outcome.FIELD_MISMATCH),
            (drift > tolerances.time_seconds, Outcome.TIME_DRIFT),
            (late, Outcome.LATE_ENFORCEMENT),
            (drift > tolerances.matched_seconds, Outcome.MATCHED_WITHIN_TOLERANCE),
        )
        return next((outcome for applies, outcome in checks if applies), Outcome.MATCHED)

    @staticmethod
    def _count(
        found: Counter[ExpectedOutcome], side: Side, record: Record, outcome: Outcome
    ) -> None:
        found[ExpectedOutcome(side, record.name, outcome)] += 1
