"""Tell one case: its events in both books, where its records ended, and its clocks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from breakwater.contracts.comparison import Compared, FieldComparison
from breakwater.contracts.matching import Group, NormalisedKey
from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION, RECON_OUTCOME, Table
from breakwater.core.days import utc_instant
from breakwater.core.errors import NotLandedError
from breakwater.core.vocabulary import Outcome, Side
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.explain.compare import compare
from breakwater.explain.find import find_case
from breakwater.explain.story import ComparedField, Ended, Happening, Life, Story
from breakwater.measure.explain import explain_case as explain_clocks
from breakwater.measure.measure import vendor_day
from breakwater.measure.sla.explain import Explanation
from breakwater.reconcile.books import VendorDay as ReconciledDay
from breakwater.reconcile.keys import spelled_alike
from breakwater.reconcile.rules import sentence_of
from breakwater.warehouse.lake import current_versions_between
from breakwater.warehouse.lake_rows import Row, rows_where, values_of
from breakwater.warehouse.workspace import Workspace

_FAILED = "failed"
_BY_A_FIELD = {
    Outcome.DECISION_MISMATCH,
    Outcome.POLICY_MISMATCH,
    Outcome.FIELD_MISMATCH,
    Outcome.TIME_DRIFT,
}


def explain_case(
    workspace: Workspace, case: str, *, vendor: str | None = None, day: date | None = None
) -> Story:
    """Tell a case as it stood at the end of an operational day.

    Args:
        workspace: the installation.
        case: the vendor's id of the case; where the vendor does not have it, the key in our log, or
            as a rule rewrites it.
        vendor: whose case; found out when absent.
        day: as of whose end at the latest; the last day that knows the case counts.

    Returns:
        What there is: a day that is not reconciled, or not measured, tells less.

    Raises:
        UnknownCaseError: no book has the case.
    """
    where = find_case(workspace, case, vendor=vendor, day=day)
    books = _Books(workspace, where.vendor, where.day)
    own = books.events(case)
    stated = {row["record_key"] for row in own if row["record_key"]} or {case}
    keys = books.spelled_alike(own, stated)
    outcomes = books.outcomes(own, keys)
    actions = books.actions(own, keys, outcomes)
    return Story(
        vendor=where.vendor,
        case=case,
        day=where.day,
        happened=tuple(_time_line(own, actions)),
        ended=tuple(_ended(books, own, actions, outcomes)),
        clocks=_clocks(workspace, where.vendor, where.day, case),
    )


class _Books:
    """Both books of a vendor-day, of which the rows of one case are read."""

    def __init__(self, workspace: Workspace, vendor: str, day: date) -> None:
        self._workspace, self._vendor, self._day = workspace, vendor, day
        self._what = vendor_day(workspace, vendor, day)
        self.about = ReconciledDay(
            self._what.contract, day, self._what.window, workspace.configuration.operations
        )

    def events(self, case: str) -> list[Row]:
        """Return what the vendor told of the case by the day's end."""
        rows = self._rows(CASE_EVENT, self._what.first_day, "case_id_vendor", {case})
        return [row for row in rows if row["event_at"] < self._what.window.end]

    def spelled_alike(self, own: Sequence[Row], keys: set[str]) -> set[str]:
        """Return the keys under which both books have the case, where a rule rewrites keys."""
        rules = [r for r in self.about.rules if isinstance(r, NormalisedKey | Group)]
        if not rules:
            return keys
        log = self._paths(ENFORCEMENT_ACTION, self._begun(own))
        paths = [*self._paths(CASE_EVENT, self._day), *log]
        known = values_of(self._workspace.lake, paths, "record_key")
        engine = DuckDBEngine("512MB", 1)
        try:
            return spelled_alike(engine, rules, keys, known)
        finally:
            engine.close()

    def outcomes(self, own: Sequence[Row], keys: set[str]) -> list[Row]:
        """Return where the case's records of the day ended, and all others of its keys.

        By their ids: an outcome shows a key as it was compared, which need not be how a book has it.
        """
        events = [*own, *self._rows(CASE_EVENT, self._day, "record_key", keys)]
        actions = self._rows(ENFORCEMENT_ACTION, self._day, "record_key", keys)
        ids = {row["event_id"] for row in events} | {row["action_id"] for row in actions}
        rows = self._rows(RECON_OUTCOME, self._day, "record_id", ids)
        if not rows:
            rows = self._rows(RECON_OUTCOME, self._day, "record_key", keys)
        for column, other in (("counterpart_id", "record_id"), ("match_group", "match_group")):
            wanted = {row[column] for row in rows if row[column]}
            rows += self._rows(RECON_OUTCOME, self._day, other, wanted)
        return list({(row["side"], row["record_id"]): row for row in rows}.values())

    def actions(self, own: Sequence[Row], keys: set[str], outcomes: Sequence[Row]) -> list[Row]:
        """Return what the platform's log has of the case by the day's end: by its key, or the pair."""
        ids = {
            name
            for row in outcomes
            for name in (row["record_id"], row["counterpart_id"])
            if name is not None
        }
        end = self._what.window.end
        found = [
            *(
                row
                for row in self._rows(ENFORCEMENT_ACTION, self._begun(own), "record_key", keys)
                if row["decided_at"] < end
            ),
            *self._rows(ENFORCEMENT_ACTION, self._day, "action_id", ids),
        ]
        return list({row["action_id"]: row for row in found}.values())

    def lives(self, outcomes: Sequence[Row]) -> dict[tuple[str, str], Life]:
        """Return the breaks that the records are part of, by side and record."""
        ids = sorted({row["record_id"] for row in outcomes})
        with self._workspace.warehouse.transaction() as connection:
            rows = connection.execute(
                "select side, record_id, break_id, state, cause, owner, first_seen_at"
                " from reconcile.break_record join reconcile.break_life using (break_id)"
                " where vendor = %s and operational_day = %s and is_present"
                " and record_id = any(%s)",
                [self._vendor, self._day, ids],
            ).fetchall()
        return {(row.pop("side"), row.pop("record_id")): Life(**row) for row in rows}

    def _begun(self, own: Sequence[Row]) -> date:
        """Return the first operational day of the case."""
        zone = self._workspace.configuration.operations.zone_info
        begun = min((row["event_at"] for row in own), default=self._what.window.start)
        return min(self._day, utc_instant(begun).astimezone(zone).date())

    def _rows(self, table: Table, first: date, column: str, values: set[str]) -> list[Row]:
        paths = self._paths(table, first)
        return rows_where(self._workspace.lake, table, paths, column, values)

    def _paths(self, table: Table, first: date) -> list[str]:
        with self._workspace.warehouse.transaction() as connection:
            versions = current_versions_between(
                connection, table.name, first, self._day, self._vendor
            )
        return [version.path for version in versions]


def _time_line(own: Iterable[Row], actions: Iterable[Row]) -> Iterator[Happening]:
    """Put both books on one time line; what a later export repeats is told once."""
    told = {
        Happening(
            row["event_at"],
            Side.VENDOR,
            row["event_type"],
            row["decision"],
            row["decision_code_vendor"],
            row["reason"],
            row["actor_type"],
        )
        for row in own
    }
    told |= {
        Happening(row["decided_at"], Side.INTERNAL, "decided", row["decision"]) for row in actions
    }
    told |= {
        Happening(
            row["enforced_at"], Side.INTERNAL, _FAILED if row["status"] == _FAILED else "enforced"
        )
        for row in actions
        if row["enforced_at"] is not None
    }
    yield from sorted(told, key=lambda each: (each.at, each.book, each.what, str(each)))


def _ended(
    books: _Books, own: Sequence[Row], actions: Sequence[Row], outcomes: Sequence[Row]
) -> Iterator[Ended]:
    lives = books.lives(outcomes)
    events = {row["event_id"]: row for row in own}
    by_action = {row["action_id"]: row for row in actions}
    for row in sorted(outcomes, key=lambda each: (each["decided_at"], each["side"])):
        yield Ended(
            side=Side(row["side"]),
            record_id=row["record_id"],
            outcome=Outcome(row["outcome"]),
            rule=row["rule"],
            why=sentence_of(row["rule"], books.about.rules),
            counterpart_id=row["counterpart_id"],
            alternatives=row["alternatives"] or 0,
            group=tuple(_others_of(row, outcomes)),
            compared=tuple(_pair(books.about.comparison, row, events, by_action)),
            direction=row["direction"],
            life=lives.get((row["side"], row["record_id"])),
        )


def _others_of(row: Row, outcomes: Sequence[Row]) -> Iterator[str]:
    """Name the other records of a group, but for the counterpart."""
    if row["match_group"] is not None:
        known = {row["record_id"], row["counterpart_id"]}
        ids = {each["record_id"] for each in outcomes if each["match_group"] == row["match_group"]}
        yield from sorted(ids - known)


def _pair(
    comparison: Mapping[Compared, FieldComparison],
    row: Row,
    events: Mapping[str, Row],
    actions: Mapping[str, Row],
) -> Iterator[ComparedField]:
    """Compare the halves of a pair, once: with the vendor's; not where nobody noted what differs."""
    if row["differences"] is None and row["outcome"] in _BY_A_FIELD:
        return
    event, action = events.get(row["record_id"]), actions.get(row["counterpart_id"])
    if event is not None and action is not None:
        yield from compare(comparison, event, action, (row["differences"] or "").split(","))


def _clocks(workspace: Workspace, vendor: str, day: date, case: str) -> tuple[Explanation, ...]:
    try:
        return tuple(explain_clocks(workspace, vendor, day, case))
    except NotLandedError:
        return ()
