"""The pipeline of decisions: from a day's incidents to what each recipient is told, and when.

Every decision is a function of one file and returns a name; here they are only put in order. Nothing
is read, written or sent: what is told now is told by ``breakwater.notify.tell``, and the same plan is
what ``breakwater notify explain`` prints.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.routes import Escalation, Grouping
from breakwater.notify.escalate import EscalationDecision, Running, decide_escalation
from breakwater.notify.group import GroupDecision, decide_group
from breakwater.notify.incident import Incident
from breakwater.notify.pressing import is_pressing
from breakwater.notify.quiet import QuietDecision, decide_quiet
from breakwater.notify.route import (
    Branch,
    Directory,
    Recipient,
    Way,
    WayReason,
    branches_of,
    ways_of,
)
from breakwater.notify.shown import shown_by_a_run
from breakwater.notify.storm import StormReason
from breakwater.notify.telling import (
    Telling,
    TellingReason,
    decide_telling,
    repeat_due_at,
)
from breakwater.notify.thread import is_roll_up, thread_key_of, threads_of
from breakwater.notify.waiting import Waiting
from breakwater.notify.word import State

Only = Mapping[Recipient, frozenset[str]]
"""Whom a plan is about, and the incidents of which each may be told what it does not know."""


@dataclass(frozen=True, slots=True)
class Known:
    """What decisions are made from, besides the incidents.

    Attributes:
        day: the operational day.
        tellings: what recipients were last told of it.
        waiting: what they wait for.
        escalations: those that run, by fingerprint.
    """

    day: date
    tellings: Sequence[Telling] = ()
    waiting: Sequence[Waiting] = ()
    escalations: Mapping[str, Running] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThreadPlan:
    """What one recipient is told of one thread, with the reason of each stage.

    Attributes:
        recipient: who.
        thread_key: the thread.
        incidents: what it may see of it; not empty.
        last: what it was last told.
        grouping: of the route by which it came.
        storm: whether the thread stands for many.
        telling: whether there is news.
        group: whether the news waits for more, or for the interval to pass.
        quiet: whether the recipient is disturbed.
        since: since when there is news.
        repeat_at: when an open thread is told again though nothing moves; None when it is not.
    """

    recipient: Recipient
    thread_key: str
    incidents: tuple[Incident, ...]
    last: Telling | None
    grouping: Grouping
    storm: StormReason
    telling: TellingReason
    group: GroupDecision
    quiet: QuietDecision
    since: datetime
    repeat_at: datetime | None

    @property
    def is_told_now(self) -> bool:
        """Tell whether a message goes out now."""
        return self.telling.is_news and self.held_by is None

    @property
    def held_by(self) -> tuple[str, datetime] | None:
        """Name what news waits for and until when; None when nothing holds it.

        Where both hold it, the later one: the other will have passed by then.
        """
        held = [
            (decision.reason.value, decision.due_at)
            for decision in (self.group, self.quiet)
            if decision.due_at is not None
        ]
        return max(held, key=lambda each: each[1], default=None)


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a day's incidents.

    Attributes:
        threads: every thread of every recipient the plan is about.
        ways: how each open, unhidden incident comes to whom, by its fingerprint.
        escalations: where the escalation of each incident stands, by its fingerprint.
        chains: the chain of each incident that has one.
    """

    threads: tuple[ThreadPlan, ...]
    ways: Mapping[str, Mapping[Recipient, Way]]
    escalations: Mapping[str, EscalationDecision]
    chains: Mapping[str, Escalation]


@dataclass(frozen=True, slots=True)
class Planner:
    """Decides for one instant, with the configuration and the teams on call of that instant."""

    configuration: Configuration
    directory: Directory
    now: datetime

    def plan(self, incidents: Sequence[Incident], known: Known, only: Only | None = None) -> Plan:
        """Decide who is told what.

        Args:
            incidents: every incident of the day, open or not, hidden or not.
            known: what was told, what waits, what runs.
            only: whom it is about; everybody when absent.
        """
        ways: dict[str, dict[Recipient, Way]] = {}
        chains: dict[str, Escalation] = {}
        escalations: dict[str, EscalationDecision] = {}
        for incident in incidents:
            key, finding = incident.fingerprint, incident.finding
            branches = branches_of(finding, self.configuration.routes)
            found = ways_of(finding, branches, self.directory)
            running = known.escalations.get(key)
            chain = self._chain(branches, running)
            decision = decide_escalation(
                chain, incident, running, is_acknowledged=self._is_seen(incident), now=self.now
            )
            if chain is not None:
                chains[key] = chain
                escalations[key] = decision
                for way in self._escalated(incident, chain, decision.steps):
                    found.setdefault(way.recipient, way)
            if incident.is_open and not incident.is_hidden:
                ways[key] = found
        threads = tuple(self._threads(incidents, known, ways, only))
        return Plan(threads, ways, escalations, chains)

    def narrowed(self, plan: Plan, incidents: Sequence[Incident], known: Known, only: Only) -> Plan:
        """Return a plan with the threads of some recipients; ways and escalations are the same."""
        return replace(plan, threads=tuple(self._threads(incidents, known, plan.ways, only)))

    def _is_seen(self, incident: Incident) -> bool:
        """Tell whether somebody says that they look into it."""
        return incident.state_at(self.now) is State.ACKNOWLEDGED

    def _chain(self, branches: Sequence[Branch], running: Running | None) -> Escalation | None:
        """Return the chain that runs, or else that of the first route that names one."""
        name = running.escalation if running else None
        names = [name] if name else [each.escalation for each in branches if each.escalation]
        chains = {each.escalation: each for each in self.configuration.escalations}
        return next((chains[each] for each in names if each in chains), None)

    def _escalated(self, incident: Incident, chain: Escalation, steps: int) -> Iterator[Way]:
        for number, step in enumerate(chain.steps[:steps], 1):
            path = f"escalation/{chain.escalation}/{number}"
            branch = Branch(path, step.send_to, Grouping(), chain.escalation, number)
            yield from ways_of(incident.finding, [branch], self.directory).values()

    def _threads(
        self,
        incidents: Sequence[Incident],
        known: Known,
        ways: Mapping[str, Mapping[Recipient, Way]],
        only: Only | None,
    ) -> Iterator[ThreadPlan]:
        told: dict[Recipient, dict[str, Telling]] = {}
        for telling in known.tellings:
            told.setdefault(telling.recipient, {})[telling.thread_key] = telling
        routed: dict[Recipient, dict[str, Way]] = {}
        for fingerprint, of_incident in ways.items():
            for recipient, way in of_incident.items():
                if way.reason is WayReason.TOLD:
                    routed.setdefault(recipient, {})[fingerprint] = way
        for recipient in sorted(told.keys() | routed.keys() if only is None else only.keys()):
            mine = routed.get(recipient, {})
            may_move = None if only is None else only[recipient]
            if may_move is not None:
                mine = {each: way for each, way in mine.items() if each in may_move}
            desk = _Desk(recipient, told.get(recipient, {}), mine, may_move)
            yield from self._threads_of(desk, incidents, known)

    def _threads_of(
        self, desk: "_Desk", incidents: Sequence[Incident], known: Known
    ) -> Iterator[ThreadPlan]:
        cap = self.configuration.operations.storm_cap
        shown = list(shown_by_a_run(incidents, desk.routed, desk.told))
        waiting = [each for each in known.waiting if each.recipient == desk.recipient]
        for thread_key, members in sorted(
            threads_of(shown, desk.told, known.day, cap, desk.thread_key_of).items()
        ):
            prints = {each.fingerprint for each in members}
            if desk.may_move is None or prints & desk.may_move:
                since = [each.since for each in waiting if each.members & prints]
                yield self._thread(
                    desk,
                    thread_key,
                    tuple(members),
                    since=min(since, default=self.now),
                )

    def _thread(
        self,
        desk: "_Desk",
        thread_key: str,
        shown: tuple[Incident, ...],
        *,
        since: datetime,
    ) -> ThreadPlan:
        last, grouping = desk.told.get(thread_key), desk.grouping_of(shown)
        seen = {each.fingerprint for each in shown if self._is_seen(each)}
        repeat_at = repeat_due_at(last, shown, grouping.repeat_hours, seen)
        is_repeat_due = repeat_at is not None and repeat_at <= self.now
        still_open = [incident for incident in shown if incident.is_open] or shown
        presses = any(
            incident.is_open and is_pressing(incident.finding, self.configuration.clocks)
            for incident in shown
        )
        return ThreadPlan(
            recipient=desk.recipient,
            thread_key=thread_key,
            incidents=shown,
            last=last,
            grouping=grouping,
            storm=StormReason.ROLLED_UP if is_roll_up(thread_key) else StormReason.BELOW_CAP,
            telling=decide_telling(last, shown, is_repeat_due=is_repeat_due),
            group=decide_group(
                grouping,
                told_at=last.told_at if last else None,
                since=since,
                now=self.now,
                is_pressing=presses,
            ),
            quiet=decide_quiet(
                self.directory.wishes.get(desk.recipient),
                worst=max((each.finding.severity for each in still_open), key=lambda s: s.rank),
                is_pressing=presses,
                now=self.now,
            ),
            since=since,
            repeat_at=repeat_at,
        )


@dataclass(frozen=True, slots=True)
class _Desk:
    """What is before one recipient.

    Attributes:
        recipient: whose.
        told: what it was last told, by thread.
        routed: how the incidents come that it may be told of anew, by fingerprint.
        may_move: a thread without any of these is left alone; None leaves none alone.
    """

    recipient: Recipient
    told: Mapping[str, Telling]
    routed: Mapping[str, Way]
    may_move: frozenset[str] | None

    def thread_key_of(self, incident: Incident) -> str:
        """Name the thread of an incident by the route it came by."""
        return thread_key_of(incident, self.grouping_of([incident]))

    def grouping_of(self, incidents: Sequence[Incident]) -> Grouping:
        """Return how a thread is grouped: as its first incident's route says."""
        ways = (self.routed.get(incident.fingerprint) for incident in incidents)
        return next((way.branch.grouping for way in ways if way), Grouping())
