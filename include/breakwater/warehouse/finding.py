"""Findings on their way from the stage that made them to the one that tells people."""

import json
from collections.abc import Iterable
from datetime import date

from breakwater.core.finding import Finding, Rule, Severity
from breakwater.warehouse.database import Connection


def replace_findings(
    connection: Connection, day: date, stage: str, part: str, findings: Iterable[Finding]
) -> int:
    """Replace what one stage found for one vendor of a day, or for ``WHOLE_DAY``."""
    connection.execute(
        "delete from operations.finding where operational_day = %s and stage = %s and part = %s",
        [day, stage, part],
    )
    count = 0
    for finding in findings:
        connection.execute(
            "insert into operations.finding (finding_id, operational_day, stage, part, vendor,"
            " rule, severity, scope, value, unit, threshold, expected, detail)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                finding.finding_id,
                finding.operational_day,
                stage,
                part,
                finding.vendor,
                finding.rule,
                finding.severity,
                json.dumps(dict(finding.scope)),
                finding.value,
                finding.unit,
                finding.threshold,
                finding.expected,
                json.dumps(dict(finding.detail), default=str),
            ],
        )
        count += 1
    return count


def findings_of_day(connection: Connection, day: date) -> list[Finding]:
    """Read every finding of an operational day, in a stable order."""
    rows = connection.execute(
        "select * from operations.finding where operational_day = %s order by finding_id", [day]
    )
    return [
        Finding(
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
        )
        for row in rows
    ]
