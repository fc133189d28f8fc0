"""Explaining an incident: the path it takes through the pipeline now, each stage with its reason."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from breakwater.core.days import operational_day_of, utc_seconds
from breakwater.notify.coverage import read_coverage
from breakwater.notify.history import history_of
from breakwater.notify.incident import Incident, incidents_of_day
from breakwater.notify.inhibit import decide_inhibition
from breakwater.notify.naming import Naming
from breakwater.notify.people import incident_named
from breakwater.notify.plan import Plan, ThreadPlan
from breakwater.notify.pressing import is_pressing
from breakwater.notify.route import Recipient, Way, WayReason
from breakwater.notify.silence import decide_silence
from breakwater.notify.tell import Teller
from breakwater.warehouse.database import Connection
from breakwater.warehouse.finding import findings_of_day
from breakwater.warehouse.workspace import Workspace


def explain_incident(workspace: Workspace, name: str, now: datetime) -> list[str]:
    """Say what a run that may tell people would decide about an incident at an instant, and why.

    It is decided by the same code as messages are, and nothing is written.

    Args:
        workspace: the installation.
        name: a fingerprint, or how it begins.
        now: the instant.

    Raises:
        BreakwaterError: no incident, or several, are named so.
    """
    configuration = workspace.configuration
    with workspace.warehouse.transaction() as connection:
        fingerprint = incident_named(connection, name)
        day = _day_of(connection, fingerprint)
        known = incidents_of_day(connection, day)
        incidents = {name: incident.settled(now) for name, incident in known.items()}
        incident = incidents[fingerprint]
        finding = incident.finding
        found = findings_of_day(connection, day)
        coverage = read_coverage(connection, configuration, day)
        plan = Teller(connection, configuration, coverage, now).plan(list(incidents.values()))
        today = operational_day_of(utc_seconds(now), configuration.operations.zone_info)
        inhibition = decide_inhibition(finding, found)
        muting = decide_silence(finding, configuration.silences, today)
        naming = Naming(configuration)
        return [
            f"{fingerprint[:12]}  {naming.heading(finding)} · {day.isoformat()}",
            f"{'':12}  {naming.about(finding)}: {finding.severity.value}, {incident.state_at(now).value}",
            _line("paging", _last_paging(connection, fingerprint)),
            _line("inhibit", inhibition.reason.value, inhibition.cause),
            _line("silence", muting.reason.value, muting.silence and muting.silence.silence),
            _line("pressing", "yes" if is_pressing(finding, configuration.clocks) else "no"),
            *_ways(incident, plan),
            *_escalation(fingerprint, plan),
            *(text for thread in _threads(fingerprint, plan) for text in _thread(thread)),
            *_messages(connection, fingerprint),
        ]


def _ways(incident: Incident, plan: Plan) -> Iterator[str]:
    """Say which routes take it, and who is told by them."""
    ways: Mapping[Recipient, Way] = plan.ways.get(incident.fingerprint, {})
    if not incident.is_open:
        yield _line("route", "resolved", "told to those who were told of it")
    elif incident.is_hidden:
        yield _line("route", "hidden", incident.hidden_by or "snoozed")
    elif not ways:
        yield _line("route", "no_route")
    for recipient, way in sorted(ways.items()):
        to = f"{recipient.channel} {recipient.address}"
        reason = "" if way.reason is WayReason.TOLD else f"not told: {way.reason.value}"
        yield _line("route", way.branch.path, to, reason)


def _escalation(fingerprint: str, plan: Plan) -> Iterator[str]:
    decision = plan.escalations.get(fingerprint)
    if decision is None:
        yield _line("escalate", "not_asked")
        return
    chain = plan.chains[fingerprint]
    steps = f"step {decision.steps} of {len(chain.steps)}"
    yield _line("escalate", decision.reason.value, chain.escalation, steps, _until(decision.due_at))


def _threads(fingerprint: str, plan: Plan) -> Iterator[ThreadPlan]:
    for thread in plan.threads:
        if any(each.fingerprint == fingerprint for each in thread.incidents):
            yield thread


def _thread(thread: ThreadPlan) -> Iterator[str]:
    """Say what one recipient is told, stage by stage."""
    yield f"{thread.recipient.channel} {thread.recipient.address}"
    alone = f"{len(thread.incidents)} incidents" if len(thread.incidents) > 1 else ""
    yield _line("  thread", thread.thread_key, alone)
    yield _line("  storm", thread.storm.value)
    told = thread.last.told_at if thread.last else None
    yield _line("  dedupe", thread.telling.value, f"last told {_instant(told)}" if told else "")
    if thread.telling.is_news:
        yield _line("  group", thread.group.reason.value, _until(thread.group.due_at))
        yield _line("  quiet", thread.quiet.reason.value, _until(thread.quiet.due_at))
    elif thread.repeat_at is not None:
        yield _line("  repeat", "waits", _until(thread.repeat_at))
    yield _line("  =", "told now" if thread.is_told_now else "not told now")


def _messages(connection: Connection, fingerprint: str) -> Iterator[str]:
    """Say what left the house, or is to: messages of the threads in which it was told."""
    rows = connection.execute(
        "select o.channel, o.recipient, o.transition, o.state, coalesce(o.sent_at, o.not_before) as at"
        " from notify.outbox o join notify.telling t using (thread_key, channel, recipient)"
        " where t.members ? %s order by o.outbox_id",
        [fingerprint],
    ).fetchall()
    if rows:
        yield "messages"
    for row in rows:
        to = f"{row['channel']} {row['recipient']}"
        yield _line(f"  {row['state']}", row["transition"], to, _instant(row["at"]))


def _last_paging(connection: Connection, fingerprint: str) -> str:
    said = [past.event.paging for past in history_of(connection, fingerprint) if past.event.paging]
    return said[-1] if said else "unknown"


def _day_of(connection: Connection, fingerprint: str) -> date:
    row = connection.execute(
        "select operational_day from notify.incident where fingerprint = %s", [fingerprint]
    ).fetchall()[0]
    day: date = row["operational_day"]
    return day


def _line(stage: str, *parts: object) -> str:
    return f"{stage:<12}  " + " · ".join(str(part) for part in parts if part)


def _until(at: datetime | None) -> str:
    return f"until {_instant(at)}" if at else ""


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
