"""The page of metrics: what each number is made of, generated from the registry."""

from pathlib import Path

from breakwater.contracts.metrics import HOURLY, METRICS, Metric
from breakwater.contracts.schemas import DOCUMENTS

PAGE = DOCUMENTS.parent / "metrics.md"

_HEAD = """\
# Metrics

Generated from `include/breakwater/contracts/metrics.py` by `breakwater schemas`. Do not edit.

Every metric is a row of `measure.kpi_fact` per operational day, vendor, site, queue, policy,
language and priority: a numerator and, for rates and means, a denominator. Any roll-up is a sum, so
its value is `sum(numerator)`, or `sum(numerator) / sum(denominator)` where that is not zero. A level
is a state at the day's end and does not add up over days; an extreme is one whose roll-up is the
largest part. Waiting is counted on the day it ended.

A slice has a row when a case of it was seen in the day. A count may be zero; a metric whose events a
vendor does not report has no row at all, rather than a zero that reads like good news.

Every number is quoted with four more things. Its **definition**, as in `aht/1`: the revision is raised
whenever the same events would give another number, and each measured vendor-day remembers the
definitions it was measured by. Its **denominator**. Its **provenance**: *measured* is counted here from
the vendor's events; *reported* adds up a quantity that the vendor states itself, a handling time or an
audit's score; *typed_in* would be what people entered, and no metric below is. Its **coverage**: the
vendors measured of those active on the day whose contract reports the events and names the columns
that the metric needs;
who is missing is named, and so is who cannot tell.

`breakwater metrics` lists this page on the terminal; `breakwater kpi METRIC DAY` prints numbers.

| metric | definition | numerator | denominator | unit | better | provenance | needs | mind |
|---|---|---|---|---|---|---|---|---|
"""

_TAIL = """
## AAS

No public definition of AAS was found. An operation says in `operations.yaml` (`aas:`) which of
`average_answer_speed`, `average_age_at_solve` and `average_agent_solves` it means, and the full name
is printed beside the number.

## Distributions

`measure.kpi_histogram` holds `turnaround`, `turnaround_business` and `backlog_age` as counts per bucket,
by every dimension of the facts. Buckets add up too; `breakwater kpi` reads p50, p90 and p95 of any
roll-up to within a tenth (`breakwater.core.histogram.percentile`).

`backlog_band` holds the age of the backlog in the bands that people ask for: up to 1 h, 4 h, 24 h,
3 days, 7 days, and older; exact, and printed with `backlog` and `backlog_age`. The oldest case is
`backlog_oldest`: a maximum, of which any roll-up is the largest part.

## Shares of a sample

Audits look at a few decisions and speak for all: such a share is printed with its 95 % interval
(Wilson) and the size of the sample. Planted items (`columns.qa_is_golden` of a contract) are a sample of
their own and are left out of `qa_accuracy`. Where the vendor's audit and ours scored the same case, the
three shares `qa_agreement`, `qa_upheld_by_vendor` and `qa_upheld_by_us` give Cohen's kappa and
Krippendorff's alpha of any roll-up exactly; `breakwater kpi qa_agreement DAY` prints both. 0.8 and above is
good, from 0.667 tentative.

## Shifts

Occupancy, utilisation, shrinkage, adherence and conformance come from a vendor's export of shifts, where its
contract has one (`shifts`); see [the page](shifts.md). They are told by site: queue, policy, language and
priority of such a row are `none`, and a site with fewer than five reviewers in the day has no row. Shares of
time are sums of seconds over sums of seconds.

## By the hour

The lake's table `kpi_hour` holds {hourly}
by operational day and hour, named by the UTC second at which it starts. A day's fact is the sum of its
hours, slice by slice; the backlog is that of each hour's end. An hour of nothing has no row. Where
midnight is not on a full hour of UTC, the first and the last hour of a day are parts of hours.
`breakwater kpi METRIC DAY --hours` reads it.

## What the exports cannot tell

| metric | would need |
|---|---|
| prevalence, views before removal | labelled samples of views; view counts |
| re-opened within N days, overturned by day of the decision | later days of the same cases: they arrive with later exports, and a day is never rewritten by a later one; `reopen_rate` is therefore re-opens *of* the day over solves of the day |
"""


def render_metrics() -> str:
    """Return the page of metrics as Markdown."""
    hourly = ", ".join(f"`{metric}`" for metric in HOURLY)
    return _HEAD + "".join(map(_row, METRICS.values())) + _TAIL.replace("{hourly}", hourly)


def _row(metric: Metric) -> str:
    cells = (
        metric.title,
        f"`{metric.definition}`",
        metric.numerator,
        metric.denominator or "–",
        f"{metric.unit} ({metric.kind})",
        metric.better or "–",
        metric.provenance,
        ", ".join((*metric.needs, *metric.fields)) or "–",
        metric.note or "–",
    )
    return f"| {' | '.join(cells)} |\n"


def write_metrics(file: Path = PAGE, *, only_check: bool = False) -> list[str]:
    """Write the page; return its name if it was not current."""
    text = render_metrics()
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return []
    if not only_check:
        file.write_text(text, encoding="utf-8")
    return [file.name]
