"""Books with everything in them that a vendor may send, drawn from a seed."""

import random
from collections.abc import Iterator

from case_book import Case, Event, outcome_of

from breakwater.core.days import Window

HOUR = 3600
QUEUES = ("hate", "spam", "child_safety", "live_video")
OUTCOMES = ("matched", "matched_within_tolerance", "decision_mismatch", "missing_internal")

Told = list[tuple[str, int, Event]]


class RandomBook:
    """Events and outcomes of one vendor-day.

    Instants are drawn from a coarse grid, so that events often coincide: with each other, with the
    day's edges, with opening and closing times.
    """

    def __init__(self, seed: int, window: Window, cases: int = 120) -> None:
        """Draw the book."""
        self._random = random.Random(seed)  # noqa: S311  the same every time
        self._window = window
        self.events: list[Event] = []
        self.outcomes: list[Event] = []
        for n in range(cases):
            self.events.extend(self._case(n))

    def _case(self, n: int) -> Iterator[Event]:
        draw = self._random
        case = Case(
            case_id=f"C{n:04}",
            site=draw.choice(("manila", "cebu")),
            queue=draw.choice(QUEUES),
            policy=draw.choice(("hate", "spam", None)),
            language=draw.choice(("en", "tl")),
            priority=draw.choice(("p1", "p2", "p3", "p4")),
        )
        told = self._life()
        yield from self._tell(case, told)
        if draw.random() < 0.1:  # listed twice, the second time in another queue or alike
            again = Case(case.case_id, case.site, draw.choice(QUEUES), "hate", record="r2")
            yield from self._tell(again, told)
        if draw.random() < 0.1:  # a snapshot beside what a later export delivered
            yield from self._tell(Case(case.case_id, record="r0"), told[:1])

    def _tell(self, case: Case, told: Told) -> list[Event]:
        events = case.events(*told)
        decided = [event for event in events if event["event_type"] == "decided"]
        self.outcomes += [outcome_of(event, self._random.choice(OUTCOMES)) for event in decided]
        return events

    def _life(self) -> Told:
        draw = self._random
        received = self._window.start + draw.randrange(-80 * 4, 24 * 4) * HOUR // 4
        at = received
        told: Told = [("received", received, {})]
        is_manual = draw.random() < 0.8
        if is_manual:
            at += draw.choice((0, 30, HOUR))
            told.append(("queued", at, {}))
            if draw.random() < 0.8:
                at += draw.randrange(0, 20) * HOUR // 4
                told.append(("assigned", at, {}))
            told += self._pauses(at)
        if draw.random() < 0.3:
            told.append(("escalated", at + HOUR, {"reason": "tier_2"}))
        if draw.random() < 0.7:
            told += self._decisions(at, is_manual=is_manual)
        return [each for each in told if each[1] < self._window.end + HOUR]

    def _pauses(self, at: int) -> Told:
        draw = self._random
        told: Told = []
        while draw.random() < 0.35:
            at += draw.randrange(0, 12) * HOUR // 2
            told.append(("paused", at, {"reason": "waiting" if at // HOUR % 4 else "impossible"}))
            at += draw.randrange(0, 12) * HOUR // 2
            if draw.random() < 0.8:
                told.append(("resumed", at, {}))
        return told

    def _decisions(self, at: int, *, is_manual: bool) -> Told:
        draw = self._random
        told: Told = []
        at = max(at, self._window.start) + draw.randrange(0, 40) * HOUR // 4
        told.append(("decided", at, self._decision(is_manual=is_manual)))
        if draw.random() < 0.2:
            at += draw.randrange(1, 12) * HOUR
            told.append(("reopened", at, {}))
            if draw.random() < 0.5:
                told.append(("decided", at + HOUR, self._decision(is_manual=True)))
        if draw.random() < 0.2:
            told.append(("appealed", at + HOUR, {}))
            outcome = draw.choice(("upheld", "overturned"))
            told.append(("appeal_decided", at + 2 * HOUR, {"reason": outcome}))
        if draw.random() < 0.3:
            scored = {"score": draw.choice((1.0, 0.0, 0.955, None))}
            # Few vendors tell these; the instant decides, so that all other draws stay as they are.
            more = {"is_golden": (None, True, False)[at // 900 % 3]}
            faults = {"critical_errors": (0, None, 2)[at // 1800 % 3]}
            told.append(("qa_scored", at + HOUR, scored | more | faults))
            told.append(("qa_rescored", at + HOUR, {"score": draw.choice((1.0, 0.5, None))}))
        return told

    def _decision(self, *, is_manual: bool) -> Event:
        draw = self._random
        return {
            "actor_type": "human" if is_manual else "automation",
            "decision": draw.choice(("remove", "no_action", None)),
            "agent": f"agent-{draw.randrange(5)}" if is_manual else None,
            "handle_seconds": draw.choice((None, 45, 300)) if is_manual else None,
        }
