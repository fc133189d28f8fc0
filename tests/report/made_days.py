"""Five vendors over four weeks and a day, written into the warehouse: a quiet day, or a bad one."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from breakwater.core.finding import Finding, Rule, Severity
from breakwater.warehouse.database import Connection, Database, replace_rows
from breakwater.warehouse.finding import replace_findings

DAY = date(2026, 11, 22)
"""A Sunday."""
NOW = datetime(2026, 11, 22, 22, 5, tzinfo=UTC)

QUEUES = {
    "andeska": ("spam", "hate", "live_video"),
    "baltica": ("legal_requests", "hate_text"),
    "dekkan": ("spam", "adult"),
    "karavan": ("violent_extremism", "harassment"),
    "pearlline": ("hate", "spam", "adult"),
}
SIZES = {"andeska": 620, "baltica": 340, "dekkan": 710, "karavan": 400, "pearlline": 800}
SECONDS = {"andeska": 71, "baltica": 118, "dekkan": 54, "karavan": 88, "pearlline": 60}
WEEK = (1.0, 1.03, 1.0, 0.97, 1.04, 0.82, 0.74)

FACT_COLUMNS = (
    *("vendor", "site", "queue", "policy", "language", "priority"),
    *("metric", "numerator", "denominator"),
)

IN_EVERY_BREAK = {
    "site": "main",
    "language": "en",
    "item_id": "item",
    "rule": "exact_key",
    "decided_at": NOW,
}


def write_quiet_day(warehouse: Database) -> None:
    """Write four ordinary weeks and an ordinary day."""
    _write(warehouse, bad=False)


def write_bad_day(warehouse: Database) -> None:
    """Write the same weeks and a day on which much goes wrong.

    Karavan did not report. Pearlline handles 45 % slower in Cebu and missed a promise. Baltica was
    late with one legal request, and with its export. Andeska's and our books disagree.
    """
    _write(warehouse, bad=True)


def _write(warehouse: Database, *, bad: bool) -> None:
    with warehouse.transaction() as connection:
        for back in range(29):
            day = DAY - timedelta(days=back)
            rows = list(_facts(day, bad=bad and back == 0))
            replace_rows(
                connection, "measure.kpi_fact", {"operational_day": day}, FACT_COLUMNS, rows
            )
        reported = [vendor for vendor in QUEUES if not (bad and vendor == "karavan")]
        _write_books(connection, reported, bad=bad)
        _write_clocks(connection, reported, bad=bad)
        connection.execute(
            "insert into measure.day_close values (%s, %s, %s, '{}', 'f', %s)",
            [DAY, sorted(QUEUES), sorted(reported), NOW],
        )
        if bad:
            for finding in bad_findings():
                part = f"{finding.rule}/{finding.vendor}/{json.dumps(dict(finding.scope))}"
                replace_findings(connection, DAY, "made", part, [finding])
            _write_lasting(connection)


def _facts(day: date, *, bad: bool) -> Iterator[tuple[object, ...]]:
    """Count by arithmetic alone, so that every number of the golden files can be worked out."""
    for v, (vendor, queues) in enumerate(sorted(QUEUES.items())):
        if bad and vendor == "karavan":
            continue
        for q, queue in enumerate(queues):
            wobble = 1 + ((day.toordinal() * 7 + v * 3 + q * 5) % 9 - 4) / 100
            cases = round(SIZES[vendor] * WEEK[day.weekday()] * wobble / (1 + q))
            slow = 1.45 if bad and vendor == "pearlline" and queue in {"spam", "adult"} else 1.0
            late = 0.19 if bad and vendor == "pearlline" and queue == "spam" else 0.025
            breaks = 0.06 if bad and vendor == "andeska" else 0.015
            sampled = cases // 20
            for metric, above, below in (
                ("manual_incoming", cases, None),
                ("manual_solved", round(cases * 0.985), None),
                ("total_solved", round(cases * 1.6), None),
                ("backlog", round(cases * 0.3), None),
                ("sla_attainment", cases - round(cases * late), cases),
                ("aht", cases * SECONDS[vendor] * slow, cases),
                ("average_answer_speed", cases * 4_000 * slow, cases),
                ("qa_accuracy", sampled - round(sampled * 0.06), sampled),
                ("break_rate", round(cases * breaks), cases),
                ("appeal_rate", round(cases * 0.012), cases),
                ("overturn_rate", round(cases * 0.001), round(cases * 0.008)),
                ("escalation_rate", round(cases * 0.03), cases),
                ("exposure_hours", cases * SECONDS[vendor] * slow / 9_000, None),
                ("exposure_hours_b", cases * SECONDS[vendor] * slow / 3_600, None),
            ):
                yield (vendor, "main", queue, "hate", "en", "p3", metric, above, below)


def _write_books(connection: Connection, reported: list[str], *, bad: bool) -> None:
    for v, vendor in enumerate(reported):
        population = SIZES[vendor] * 3
        classes = {"decision_mismatch": 4 + v, "missing_internal": 3, "late_enforcement": 2}
        if bad and vendor == "andeska":
            classes["decision_mismatch"] = 61
        breaks = sum(classes.values())
        for side in ("vendor", "internal"):
            connection.execute(
                "insert into reconcile.tie_out values (%s, %s, %s, %s, %s, %s, 0)",
                [DAY, vendor, side, population, population - breaks, breaks],
            )
        rows = [
            (side, f"{outcome}/{n}", outcome, QUEUES[vendor][0])
            for outcome, count in classes.items()
            for n in range(count)
            for side in ("vendor", "internal")
            if (side, outcome) != ("internal", "missing_internal")
        ]
        replace_rows(
            connection,
            "reconcile.recon_break",
            {"operational_day": DAY, "vendor": vendor} | IN_EVERY_BREAK,
            ("side", "record_id", "outcome", "queue"),
            rows,
        )
        connection.execute(
            "insert into landing.control_total values (%s, %s, 'vendor', 'x', %s, %s, %s, %s, %s)",
            [vendor, DAY, "a" * 64, population, population, population - 4, 4],
        )


def _write_clocks(connection: Connection, reported: list[str], *, bad: bool) -> None:
    rows: list[tuple[str, str, str, int, int]] = []
    for vendor in reported:
        for queue in QUEUES[vendor]:
            late = 39 if bad and (vendor, queue) == ("pearlline", "spam") else 4
            rows.append((vendor, "decision_p3", queue, 204, 204 - late))
    rows.append(("baltica", "eu_tco_removal", "legal_requests", 7, 6 if bad else 7))
    for row in rows:
        connection.execute(
            "insert into measure.attainment values (%s, %s, %s, %s, %s, %s, 0.9)", [DAY, *row]
        )


def bad_findings() -> list[Finding]:
    """List what the stages found on the bad day."""
    return [
        Finding(
            rule=Rule.EXPORT_MISSING,
            operational_day=DAY,
            vendor="karavan",
            severity=Severity.MAJOR,
            scope={},
            value=1,
            unit="files",
        ),
        Finding(
            rule=Rule.EXPORT_LATE,
            operational_day=DAY,
            vendor="baltica",
            severity=Severity.WARNING,
            scope={},
            value=12_000,
            unit="seconds",
        ),
        Finding(
            rule=Rule.STATUTORY_CLOCK_BREACHED,
            operational_day=DAY,
            vendor="baltica",
            severity=Severity.CRITICAL,
            scope={"clock": "eu_tco_removal", "queue": "legal_requests"},
            value=1,
            unit="cases",
            threshold=0,
            detail={
                "ran_out_in_the_day": 1,
                "still_open": 0,
                "longest_late_seconds": 7_980,
                "target_seconds": 3_600,
                "provision": "Regulation (EU) 2021/784, Art. 3(3)",
                "confidence": "secondary",
            },
        ),
        Finding(
            rule=Rule.SLA_ATTAINMENT_LOW,
            operational_day=DAY,
            vendor="pearlline",
            severity=Severity.MAJOR,
            scope={"clock": "decision_p3", "queue": "spam"},
            value=165 / 204,
            unit="rate",
            threshold=0.9,
            detail={"due": 204, "met": 165, "missed": 39},
        ),
        Finding(
            rule=Rule.RECON_BREAKS,
            operational_day=DAY,
            vendor="andeska",
            severity=Severity.MAJOR,
            scope={"outcome": "decision_mismatch"},
            value=61,
            unit="cases",
            threshold=30,
        ),
        Finding(
            rule=Rule.KPI_ANOMALY,
            operational_day=DAY,
            vendor="pearlline",
            severity=Severity.MAJOR,
            scope={"metric": "aht", "site": "cebu"},
            value=87.0,
            unit="seconds",
            threshold=71.0,
            expected=60.0,
            detail={
                "change": 0.45,
                "score": 9.1,
                "span_days": 1,
                "causes": [{"slice": {"queue": "spam", "language": "en"}, "share": 0.907}],
                "mix_share": 0.04,
            },
        ),
    ]


def _write_lasting(connection: Connection) -> None:
    connection.execute(
        "insert into detect.score (operational_day, series, metric, vendor, scope, value,"
        " denominator, expected, band_low, band_high, score, is_anomaly, verdict, since, reason)"
        " values (%s, 's', 'qa_accuracy', null, %s, 0.712, 260, 0.948, 0.9, 0.99, 6.2, true,"
        " 'continuing', %s, 'lasts')",
        [DAY, json.dumps({"language": "es"}), DAY - timedelta(days=3)],
    )
