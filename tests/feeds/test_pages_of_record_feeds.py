"""The contracts on the pages about databases and Salesforce: fetched and landed as they stand."""

import dataclasses
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pyarrow.parquet as pq
import pytest
from coop_tables import action, create_job, decide, make_tables
from feed_databases import connection_to
from feed_pages import contracts_of, sources_of
from salesforce_server import Organisation, make_certificates, refusal, serve
from vendor_exports import make_enforcement_log, with_vendor

from breakwater.contracts.source import HttpLimits
from breakwater.contracts.vendor import VendorContract
from breakwater.core.errors import ConfigurationError, FeedUnavailableError
from breakwater.feeds import postgresql
from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.warehouse.connections import FeedConnection
from breakwater.warehouse.database import Database
from breakwater.warehouse.lake import current_versions
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.workspace import Workspace

DAY = date(2026, 11, 3)
"""In the operation's zone (Singapore) from 16:00 UTC of the day before to 16:00 UTC."""
MORNING_AFTER = datetime(2026, 11, 3, 23, tzinfo=UTC)


@dataclasses.dataclass(frozen=True)
class Installation:
    """A workspace with one vendor, whose system is at hand."""

    workspace: Workspace
    terms: VendorContract

    @classmethod
    def of(cls, workspace: Workspace, terms: VendorContract, at: FeedConnection) -> "Installation":
        """Know one vendor and one connection."""
        make_enforcement_log(workspace.enforcement_log)
        alone = with_vendor(workspace, terms)
        return cls(dataclasses.replace(alone, connections=lambda _: at), terms)

    def fetch(self) -> StageResult:
        """Fetch the day."""
        return fetch_export(self.workspace, self.terms.vendor, DAY, MORNING_AFTER)

    def land(self) -> dict[str, dict[str, datetime]]:
        """Fetch and land the day; return its events."""
        self.fetch()
        land_day(self.workspace, self.terms.vendor, DAY, MORNING_AFTER)
        return self.events()

    def events(self) -> dict[str, dict[str, datetime]]:
        """Read the day's book: for each record, when what happened to it."""
        found: dict[str, dict[str, datetime]] = {}
        for row in self._rows():
            events = found.setdefault(row["record_key"], {})
            events[row["event_type"]] = datetime.fromtimestamp(row["event_at"], UTC)
        return found

    def decided(self) -> dict[str, dict[str, Any]]:
        """Read the decisions of the day's book."""
        return {row["record_key"]: row for row in self._rows() if row["event_type"] == "decided"}

    def _rows(self) -> list[dict[str, Any]]:
        with self.workspace.warehouse.transaction() as connection:
            (version,) = current_versions(connection, "case_event", DAY, self.terms.vendor)
        file = io.BytesIO(self.workspace.lake.read(version.path))
        return pq.read_table(file).to_pylist()

    def totals(self) -> dict[str, int]:
        """Read the control totals of the vendor's book."""
        (row,) = self.workspace.warehouse.rows(
            "select physical_rows, landed_rows, quarantined_rows, rejected_rows"
            " from landing.control_total where book = 'vendor'"
        )
        return row


def at(text: str) -> datetime:
    """Read an instant of the day."""
    return datetime.fromisoformat(f"2026-11-03T{text}:00+00:00")


def test_every_block_of_the_pages_is_valid() -> None:
    """A reader copies them."""
    for page in ("postgresql", "coop", "salesforce"):
        assert {source.kind for source in sources_of(page)} == {page}
        assert {terms.source.kind for terms in contracts_of(page)} == {page}


class TestQuery:
    """The contract of a vendor's own table."""

    @pytest.fixture
    def acme(self, workspace: Workspace, warehouse: Database) -> Installation:
        """Make the vendor's table, with cases on both sides of the day's end."""
        with warehouse.transaction() as connection:
            connection.execute("create schema review")
            connection.execute(
                "create table review.cases (case_id text, item_id text, queue text, policy text,"
                " language text, priority int, reviewer text, decision text, handle_seconds numeric,"
                " received_at timestamptz, assigned_at timestamptz, decided_at timestamptz)"
            )
            for number, assigned, decided in (
                (1, "2026-11-03 02:00+00", "2026-11-03 02:10+00"),
                (2, "2026-11-03 15:50+00", "2026-11-03 16:00+00"),  # decided as the day ended
                (3, None, None),
                (4, "2026-11-02 15:30+00", "2026-11-02 15:59:59+00"),  # the day before
                (5, "2026-11-04 01:00+00", "2026-11-04 01:10+00"),  # taken up the day after
            ):
                connection.execute(
                    "insert into review.cases values (%s, %s, 'spam', 'spam', 'en', 4, 'jane',"
                    " 'remove', 95, '2026-11-02 15:00+00', %s, %s)",
                    [f"C-{number}", f"I-{number}", assigned, decided],
                )
        (terms,) = contracts_of("postgresql")
        return Installation.of(workspace, terms, connection_to(warehouse))

    def test_a_day_lands_as_it_stood_at_its_end(self, acme: Installation) -> None:
        """What happened after the end is not told, however late one asks."""
        events = acme.land()
        assert sorted(events) == ["C-1", "C-2", "C-3", "C-5"]
        assert set(events["C-1"]) == {"received", "assigned", "decided"}
        assert events["C-1"]["decided"] == at("02:10")
        assert set(events["C-2"]) == {"received", "assigned"}
        assert set(events["C-3"]) == set(events["C-5"]) == {"received"}
        decision = acme.decided()["C-1"]
        assert (decision["decision"], decision["handle_seconds"]) == ("remove", 95)
        assert acme.totals() == {
            "physical_rows": 4,
            "landed_rows": 4,
            "quarantined_rows": 0,
            "rejected_rows": 0,
        }

    def test_the_same_day_asked_for_again_changes_nothing(self, acme: Installation) -> None:
        """Equal rows give an equal file."""
        acme.land()
        again = acme.fetch()
        assert not again.changed

    def test_a_server_that_goes_away_half_way_leaves_nothing_that_counts(
        self, acme: Installation, warehouse: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The next fetch starts anew, and no row is there twice."""
        monkeypatch.setattr(postgresql, "FIRST_ROWS", 2)
        with warehouse.transaction() as connection:
            # The third row ends the session that reads it, once.
            connection.execute("alter table review.cases rename to all_cases")
            connection.execute("create table review.fuse (is_lit boolean)")
            connection.execute("insert into review.fuse values (true)")
            connection.execute(
                "create function review.burn(case_id text) returns text language sql volatile"
                " begin atomic select case when case_id = 'C-3' and (select is_lit from review.fuse)"
                " then pg_terminate_backend(pg_backend_pid())::text end || case_id; end"
            )
            connection.execute(
                "create view review.cases as select coalesce(review.burn(case_id), case_id)"
                " as case_id, item_id, queue, policy, language, priority, reviewer, decision,"
                " handle_seconds, received_at, assigned_at, decided_at from review.all_cases"
            )
        with pytest.raises(FeedUnavailableError, match="terminating connection"):
            acme.fetch()
        progress = "select part, row_count from landing.fetch_progress order by part"
        assert warehouse.rows(progress) == [{"part": 1, "row_count": 2}]
        with warehouse.transaction() as connection:
            connection.execute("update review.fuse set is_lit = false")
        assert sorted(acme.land()) == ["C-1", "C-2", "C-3", "C-5"]
        assert acme.totals()["physical_rows"] == 4
        assert warehouse.rows(progress) == []

    def test_a_column_that_is_gone_is_a_matter_of_the_contract(
        self, acme: Installation, warehouse: Database
    ) -> None:
        """Named by the file in which it stands."""
        with warehouse.transaction() as connection:
            connection.execute("alter table review.cases drop column reviewer")
        with pytest.raises(ConfigurationError) as caught:
            acme.fetch()
        assert str(caught.value).startswith("vendors/acme.yaml: source: expected a query")
        assert 'column "reviewer" does not exist' in str(caught.value)


class TestCoop:
    """The contract of an organisation in Coop."""

    def test_a_day_of_decisions_lands(self, workspace: Workspace, warehouse: Database) -> None:
        """Each decision once, the moved job left out, the automatic close as nobody's work."""
        make_tables(warehouse)
        for number in range(1, 5):
            create_job(warehouse, f"job-{number}", "2026-11-03 01:00+00")
        both = action("act-warn", "act-remove", policies=["p-spam", "p-csam"])
        decide(warehouse, "job-1", "2026-11-03 02:00+00", both)
        closed = {"type": "AUTOMATIC_CLOSE", "reason": "USER_ACTIONED"}
        decide(warehouse, "job-2", "2026-11-03 03:00+00", closed, reviewer="")
        moved = {"type": "TRANSFORM_JOB_AND_RECREATE_IN_QUEUE", "newJobKind": "NCMEC"}
        decide(warehouse, "job-3", "2026-11-03 04:00+00", moved)
        decide(warehouse, "job-4", "2026-11-03 16:00+00", {"type": "IGNORE"})
        (terms,) = contracts_of("coop")
        coop = Installation.of(workspace, terms, connection_to(warehouse))
        events = coop.land()
        assert [set(each) for each in events.values()] == [{"received", "decided"}] * 2
        by_case = {row["case_id_vendor"]: row for row in coop.decided().values()}
        assert by_case["job-1"]["decision"] == "remove"
        assert by_case["job-1"]["actor_type"] == "human"
        assert by_case["job-2"]["actor_type"] == "automation"
        assert by_case["job-2"]["agent"] is None
        assert coop.totals() == {
            "physical_rows": 3,
            "landed_rows": 2,
            "quarantined_rows": 0,
            "rejected_rows": 1,
        }


class TestSalesforce:
    """The contracts of an organisation in Salesforce."""

    @pytest.fixture
    def organisation(self) -> Organisation:
        """Make an organisation with the history and the milestones of one case."""
        parent = {
            "Priority": "High",
            "Owner": {"Name": "Queue of spam"},
            "Content_Id__c": "I-1",
            "Verdict__c": "Remove",
            "Origin": "Content report",
        }
        changes = [("created", None), ("Status", "Working"), ("Status", "Closed")]
        history = [
            {
                "Id": f"017R0000000000{number:04d}",
                "CaseId": "500R00000000000001",
                "CreatedDate": f"2026-11-03T0{number + 1}:00:00.000+0000",
                "Field": changed,
                "NewValue": value,
                "Case": parent,
            }
            for number, (changed, value) in enumerate(changes)
        ]
        milestone = {
            "Id": "555R00000000000001",
            "CaseId": "500R00000000000001",
            "SystemModstamp": "2026-11-03T03:00:01.000+0000",
            "StartDate": "2026-11-03T01:00:00.000+0000",
            "TargetDate": "2026-11-03T05:00:00.000+0000",
            "CompletionDate": "2026-11-03T03:00:00.000+0000",
            "Case": parent,
        }
        return Organisation(records={"CaseHistory": history, "CaseMilestone": [milestone]})

    @pytest.fixture
    def connection(
        self,
        organisation: Organisation,
        tmp_path_factory: pytest.TempPathFactory,
        monkeypatch: pytest.MonkeyPatch,
    ) -> Iterator[FeedConnection]:
        """Serve it, and trust it."""
        folder = tmp_path_factory.mktemp("certificates")
        make_certificates(folder)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(folder / "authority.pem"))
        with serve(folder, organisation) as proxy:
            yield FeedConnection(
                name="vendor_crm",
                kind="salesforce",
                login="feed@harbour.example",
                password="right",  # noqa: S106  of the tests' own Salesforce
                extra={"security_token": "T", "proxies": proxy},
            )

    def test_a_day_of_history_lands(self, workspace: Workspace, connection: FeedConnection) -> None:
        """A case that was created, taken up and closed."""
        terms, _ = contracts_of("salesforce")
        salesforce = Installation.of(workspace, terms, connection)
        events = salesforce.land()
        happened = {name: moment for each in events.values() for name, moment in each.items()}
        assert happened == {
            "received": at("01:00"),
            "assigned": at("02:00"),
            "decided": at("03:00"),
        }
        (decision,) = salesforce.decided().values()
        assert (decision["decision"], decision["priority"]) == ("remove", "p1")
        assert salesforce.totals()["landed_rows"] == 3

    def test_a_day_of_milestones_lands(
        self, workspace: Workspace, connection: FeedConnection, organisation: Organisation
    ) -> None:
        """By a bulk job, with what Salesforce promised as the instant when it is due."""
        _, terms = contracts_of("salesforce")
        events = Installation.of(workspace, terms, connection).land()
        assert events == {
            "555R00000000000001": {
                "received": at("01:00"),
                "due": at("05:00"),
                "decided": at("03:00"),
            }
        }
        assert len(organisation.jobs) == 1

    def test_a_fetch_that_was_ended_takes_up_the_job_of_the_one_before(
        self, workspace: Workspace, connection: FeedConnection, organisation: Organisation
    ) -> None:
        """Salesforce was asked once, and answered in the end."""
        _, stated = contracts_of("salesforce")
        source = stated.source.model_copy(update={"limits": HttpLimits(attempts=1)})
        terms = stated.model_copy(update={"source": source})
        salesforce = Installation.of(workspace, terms, connection)
        organisation.injected = [refusal("/results", 503, "SERVER_UNAVAILABLE", "busy")]
        with pytest.raises(FeedUnavailableError, match="SERVER_UNAVAILABLE: busy"):
            salesforce.fetch()
        assert list(salesforce.land()) == ["555R00000000000001"]
        assert len(organisation.jobs) == len(organisation.queries) == 1
        assert organisation.aborted == []
