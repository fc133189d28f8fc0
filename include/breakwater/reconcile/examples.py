"""A few breaks of a class, by the ids of their cases: where a person who looks into it begins."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from breakwater.core.finding import EXAMPLES, MOST_EXAMPLES, Finding
from breakwater.core.vocabulary import Outcome
from breakwater.reconcile.books import VendorDay
from breakwater.reconcile.life.drift import Drift
from breakwater.warehouse.database import Connection

# A pair is one example, by the vendor's name for it. What a common drift explains is told with it.
_SHOWN = """
    select coalesce(record_key, record_id) as example
    from reconcile.recon_break
    where operational_day = %(day)s and vendor = %(vendor)s and outcome = %(outcome)s
      and (cast(%(direction)s as text) is null or direction = %(direction)s)
      and (direction is null or direction <> all (cast(%(apart)s as text[])))
      and not (outcome = 'time_drift' and exists (
          select from unnest(cast(%(sites)s as text[]), cast(%(drifts)s as bigint[]))
              as common (site, seconds)
          where (common.site is null or common.site = recon_break.site)
            and abs(drift_seconds - common.seconds) <= %(tolerated)s
      ))
    group by coalesce(record_key, record_id)
    order by max(abs(coalesce(drift_seconds, 0))) desc, min(decided_at) desc,
             coalesce(record_key, record_id) collate "C"
    limit %(most)s
"""


def with_examples(
    connection: Connection,
    about: VendorDay,
    findings: Iterable[Finding],
    drifts: Sequence[Drift],
) -> Iterator[Finding]:
    """Add to each finding of a class of breaks the cases that show it most: furthest apart, latest.

    Only ids: the vendor's where it has the record, else those of the platform's log.

    Args:
        connection: the transaction in which ``recon_break`` has been replaced.
        about: the vendor-day.
        findings: one a class, or a direction of it.
        drifts: that a whole file or site has in common; what they explain is no example.
    """
    for finding in findings:
        direction = finding.scope.get("direction")
        is_rest = finding.scope["outcome"] == Outcome.DECISION_MISMATCH and direction is None
        apart = about.operations.tolerances.directions if is_rest else ()
        asked = {
            "day": about.day,
            "vendor": about.vendor,
            "outcome": finding.scope["outcome"],
            "direction": direction,
            "apart": [each.value for each in apart],
            "sites": [drift.site for drift in drifts],
            "drifts": [drift.seconds for drift in drifts],
            "tolerated": about.closeness.tolerated,
            "most": MOST_EXAMPLES,
        }
        found = [row["example"] for row in connection.execute(_SHOWN, asked)]
        yield replace(finding, detail={**finding.detail, EXAMPLES: found}) if found else finding
