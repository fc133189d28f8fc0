"""The stage that turns a day's findings into incidents, and incidents into messages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from breakwater.contracts.routes import Silence
from breakwater.core.days import operational_day_of, utc_seconds
from breakwater.core.finding import Finding
from breakwater.core.vocabulary import RunType
from breakwater.notify.coverage import read_coverage
from breakwater.notify.incident import (
    Incident,
    add_transition,
    incidents_of_day,
    save_incident,
)
from breakwater.notify.inhibit import inhibited_by
from breakwater.notify.page import Paging, decide_paging
from breakwater.notify.silence import expired_silences, silenced_by
from breakwater.notify.tell import Teller
from breakwater.notify.telling import tellings_of_day
from breakwater.notify.transition import Transition, transition_of
from breakwater.warehouse.database import Connection, hold
from breakwater.warehouse.finding import findings_of_day
from breakwater.warehouse.stage_run import WHOLE_DAY, StageResult, record_stage
from breakwater.warehouse.workspace import Workspace

STAGE = "notify"


@dataclass(frozen=True, slots=True)
class Move:
    """An incident as it is now, and how it got there."""

    incident: Incident
    transition: Transition


def raise_incidents(
    workspace: Workspace, day: date, now: datetime, run_type: RunType, notify: bool = False
) -> StageResult:
    """Bring the day's incidents in line with its findings; write the messages that are due.

    Incidents, their history and the outbox change in one transaction; a second run with the same
    findings changes nothing. A backfill, a silent manual run and a day older than
    ``operations.live_days`` update incidents and enqueue nothing; what they changed stays in the
    history under their run type.

    Args:
        workspace: the installation.
        day: the operational day.
        now: the instant; decides which days are live and which silences have expired.
        run_type: why the day is being closed.
        notify: whether a manual run may tell people.

    Returns:
        Counts: ``open``, ``hidden`` (open but inhibited or silenced), the moves of this run by
        name, ``messages`` enqueued, and ``paging``, the reason why people may be told or not.
    """
    configuration = workspace.configuration
    today = operational_day_of(utc_seconds(now), configuration.operations.zone_info)
    paging = decide_paging(
        run_type,
        notify=notify,
        day=day,
        today=today,
        live_days=configuration.operations.live_days,
    )
    with workspace.warehouse.transaction() as connection:
        hold(connection, STAGE, WHOLE_DAY, day)
        findings = findings_of_day(connection, day)
        known = incidents_of_day(connection, day)
        moves = decide_moves(known, findings, configuration.silences, today)
        _save(connection, known, moves, run_type=run_type, paging=paging, now=now)
        incidents = [move.incident for move in moves]
        coverage = read_coverage(connection, configuration, day)
        teller = Teller(connection, configuration, coverage, now)
        messages = teller.tell(incidents) if paging.is_allowed else 0
        return record_stage(
            connection,
            day=day,
            vendor=WHOLE_DAY,
            stage=STAGE,
            inputs=[[finding.finding_id, finding.severity, finding.value] for finding in findings],
            outputs=[
                [_outline(incident) for incident in incidents],
                [
                    [telling.thread_key, telling.recipient.address, telling.ordinal]
                    for telling in tellings_of_day(connection, day)
                ],
            ],
            summary={
                **_count(moves),
                "messages": messages,
                "paging": paging.reason.value,
                "expired_silences": list(expired_silences(configuration.silences, today)),
            },
            at=now,
        )


def decide_moves(
    known: dict[str, Incident],
    findings: Sequence[Finding],
    silences: Sequence[Silence],
    today: date,
) -> list[Move]:
    """Decide what becomes of each incident, known or new, in the order of their fingerprints."""
    found = {finding.finding_id: finding for finding in findings}
    moves = []
    for fingerprint in sorted(known.keys() | found.keys()):
        before, finding = known.get(fingerprint), found.get(fingerprint)
        transition = transition_of(before, finding)
        if finding is not None:
            hidden_by = _hidden_by(finding, findings, silences, today)
            moves.append(Move(Incident(finding, is_open=True, hidden_by=hidden_by), transition))
        elif before is not None:
            moves.append(Move(Incident(before.finding, is_open=False), transition))
    return moves


def _hidden_by(
    finding: Finding, findings: Sequence[Finding], silences: Sequence[Silence], today: date
) -> str | None:
    cause = inhibited_by(finding, findings)
    if cause is not None:
        return f"inhibited/{cause}"
    silence = silenced_by(finding, silences, today)
    return None if silence is None else f"silenced/{silence.silence}"


def _save(
    connection: Connection,
    known: dict[str, Incident],
    moves: Sequence[Move],
    *,
    run_type: RunType,
    paging: Paging,
    now: datetime,
) -> None:
    """Write the incidents that differ from their rows, and every move."""
    for move in moves:
        if known.get(move.incident.fingerprint) != move.incident:
            save_incident(connection, move.incident, now)
        if move.transition is not Transition.UNCHANGED:
            add_transition(
                connection,
                move.incident,
                move.transition.value,
                run_type=run_type,
                paging=paging.reason.value,
                now=now,
            )


def _outline(incident: Incident) -> list[object]:
    """List what an unchanged re-run leaves as it is."""
    severity, value = incident.finding.severity, incident.finding.value
    return [incident.fingerprint, incident.is_open, incident.hidden_by, severity, value]


def _count(moves: Sequence[Move]) -> dict[str, int]:
    counts = Counter(move.transition.value for move in moves)
    del counts[Transition.UNCHANGED.value]
    still_open = [move.incident for move in moves if move.incident.is_open]
    hidden = sum(incident.hidden_by is not None for incident in still_open)
    return {"open": len(still_open), "hidden": hidden, **dict(sorted(counts.items()))}
