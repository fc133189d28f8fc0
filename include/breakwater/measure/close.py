"""Close an operational day: who reported, whether every total ties out, and the day's figures."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from breakwater.core.errors import TieOutError
from breakwater.core.finding import Finding
from breakwater.measure.closing.coverage import Coverage, coverage_of
from breakwater.measure.closing.figures import Figures, figures_of_day
from breakwater.measure.closing.roll_forward import by_vendor, queue_flows, uneven_queues
from breakwater.measure.closing.tie_out import IDENTITIES, Difference, differences
from breakwater.measure.closing.vendor_totals import StatedTotal, stated_totals, total_findings
from breakwater.measure.renew import measure_if_renewed
from breakwater.warehouse.database import Connection, hold
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.stage_run import (
    WHOLE_DAY,
    StageResult,
    fingerprint_of,
    record_stage,
)
from breakwater.warehouse.stale import mark_stale
from breakwater.warehouse.workspace import Workspace

STAGE = "close"


def close_day(
    workspace: Workspace, day: date, now: datetime, vendors: list[str] | None = None
) -> StageResult:
    """Tie an operational day out and write its figures.

    Every vendor that owes an export for the day is accounted for: what it reported is in the
    figures, and whoever did not report, or not to the end, is named. A vendor whose results are
    older than its rows is left out and makes the day stale: it is to be closed again. Safe to
    repeat: a day whose vendors' results are the same stays as it was closed.

    Args:
        workspace: the installation.
        day: which operational day.
        now: the instant to remember if anything changed.
        vendors: others to account for, beside those whose contracts are in force on the day.

    Returns:
        Coverage, the day's totals, the roll-forward of each vendor's backlog, the queues in which
        it does not come out even, and the totals that vendors state themselves beside ours.

    Raises:
        TieOutError: a total that must agree does not. Nothing is closed.
    """
    configuration = workspace.configuration
    expected = {*configuration.active_vendors(day), *(vendors or ())}
    contract_clocks = sorted({c.clock for c in configuration.clocks if c.kind == "contract"})
    for vendor in sorted(expected):
        measure_if_renewed(workspace, vendor, day, now)
    with workspace.warehouse.transaction() as connection:
        hold(connection, STAGE, day)
        coverage = coverage_of(connection, workspace, day, expected)
        reported = coverage.those("reported")
        _must_tie_out(day, list(differences(connection, day, reported, contract_clocks)))
        figures = {"coverage": coverage.named, **figures_of_day(connection, day, reported)}
        totals = stated_totals(connection, day, reported)
        findings = list(total_findings(day, totals, configuration.operations.tolerances.total_rate))
        replace_findings(connection, day, STAGE, WHOLE_DAY, findings)
        result = _publish(connection, day, coverage, figures, findings, now=now)
        for vendor in coverage.those("stale"):
            why = coverage.to_land_again.get(vendor, "landed again while the day was closed")
            mark_stale(connection, vendor, [day], why, now)
        # Told to whoever closes the day, and kept out of what is stored: that must not depend on
        # which day was closed first. The views have it at any time.
        flows = queue_flows(connection, day, reported)
    told = {
        "roll_forward": by_vendor(flows),
        "queue_differences": uneven_queues(flows),
        "vendor_totals": _as_told(totals),
    }
    return replace(result, summary={**result.summary, **told})


def _must_tie_out(day: date, found: Sequence[Difference]) -> None:
    """Raise for the first vendor whose totals differ, with all of that vendor's differences."""
    if not found:
        return
    own = [difference for difference in found if difference.vendor == found[0].vendor]
    raise TieOutError(
        found[0].vendor,
        day,
        "the day does not tie out",
        expected="; ".join(f"{each.one} {each.expected}" for each in own),
        found="; ".join(f"{each.other} {each.found}" for each in own),
    )


def _publish(
    connection: Connection,
    day: date,
    coverage: Coverage,
    figures: Figures,
    findings: Sequence[Finding],
    *,
    now: datetime,
) -> StageResult:
    fingerprint = fingerprint_of([coverage.standing, coverage.fingerprints, figures])
    result = record_stage(
        connection,
        day=day,
        vendor=WHOLE_DAY,
        stage=STAGE,
        inputs=[coverage.standing, coverage.fingerprints],
        # Without findings as it was before there were any: days that were closed then stay closed.
        outputs=[figures, [[f.finding_id, f.value] for f in findings]] if findings else figures,
        summary={
            "coverage": coverage.named,
            "identities": len(IDENTITIES) * len(coverage.those("reported")),
            "total": figures["total"],
            "fingerprint": fingerprint,
        },
        at=now,
    )
    if result.changed:
        connection.execute(
            "insert into measure.day_close (operational_day, vendors_expected, vendors_reported,"
            " figures, fingerprint, closed_at) values (%s, %s, %s, %s, %s, %s)"
            " on conflict (operational_day) do update set"
            " vendors_expected = excluded.vendors_expected,"
            " vendors_reported = excluded.vendors_reported, figures = excluded.figures,"
            " fingerprint = excluded.fingerprint, closed_at = excluded.closed_at",
            [
                day,
                list(coverage.standing),
                coverage.those("reported"),
                json.dumps(figures),
                fingerprint,
                now,
            ],
        )
    return result


def _as_told(totals: Sequence[StatedTotal]) -> dict[str, dict[str, dict[str, int]]]:
    told: dict[str, dict[str, dict[str, int]]] = {}
    for total in totals:
        told.setdefault(total.vendor, {})[total.name] = {
            "stated": total.stated,
            "measured": total.measured,
            "difference": total.difference,
        }
    return told
