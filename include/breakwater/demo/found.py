"""What the product found, next to what the simulator planted."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from breakwater.core.finding import Rule
from breakwater.core.vocabulary import Outcome, Side
from breakwater.demo.simulator.truth import Truth, VendorDayTotals, expected_outcomes
from breakwater.notify.summary import count_incidents, count_messages
from breakwater.warehouse.database import Connection

RULE_OF_EXPORT = {
    "missing": Rule.EXPORT_MISSING,
    "truncated": Rule.EXPORT_TRUNCATED,
    "late": Rule.EXPORT_LATE,
    "restated": Rule.EXPORT_RESTATED,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of the demo's table.

    Attributes:
        what: the kind of thing.
        planted: how many there are to find; None where nothing was planted.
        found: how many were found.
        is_exact: whether they are the very same ones; None where that is not a question.
        is_judgement: whether finding it is a matter of statistics, so that a miss is no fault.
    """

    what: str
    planted: int | None
    found: int
    is_exact: bool | None = None
    is_judgement: bool = False

    @property
    def is_wrong(self) -> bool:
        """Tell whether something that follows from the data was not found as it was planted."""
        return self.is_exact is False and not self.is_judgement


def compare(connection: Connection, truth: Truth, days: Iterable[date]) -> list[Comparison]:
    """Compare the answers of operational days with the truth, kind by kind."""
    closed = sorted(days)
    return [
        *_compare_books(connection, truth, closed),
        *_compare_breaks(connection, truth, closed),
        *_compare_exports(connection, truth, closed),
        _compare_totals(connection, truth, closed),
        *_compare_events(connection, truth, closed),
        *_count_rest(connection, closed),
    ]


def _compare_books(connection: Connection, truth: Truth, days: list[date]) -> Iterable[Comparison]:
    planted = {
        Side.VENDOR: sum(t.decided_rows for t in _landed(truth, days)),
        Side.INTERNAL: sum(
            t.internal_rows - t.lent_rows + t.borrowed_rows for t in _landed(truth, days)
        ),
    }
    found = {
        row["side"]: row
        for row in connection.execute(
            "select side, cast(sum(population) as bigint) as population,"
            " cast(sum(matched) as bigint) as matched from reconcile.tie_out"
            " where operational_day = any(%s) group by side",
            [days],
        )
    }
    for side, what in ((Side.VENDOR, "vendors' decisions"), (Side.INTERNAL, "our log's decisions")):
        count = found[side]["population"] if side in found else 0
        yield Comparison(what, planted[side], count, count == planted[side])
    matched = sum(row["matched"] for row in found.values())
    breaks = sum(
        count
        for total in _landed(truth, days)
        for outcome, count in _planted_breaks(truth, total.vendor, total.day)
        if outcome is not Outcome.MATCHED_WITHIN_TOLERANCE
    )
    expected = sum(planted.values()) - breaks
    yield Comparison("records matched", expected, matched, matched == expected)


def _landed(truth: Truth, days: list[date]) -> list[VendorDayTotals]:
    return [t for t in truth.totals if t.day in days and not truth.blocked(t.vendor, t.day)]


def _planted_breaks(truth: Truth, vendor: str, day: date) -> Iterable[tuple[Outcome, int]]:
    for expected, count in expected_outcomes(truth, day, vendor).items():
        yield expected.outcome, count


def _compare_breaks(connection: Connection, truth: Truth, days: list[date]) -> Iterable[Comparison]:
    """Compare record by record, so that the right number of wrong ones is not a success."""
    planted: Counter[tuple[str, date, str, str, str]] = Counter()
    for total in _landed(truth, days):
        for one, count in expected_outcomes(truth, total.day, total.vendor).items():
            planted[(total.vendor, total.day, one.side, one.record, one.outcome)] += count
    found = Counter(
        (row["vendor"], row["operational_day"], row["side"], row["record"], row["outcome"])
        for row in connection.execute(
            "select vendor, operational_day, side, outcome,"
            " case side when 'vendor' then record_key else record_id end as record"
            " from reconcile.recon_break where operational_day = any(%s)",
            [days],
        )
    )
    for outcome in Outcome:
        if outcome.is_break:
            expected = Counter({key: n for key, n in planted.items() if key[-1] == outcome})
            actual = Counter({key: n for key, n in found.items() if key[-1] == outcome})
            yield Comparison(
                f"break: {outcome}", expected.total(), actual.total(), expected == actual
            )


def _compare_exports(
    connection: Connection, truth: Truth, days: list[date]
) -> Iterable[Comparison]:
    for kind, rule in RULE_OF_EXPORT.items():
        planted = {(e.vendor, e.day) for e in truth.exports if e.kind == kind and e.day in days}
        found = {
            (row["vendor"], row["operational_day"])
            for row in connection.execute(
                "select vendor, operational_day from operations.finding"
                " where rule = %s and operational_day = any(%s)",
                [rule, days],
            )
        }
        yield Comparison(f"export {kind}", len(planted), len(found), planted == found)


def _compare_totals(connection: Connection, truth: Truth, days: list[date]) -> Comparison:
    """Compare the totals that vendors misstate: which, on which day, and by how much."""
    planted = {
        (each.vendor, each.day, each.name.value, each.stated, each.exported)
        for each in truth.misstated_totals
        if each.day in days
    }
    found = {
        (
            *(row["vendor"], row["operational_day"], row["scope"]["total"]),
            *(row["detail"]["stated"], row["detail"]["measured"]),
        )
        for row in connection.execute(
            "select vendor, operational_day, scope, detail from operations.finding"
            " where rule = %s and operational_day = any(%s)",
            [Rule.VENDOR_TOTALS_DIFFER, days],
        )
    }
    return Comparison("vendor's totals differ", len(planted), len(found), planted == found)


@dataclass(frozen=True, slots=True)
class _Event:
    """A planted event, as an anomaly's metric and scope would name it."""

    what: str
    metric: str
    scope: dict[str, str]
    days: frozenset[date]

    def is_found_by(self, row: dict[str, object], scope: dict[str, str]) -> bool:
        return (
            scope["metric"] == self.metric
            and row["operational_day"] in self.days
            and all(scope.get(name, value) == value for name, value in self.scope.items())
            and any(name in scope for name in self.scope if name != "vendor")
        )


def _compare_events(connection: Connection, truth: Truth, days: list[date]) -> Iterable[Comparison]:
    """Look for each planted event among the anomalies; what is left is natural, or a false alarm."""
    anomalies = [
        (row, row["scope"] | ({"vendor": row["vendor"]} if row["vendor"] else {}))
        for row in connection.execute(
            "select operational_day, vendor, scope from operations.finding"
            " where rule = %s and operational_day = any(%s)",
            [Rule.KPI_ANOMALY, days],
        )
    ]
    explained: set[int] = set()
    for event in _events(truth, days):
        hits = {n for n, (row, scope) in enumerate(anomalies) if event.is_found_by(row, scope)}
        explained |= hits
        yield Comparison(
            f"anomaly: {event.what}", 1, min(len(hits), 1), len(hits) > 0, is_judgement=True
        )
    yield Comparison("other anomalies", None, len(anomalies) - len(explained))


def _events(truth: Truth, days: list[date]) -> Iterable[_Event]:
    closed = frozenset(days)
    for slow in truth.slow_sites:
        since = frozenset(day for day in closed if day >= slow.from_day)
        scope = {"vendor": slow.vendor, "site": slow.site}
        yield _Event(f"slow site {slow.site}", "aht", scope, since)
    for spike in truth.spikes:
        scope = {"vendor": spike.vendor, "queue": spike.queue, "language": spike.language}
        what = f"spike {spike.queue}/{spike.language}"
        yield _Event(what, "manual_incoming", scope, closed & frozenset(spike.days))
    for drop in truth.accuracy_drops:
        what = f"accuracy drop {drop.language}"
        scope = {"language": drop.language}
        yield _Event(what, "qa_accuracy", scope, closed & frozenset(drop.days))


def _count_rest(connection: Connection, days: list[date]) -> Iterable[Comparison]:
    breached = connection.execute(
        "select count(*) as n from measure.clock_exception"
        " where state in ('missed', 'overdue') and is_due and operational_day = any(%s)",
        [days],
    ).fetchone()
    yield Comparison("clocks breached", None, breached["n"] if breached else 0)
    incidents = count_incidents(connection, days[0], days[-1])
    yield Comparison("incidents", None, sum(count.open + count.resolved for count in incidents))
    for count in count_messages(connection):
        yield Comparison(f"messages sent: {count.channel}", None, count.sent)
