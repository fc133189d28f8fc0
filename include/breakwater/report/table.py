"""Vendors side by side, or the queues of one vendor beside the median of its peers."""

from collections.abc import Iterator

from breakwater.contracts.metrics import METRICS
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.report.bars import bars
from breakwater.report.layout import Layout
from breakwater.report.message import Cell, Column, Table, TableRow
from breakwater.report.scope import View
from breakwater.report.wording import NOTHING, SHORT_TITLES, Names, number, shown

MOST_QUEUES = 12

_LEAST_SPAN = {"rate": 0.05, "seconds": 30.0, "cases": 10.0, "hours": 1.0}
"""Differences below this are drawn as what they are: small."""

_METRIC_OF = {Rule.SLA_ATTAINMENT_LOW: "sla_attainment", Rule.RECON_BREAKS: "break_rate"}


def table_of(view: View, layout: Layout, names: Names) -> Table | None:
    """Build the table of a page; None when nobody has a figure."""
    is_vendor = view.audience.kind == "vendor"
    rows = tuple(_of_queues(view, layout, names) if is_vendor else _of_vendors(view, layout, names))
    if not rows:
        return None
    return Table(
        title="By queue" if is_vendor else "By vendor",
        first_column="Queue" if is_vendor else "Vendor",
        columns=tuple(
            Column(SHORT_TITLES[metric], n < layout.on_a_phone)
            for n, metric in enumerate(layout.columns)
        ),
        trend_title=f"{SHORT_TITLES[layout.trend]} trend",
        rows=rows,
    )


def _of_vendors(view: View, layout: Layout, names: Names) -> Iterator[TableRow]:
    vendors = sorted(set(view.figures.vendors()) | set(view.answers.expected))
    for vendor in vendors:
        yield TableRow(
            names.vendor(vendor),
            tuple(
                Cell(
                    shown(metric, view.figures.figure(metric, vendor=vendor)),
                    _worst(view, metric, vendor, None),
                )
                for metric in layout.columns
            ),
            _trend(view, layout.trend, vendor=vendor),
            is_total=False,
        )


def _of_queues(view: View, layout: Layout, names: Names) -> Iterator[TableRow]:
    """List the largest queues, then all of them together, then the peers."""
    first = layout.columns[0]
    sizes = {queue: view.figures.figure(first, queue=queue) for queue in view.figures.queues()}
    by_size = sorted(sizes, key=lambda q: (-(size.value if (size := sizes[q]) else 0.0), q))
    for queue in by_size[:MOST_QUEUES]:
        yield TableRow(
            names.slug(queue),
            tuple(
                Cell(
                    shown(metric, view.figures.figure(metric, queue=queue)),
                    _worst(view, metric, None, queue),
                )
                for metric in layout.columns
            ),
            _trend(view, layout.trend, queue=queue),
            is_total=False,
        )
    if not by_size:
        return
    whole = tuple(Cell(shown(m, view.figures.figure(m)), None) for m in layout.columns)
    yield TableRow("All queues", whole, _trend(view, layout.trend), is_total=True)
    if view.peers:
        medians = tuple(
            Cell(number(m, view.peers[m]) if m in view.peers else NOTHING, None)
            for m in layout.columns
        )
        yield TableRow("Peer median", medians, "", is_total=True)


def _trend(view: View, metric: str, *, vendor: str | None = None, queue: str | None = None) -> str:
    values = view.figures.trend(metric, vendor=vendor, queue=queue)
    return bars(values, _LEAST_SPAN[METRICS[metric].unit])


def _worst(view: View, metric: str, vendor: str | None, queue: str | None) -> Severity | None:
    """Return how bad the worst condition about a cell is."""
    about = [
        finding
        for finding in view.answers.findings
        if metric == _metric_of(finding)
        and vendor in {None, finding.vendor}
        and queue in {None, finding.scope.get("queue")}
    ]
    return max((f.severity for f in about), key=lambda severity: severity.rank, default=None)


def _metric_of(finding: Finding) -> str | None:
    return finding.scope.get("metric") or _METRIC_OF.get(finding.rule)
