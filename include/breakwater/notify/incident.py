"""Incidents as the warehouse keeps them: one row per condition and operational day."""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Self

from breakwater.core.finding import Finding, Rule, Severity
from breakwater.notify.word import State, Word, WordKind
from breakwater.warehouse.database import Connection, hold
from breakwater.warehouse.stage_run import WHOLE_DAY

STAGE = "notify"


@dataclass(frozen=True, slots=True)
class Incident:
    """A condition and what became of it.

    Attributes:
        finding: as it was last found; it stays when the incident is resolved.
        is_open: whether it was found when the day was last looked at, and nobody called it done.
        hidden_by: why nobody is told while it is open, ``inhibited/<rule of the cause>`` or
            ``silenced/<name>``; None when nothing hides it.
        word: what a person said of it last, as long as that counts; see `Incident.state_at`.
        good_runs: runs in a row that did not find it while it is still taken for open.
        good_at: when the last of them was.
    """

    finding: Finding
    is_open: bool
    hidden_by: str | None = None
    word: Word | None = None
    good_runs: int = 0
    good_at: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """Name the incident: a hash of what it is about, never of its value or text."""
        return self.finding.finding_id

    @property
    def state(self) -> State:
        """Where it stands, with the word that is in it; see `state_at` for words that end."""
        if not self.is_open:
            return State.RESOLVED
        return State.OPEN if self.word is None else State(self.word.kind.value)

    @property
    def is_hidden(self) -> bool:
        """Tell whether nobody is told, though it is open: inhibited, silenced or snoozed."""
        return self.is_open and (self.hidden_by is not None or self.state is State.SNOOZED)

    def state_at(self, now: datetime) -> State:
        """Return where it stands at an instant."""
        return self.settled(now).state

    def settled(self, now: datetime) -> Self:
        """Return it without a word whose time has passed."""
        if self.word is not None and self.is_open and self.word.is_over(now):
            return replace(self, word=None)
        return self


def hold_incidents(connection: Connection, day: date) -> None:
    """Be the only one who changes the incidents of an operational day, until commit."""
    hold(connection, STAGE, WHOLE_DAY, day)


def incidents_of_day(connection: Connection, day: date) -> dict[str, Incident]:
    """Read every incident of an operational day by its fingerprint."""
    rows = connection.execute(
        "select * from notify.incident where operational_day = %s order by fingerprint", [day]
    )
    return {row["fingerprint"]: incident_of(row) for row in rows}


def incident_of(row: dict[str, Any]) -> Incident:
    """Read an incident from its row."""
    return Incident(
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
        word=_word_of(row),
        good_runs=row["good_runs"],
        good_at=row["good_at"],
    )


def _word_of(row: dict[str, Any]) -> Word | None:
    if row["word"] is None:
        return None
    return Word(
        kind=WordKind(row["word"]),
        by=row["word_by"],
        at=row["word_at"],
        until=row["word_until"],
        note=row["word_note"],
        severity=Severity(row["word_severity"]),
    )


def save_incident(connection: Connection, incident: Incident, now: datetime) -> None:
    """Write an incident that is new or differs from its row."""
    finding, word = incident.finding, incident.word
    connection.execute(
        "insert into notify.incident (fingerprint, rule, vendor, scope, operational_day, severity,"
        " state, value, unit, threshold, expected, detail, hidden_by, word, word_by, word_at,"
        " word_until, word_note, word_severity, good_runs, good_at, opened_at, updated_at)"
        " values (%(fingerprint)s, %(rule)s, %(vendor)s, %(scope)s, %(operational_day)s,"
        " %(severity)s, %(state)s, %(value)s, %(unit)s, %(threshold)s, %(expected)s, %(detail)s,"
        " %(hidden_by)s, %(word)s, %(word_by)s, %(word_at)s, %(word_until)s, %(word_note)s,"
        " %(word_severity)s, %(good_runs)s, %(good_at)s, %(now)s, %(now)s)"
        " on conflict (fingerprint) do update set severity = excluded.severity,"
        " state = excluded.state, value = excluded.value, unit = excluded.unit,"
        " threshold = excluded.threshold, expected = excluded.expected, detail = excluded.detail,"
        " hidden_by = excluded.hidden_by, word = excluded.word, word_by = excluded.word_by,"
        " word_at = excluded.word_at, word_until = excluded.word_until,"
        " word_note = excluded.word_note, word_severity = excluded.word_severity,"
        " good_runs = excluded.good_runs, good_at = excluded.good_at,"
        " updated_at = excluded.updated_at",
        {
            "fingerprint": incident.fingerprint,
            "rule": finding.rule,
            "vendor": finding.vendor,
            "scope": json.dumps(dict(finding.scope), ensure_ascii=False),
            "operational_day": finding.operational_day,
            "severity": finding.severity,
            "state": "open" if incident.is_open else "resolved",
            "value": finding.value,
            "unit": finding.unit,
            "threshold": finding.threshold,
            "expected": finding.expected,
            "detail": json.dumps(dict(finding.detail), ensure_ascii=False),
            "hidden_by": incident.hidden_by,
            "word": None if word is None else word.kind,
            "word_by": None if word is None else word.by,
            "word_at": None if word is None else word.at,
            "word_until": None if word is None else word.until,
            "word_note": "" if word is None else word.note,
            "word_severity": None if word is None else word.severity,
            "good_runs": incident.good_runs,
            "good_at": incident.good_at,
            "now": now,
        },
    )
