"""Incidents as the warehouse keeps them: one row per condition and operational day."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.vocabulary import RunType
from breakwater.warehouse.database import Connection


@dataclass(frozen=True, slots=True)
class Incident:
    """A condition and what became of it.

    Attributes:
        finding: as it was last found; it stays when the incident is resolved.
        is_open: whether it was found when the day was last looked at.
        hidden_by: why nobody is told while it is open, ``inhibited/<rule of the cause>`` or
            ``silenced/<name>``; None when nothing hides it.
    """

    finding: Finding
    is_open: bool
    hidden_by: str | None = None

    @property
    def fingerprint(self) -> str:
        """Name the incident: a hash of what it is about, never of its value or text."""
        return self.finding.finding_id


def incidents_of_day(connection: Connection, day: date) -> dict[str, Incident]:
    """Read every incident of an operational day by its fingerprint."""
    rows = connection.execute(
        "select * from notify.incident where operational_day = %s order by fingerprint", [day]
    )
    return {
        row["fingerprint"]: Incident(
            finding=Finding(
                rule=Rule(row["rule"]),
                operational_day=row["operational_day"],
                vendor=row["vendor"],
                severity=Severity(row["severity"]),
                scope=row["scope"],
                value=row["value"],
                unit=row["unit"],
                threshold=row["threshold"],
                expected=row["expected"],
                detail=row["detail"],
            ),
            is_open=row["state"] == "open",
            hidden_by=row["hidden_by"],
        )
        for row in rows
    }


def save_incident(connection: Connection, incident: Incident, now: datetime) -> None:
    """Write an incident that is new or differs from its row."""
    finding = incident.finding
    connection.execute(
        "insert into notify.incident (fingerprint, rule, vendor, scope, operational_day, severity,"
        " state, value, unit, threshold, expected, detail, hidden_by, opened_at, updated_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict (fingerprint) do update set severity = excluded.severity,"
        " state = excluded.state, value = excluded.value, unit = excluded.unit,"
        " threshold = excluded.threshold, expected = excluded.expected, detail = excluded.detail,"
        " hidden_by = excluded.hidden_by, updated_at = excluded.updated_at",
        [
            incident.fingerprint,
            finding.rule,
            finding.vendor,
            json.dumps(dict(finding.scope), ensure_ascii=False),
            finding.operational_day,
            finding.severity,
            "open" if incident.is_open else "resolved",
            finding.value,
            finding.unit,
            finding.threshold,
            finding.expected,
            json.dumps(dict(finding.detail), ensure_ascii=False),
            incident.hidden_by,
            now,
            now,
        ],
    )


def add_transition(
    connection: Connection,
    incident: Incident,
    kind: str,
    *,
    run_type: RunType,
    paging: str,
    now: datetime,
) -> None:
    """Append one move to an incident's history."""
    connection.execute(
        "insert into notify.incident_transition (fingerprint, ordinal, kind, severity, value,"
        " run_type, paging, happened_at) select %s, count(*) + 1, %s, %s, %s, %s, %s, %s"
        " from notify.incident_transition where fingerprint = %s",
        [
            incident.fingerprint,
            kind,
            incident.finding.severity,
            incident.finding.value,
            run_type,
            paging,
            now,
            incident.fingerprint,
        ],
    )
