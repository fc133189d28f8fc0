"""Composing: from the incidents of a thread to the message one recipient reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from breakwater.core.finding import Finding
from breakwater.core.numbers import amount
from breakwater.notify.coverage import Coverage
from breakwater.notify.incident import Incident
from breakwater.notify.message import Fact, Message, Row, Standing
from breakwater.notify.naming import Naming, visible
from breakwater.notify.notes import said_of
from breakwater.notify.saying import detail_of, moves_of, said_of_all, word_for
from breakwater.notify.telling import Telling, Told
from breakwater.notify.thread import is_roll_up, thread_key_of
from breakwater.notify.transition import Transition
from breakwater.notify.words import WORDS, number_of

MOST_ROWS = 10
_ROLL_UP_STEP = "Start with the first row; one cause often explains many of the others."
_ALL_CLEAR_STEP = "Nothing to do."
_MOVED_BY_PEOPLE = {Transition.ACKNOWLEDGED, Transition.SNOOZED, Transition.RESOLVED}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: people of the operation, or a vendor, who is told nothing about the others."""

    vendor_zone: str | None = None
    """A vendor's own zone; None for people of the operation."""

    @property
    def is_outside(self) -> bool:
        """Tell whether runbooks and the others' deliveries are none of their business."""
        return self.vendor_zone is not None


@dataclass(frozen=True, slots=True)
class Composer:
    """Everything a message needs besides its incidents.

    Attributes:
        naming: what people call things.
        coverage: what the day's numbers rest on.
        runbooks: where their pages are.
        on_call: who is, in words; told to our own people while something is open.
    """

    naming: Naming
    coverage: Coverage
    runbooks: str
    on_call: str = ""

    def compose(
        self, thread_key: str, incidents: Sequence[Incident], last: Telling | None, reader: Reader
    ) -> Message:
        """Compose the message of a thread.

        Args:
            thread_key: the thread.
            incidents: what it is about; at least one.
            last: what the reader was last told in it, or None the first time.
            reader: who reads.
        """
        ordered = worst_first(incidents)
        rows = (
            self._rolled_up(ordered)
            if is_of_many(thread_key, ordered)
            else self._rows(ordered, is_outside=reader.is_outside)
        )
        return Message(
            title=self._title(thread_key, ordered),
            standing=_standing(ordered),
            verdict=_verdict(rows, ordered),
            changes=self._changes(ordered, last, reader)[:MOST_ROWS] if last else (),
            facts=self._facts(ordered, reader),
            rows=rows[:MOST_ROWS],
            rows_left_out=max(0, len(rows) - MOST_ROWS),
            next_step=_next_step(thread_key, ordered, reader),
            runbook=None if reader.is_outside else self._runbook(thread_key, ordered),
            data_through=self._data_through(ordered[0].finding, reader),
        )

    def _title(self, thread_key: str, incidents: Sequence[Incident]) -> str:
        finding = incidents[0].finding
        day = finding.operational_day.isoformat()
        if is_of_many(thread_key, incidents):
            return f"{len({thread_key_of(incident) for incident in incidents})} alerts · {day}"
        return f"{self.naming.heading(finding)} · {day}"

    def _rows(self, incidents: Sequence[Incident], *, is_outside: bool) -> tuple[Row, ...]:
        return tuple(
            Row(
                _standing([incident]),
                self.naming.about(incident.finding),
                said_of(incident.finding, is_outside=is_outside),
            )
            for incident in incidents
        )

    def _rolled_up(self, incidents: Sequence[Incident]) -> tuple[Row, ...]:
        """One row a thread that would have been: its heading and its worst condition."""
        groups: dict[str, list[Incident]] = {}
        for incident in incidents:
            groups.setdefault(thread_key_of(incident), []).append(incident)
        return tuple(
            Row(
                _standing(group),
                self.naming.heading(group[0].finding),
                f"{_count_of(group)}{self.naming.about(group[0].finding)}:"
                f" {number_of(group[0].finding)}",
            )
            for group in groups.values()
        )

    def _facts(self, incidents: Sequence[Incident], reader: Reader) -> tuple[Fact, ...]:
        findings = [incident.finding for incident in incidents]
        vendors = sorted({self.naming.vendor(finding.vendor) for finding in findings})
        queues = sorted({visible(f.scope["queue"]) for f in findings if "queue" in f.scope})
        facts = [
            Fact("Vendor", ", ".join(vendors)),
            Fact("Operational day", findings[0].operational_day.strftime("%a %Y-%m-%d")),
        ]
        if queues:
            facts.append(Fact("Queues", ", ".join(queues[:MOST_ROWS])))
        if self.on_call and not reader.is_outside and _standing(incidents).is_open:
            facts.append(Fact("On call", self.on_call))
        said = said_of_all(incidents, self._zone(reader), is_outside=reader.is_outside)
        return (*facts, Fact("State", said)) if said else tuple(facts)

    def _changes(
        self, incidents: Sequence[Incident], last: Telling, reader: Reader
    ) -> tuple[str, ...]:
        lines = []
        for incident in incidents:
            told = last.members.get(incident.fingerprint)
            about = self.naming.about(incident.finding)
            for move in moves_of(told, incident):
                how = self._how(move, incident, told, reader)
                lines.append(f"{word_for(move)}: {about}{', ' if how else ''}{how}")
        return tuple(lines)

    def _how(self, move: Transition, incident: Incident, told: Told | None, reader: Reader) -> str:
        """Say how it moved: the numbers, or who said what of it."""
        parts = []
        if move not in {Transition.ACKNOWLEDGED, Transition.SNOOZED}:
            parts.append(_movement(incident, told))
        if incident.word is not None and move in _MOVED_BY_PEOPLE:
            detail = detail_of(incident.word, self._zone(reader), is_outside=reader.is_outside)
            parts.append(detail)
        return ", ".join(part for part in parts if part)

    def _zone(self, reader: Reader) -> ZoneInfo:
        return ZoneInfo(reader.vendor_zone or self.coverage.zone)

    def _runbook(self, thread_key: str, incidents: Sequence[Incident]) -> str:
        of_many = is_of_many(thread_key, incidents)
        page = "README" if of_many else incidents[0].finding.rule.value
        return f"{self.runbooks.rstrip('/')}/{page}.md"

    def _data_through(self, finding: Finding, reader: Reader) -> str:
        if reader.vendor_zone is None:
            return self.coverage.for_the_operation()
        return self.coverage.for_vendor(finding.vendor, reader.vendor_zone)


def worst_first(incidents: Sequence[Incident]) -> list[Incident]:
    """Put the incidents of a thread into the order in which they are read."""
    return sorted(incidents, key=_rank)


def is_of_many(thread_key: str, incidents: Sequence[Incident]) -> bool:
    """Tell whether a message speaks of several things: a roll-up, or what a route groups widely."""
    abouts = {(incident.finding.rule, incident.finding.vendor) for incident in incidents}
    return is_roll_up(thread_key) or len(abouts) > 1


def _rank(incident: Incident) -> tuple[object, ...]:
    finding = incident.finding
    return (
        not incident.is_open,
        -finding.severity.rank,
        finding.rule,
        finding.vendor or "",
        -abs(finding.value - (finding.threshold or 0)),
        sorted(finding.scope.items()),
    )


def _standing(incidents: Sequence[Incident]) -> Standing:
    is_open = any(incident.is_open for incident in incidents)
    counted = [incident for incident in incidents if incident.is_open == is_open]
    worst = max((incident.finding.severity for incident in counted), key=lambda s: s.rank)
    return Standing(worst, is_open)


def _verdict(rows: Sequence[Row], incidents: Sequence[Incident]) -> str:
    still_open = [row for row in rows if row.standing.is_open]
    if not still_open:
        by_people = any(incident.word is not None for incident in incidents)
        return f"{'All of it is' if by_people else 'No longer found: all of it is'} resolved."
    worst = f"{still_open[0].about}: {still_open[0].number}"
    return worst if len(still_open) == 1 else f"{len(still_open)} conditions. Worst: {worst}"


def _count_of(group: Sequence[Incident]) -> str:
    return "" if len(group) == 1 else f"{len(group)} conditions, worst "


def _movement(incident: Incident, told: Told | None) -> str:
    finding = incident.finding
    if not incident.is_open:
        return f"was {amount(told.value if told else finding.value, finding.unit)}"
    if told is None or told.value == finding.value:
        return number_of(finding)
    return f"{amount(told.value, finding.unit)} → {number_of(finding)}"


def _next_step(thread_key: str, incidents: Sequence[Incident], reader: Reader) -> str:
    if not any(incident.is_open for incident in incidents):
        return _ALL_CLEAR_STEP
    if is_of_many(thread_key, incidents):
        return _ROLL_UP_STEP
    words = WORDS[incidents[0].finding.rule]
    return words.vendor_step if reader.is_outside else words.next_step
