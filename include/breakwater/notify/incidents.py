"""The stage that turns a day's findings into incidents, and incidents into messages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.routes import Silence
from breakwater.core.days import operational_day_of, utc_seconds
from breakwater.core.finding import Finding, Rule
from breakwater.core.vocabulary import RunType
from breakwater.notify.backfill import remember_backfill
from breakwater.notify.coverage import read_coverage
from breakwater.notify.history import Event, add_event, lapse_of
from breakwater.notify.incident import (
    STAGE,
    Incident,
    hold_incidents,
    incidents_of_day,
    save_incident,
)
from breakwater.notify.inhibit import inhibited_by
from breakwater.notify.on_call.reading import refresh_on_call
from breakwater.notify.page import Paging, decide_paging
from breakwater.notify.silence import expired_silences, silenced_by
from breakwater.notify.tell import Teller
from breakwater.notify.telling import tellings_of_day
from breakwater.notify.transition import Move, Transition, look_again
from breakwater.warehouse.database import Connection
from breakwater.warehouse.finding import findings_of_day
from breakwater.warehouse.stage_run import WHOLE_DAY, StageResult, record_stage
from breakwater.warehouse.workspace import Workspace


def raise_incidents(
    workspace: Workspace,
    day: date,
    now: datetime,
    run_type: RunType,
    notify: bool = False,
    *,
    started_by: str | None = None,
    only: Rule | None = None,
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
        started_by: who started a backfill: what it changes is told once, when it is over; None of
            days that are closed again by themselves.
        only: incidents of other rules stay as they are; of all rules when absent.

    Returns:
        Counts: ``open``, ``hidden`` (open but inhibited, silenced or snoozed), the moves of this run by
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
    # Also in silence: the digest of a live day says who is on call, and may be told as it is written.
    if paging.is_allowed or (today - day).days <= configuration.operations.live_days:
        with workspace.warehouse.transaction() as connection:
            refresh_on_call(connection, configuration, now)
    with workspace.warehouse.transaction() as connection:
        hold_incidents(connection, day)
        findings = findings_of_day(connection, day)
        known = incidents_of_day(connection, day)
        moves = [
            move
            for move in decide_moves(known, findings, configuration, now)
            if only is None or move.incident.finding.rule is only
        ]
        _save(connection, known, moves, run_type=run_type, paging=paging, now=now)
        if run_type is RunType.BACKFILL and started_by is not None:
            remember_backfill(connection, day, moves, started_by, now)
        after = known | {move.incident.fingerprint: move.incident for move in moves}
        incidents = [after[fingerprint] for fingerprint in sorted(after)]
        coverage = read_coverage(connection, configuration, day)
        teller = Teller(connection, configuration, coverage, now, workspace.link_key)
        messages = teller.tell(incidents) if paging.is_allowed else 0
        return record_stage(
            connection,
            day=day,
            vendor=WHOLE_DAY,
            stage=STAGE if only is None else f"{STAGE}/{only}",
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
    configuration: Configuration,
    now: datetime,
) -> list[Move]:
    """Decide what becomes of each incident, known or new, in the order of their fingerprints."""
    operations = configuration.operations
    today = operational_day_of(utc_seconds(now), operations.zone_info)
    found = {finding.finding_id: finding for finding in findings}
    moves = []
    for fingerprint in sorted(known.keys() | found.keys()):
        before, finding = known.get(fingerprint), found.get(fingerprint)
        move = look_again(before, finding, operations.incidents, now)
        if move.incident.is_open:
            hidden_by = _hidden_by(move.incident.finding, findings, configuration.silences, today)
            move = replace(move, incident=replace(move.incident, hidden_by=hidden_by))
        moves.append(move)
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
            event = Event(kind=move.transition.value, run_type=run_type, paging=paging.reason.value)
            add_event(connection, move.incident, event, now)
        if move.lapsed is not None:
            add_event(connection, move.incident, lapse_of(move.lapsed, now), now)


def _outline(incident: Incident) -> list[object]:
    """List what an unchanged re-run leaves as it is."""
    severity, value = incident.finding.severity, incident.finding.value
    outline = [incident.fingerprint, incident.is_open, incident.hidden_by, severity, value]
    return [*outline, incident.good_runs] if incident.good_runs else outline


def _count(moves: Sequence[Move]) -> dict[str, int]:
    counts = Counter(move.transition.value for move in moves)
    del counts[Transition.UNCHANGED.value]
    still_open = [move.incident for move in moves if move.incident.is_open]
    hidden = sum(incident.is_hidden for incident in still_open)
    return {"open": len(still_open), "hidden": hidden, **dict(sorted(counts.items()))}
