"""What each stage last did for a vendor-day: proof that an unchanged re-run changed nothing."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from breakwater.warehouse.database import Connection

WHOLE_DAY = "*"
"""The vendor of a stage that works on the whole operational day."""


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage returns: counts for people, and whether anything differs from last time."""

    operational_day: date
    vendor: str
    stage: str
    changed: bool
    summary: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, fit for XCom and for JSON."""
        return {
            "operational_day": self.operational_day.isoformat(),
            "vendor": self.vendor,
            "stage": self.stage,
            "changed": self.changed,
            **self.summary,
        }


def fingerprint_of(value: object) -> str:
    """Hash any JSON-like value, whatever the order of its keys."""
    return hashlib.sha256(
        json.dumps(value, sort_keys=True, default=str, ensure_ascii=False).encode()
    ).hexdigest()


def record_stage(
    connection: Connection,
    *,
    day: date,
    vendor: str,
    stage: str,
    inputs: object,
    outputs: object,
    summary: Mapping[str, Any],
    at: datetime,
) -> StageResult:
    """Remember a stage's work in the transaction that publishes it.

    Returns:
        The result, with ``changed`` False when inputs and outputs are those of last time; the
        instant of that first completion then stays.
    """
    inputs_fingerprint, outputs_fingerprint = fingerprint_of(inputs), fingerprint_of(outputs)
    before = connection.execute(
        "select inputs_fingerprint, outputs_fingerprint from operations.stage_run"
        " where operational_day = %s and vendor = %s and stage = %s",
        [day, vendor, stage],
    ).fetchone()
    after = {
        "inputs_fingerprint": inputs_fingerprint,
        "outputs_fingerprint": outputs_fingerprint,
    }
    changed = before != after
    if changed:
        connection.execute(
            "insert into operations.stage_run values (%s, %s, %s, %s, %s, %s, %s)"
            " on conflict (operational_day, vendor, stage) do update set"
            " inputs_fingerprint = excluded.inputs_fingerprint,"
            " outputs_fingerprint = excluded.outputs_fingerprint,"
            " summary = excluded.summary, completed_at = excluded.completed_at",
            [
                day,
                vendor,
                stage,
                inputs_fingerprint,
                outputs_fingerprint,
                json.dumps(dict(summary), default=str),
                at,
            ],
        )
    return StageResult(day, vendor, stage, changed, summary)


def stage_summary(
    connection: Connection, day: date, vendor: str, stage: str
) -> dict[str, Any] | None:
    """Return what a stage last reported for a vendor-day, or None when it never ran."""
    return connection.execute(
        "select summary, outputs_fingerprint from operations.stage_run"
        " where operational_day = %s and vendor = %s and stage = %s",
        [day, vendor, stage],
    ).fetchone()
