"""Vendors side by side, or the queues of one vendor beside the median of its peers."""

from collections.abc import Mapping

from breakwater.contracts.metrics import METRICS
from breakwater.contracts.wording import Names, number
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.report.bars import bars
from breakwater.report.figures import Figure
from breakwater.report.layout import Layout
from breakwater.report.message import Cell, Column, Table, TableRow
from breakwater.report.scope import View
from breakwater.report.wording import NOTHING, SHORT_TITLES, measured, shown, surety_in_brief

MOST_ROWS = 20

_LEAST_SPAN = {"rate": 0.05, "seconds": 30.0, "cases": 10.0, "hours": 1.0}
"""Differences below this are drawn as what they are: small."""

_METRIC_OF = {Rule.SLA_ATTAINMENT_LOW: "sla_attainment", Rule.RECON_BREAKS: "break_rate"}


def table_of(view: View, layout: Layout, names: Names) -> Table | None:
    """Build the table of a page; None when nobody has a figure."""
    is_vendor = view.audience.kind == "vendor"
    rows, left_out = (_of_queues if is_vendor else _of_vendors)(view, layout, names)
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
        rows=tuple(rows),
        left_out=left_out,
    )


def _of_vendors(view: View, layout: Layout, names: Names) -> tuple[list[TableRow], int]:
    """List vendors by name; those that owe an export and did not report have empty cells."""
    vendors = sorted(set(view.figures.vendors()) | set(view.answers.expected))
    sizes = {v: view.figures.figure(layout.columns[0], vendor=v) for v in vendors}
    shown_ones = sorted(_largest(sizes, MOST_ROWS))
    rows = [_row(view, layout, names.vendor(vendor), vendor=vendor) for vendor in shown_ones]
    return rows, len(vendors) - len(shown_ones)


def _of_queues(view: View, layout: Layout, names: Names) -> tuple[list[TableRow], int]:
    """List queues by size, then all of them together, then the peers."""
    queues = view.figures.queues()
    sizes = {q: view.figures.figure(layout.columns[0], queue=q) for q in queues}
    shown_ones = _largest(sizes, MOST_ROWS)
    rows = [_row(view, layout, names.slug(queue), queue=queue) for queue in shown_ones]
    if rows:
        rows.append(_row(view, layout, "All queues", is_total=True))
    if rows and view.peers:
        medians = (
            Cell(number(m, view.peers[m]) if m in view.peers else NOTHING, None)
            for m in layout.columns
        )
        rows.append(TableRow("Peer median", tuple(medians), "", is_total=True))
    return rows, len(queues) - len(shown_ones)


def _largest(sizes: Mapping[str, Figure | None], most: int) -> list[str]:
    def order(name: str) -> tuple[float, str]:
        size = sizes[name]
        return (0.0 if size is None else -size.value, name)

    return sorted(sizes, key=order)[:most]


def _row(
    view: View,
    layout: Layout,
    name: str,
    *,
    vendor: str | None = None,
    queue: str | None = None,
    is_total: bool = False,
) -> TableRow:
    """Write one vendor or queue; a total carries no conditions, because its parts do."""
    figures = {m: view.figures.figure(m, vendor=vendor, queue=queue) for m in layout.columns}
    cells = tuple(
        Cell(
            shown(metric, figure),
            None if is_total else _worst(view, metric, vendor, queue),
            surety_in_brief(metric, figure),
            measured(metric, figure),
        )
        for metric, figure in figures.items()
    )
    values = view.figures.trend(layout.trend, vendor=vendor, queue=queue)
    least_span = _LEAST_SPAN[METRICS[layout.trend].unit]
    return TableRow(name, cells, bars(values, least_span), is_total)


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
