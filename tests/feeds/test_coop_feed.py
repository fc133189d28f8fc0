"""The feed of ROOST Coop, on its own tables with their traps planted."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from coop_tables import GRANTS, ORG, action, create_job, decide, make_tables
from feed_databases import connection_to, records_of, values_of

from breakwater.contracts.source import CoopSource
from breakwater.core.days import Window
from breakwater.feeds.coop import open_feed
from breakwater.feeds.postgresql import PostgresqlFeed
from breakwater.feeds.records import FeedFault
from breakwater.warehouse.database import Database

WINDOW = Window.for_operational_day(date(2026, 11, 3), ZoneInfo("UTC"))
MORNING, NOON, NEXT_DAY = "2026-11-03 09:00+00", "2026-11-03 12:00+00", "2026-11-04 09:00+00"
IGNORED = {"type": "IGNORE"}
CLOSED = {"type": "AUTOMATIC_CLOSE", "reason": "ITEM_DELETED_BEFORE_REVIEW"}
SCHEMA = Path(__file__).parents[3] / "shared" / "schemas" / "coop.json"


def feed_of(database: Database, stream: str, **changes: Any) -> PostgresqlFeed:  # noqa: ANN401  fields of a connection
    """Open a stream of the tests' organisation."""
    source = CoopSource.model_validate(
        {"kind": "coop", "connection": "coop", "org_id": ORG, "stream": stream}
    )
    return open_feed(source, connection_to(database, **changes))


def read(database: Database, stream: str = "decisions") -> list[Mapping[str, Any]]:
    """Read a stream of the day."""
    return records_of(feed_of(database, stream), WINDOW)


@pytest.fixture
def coop(warehouse: Database) -> Database:
    """Make Coop's tables."""
    make_tables(warehouse)
    return warehouse


@pytest.mark.skipif(not SCHEMA.exists(), reason="Coop's schema lies beside the checkout only")
def test_the_tables_of_these_tests_are_coops_own(coop: Database) -> None:
    """Every column by name and type, as Coop's migrations leave them."""
    stated = json.loads(SCHEMA.read_text())["postgres"]
    found = coop.rows(
        "select 'manual_review_tool.' || relname as table, attname as name,"
        " format_type(atttypid, atttypmod) as type, attnotnull as not_null"
        " from pg_attribute join pg_class on pg_class.oid = attrelid"
        " where relnamespace = 'manual_review_tool'::regnamespace and relkind = 'r' and attnum > 0"
        " order by attnum"
    )
    for table in {row["table"] for row in found}:
        columns = [row | {"table": None} for row in found if row["table"] == table]
        assert columns == [column | {"table": None} for column in stated[table]]


class TestDecisions:
    """One record per decision."""

    def test_a_decision_is_joined_to_its_job(self, coop: Database) -> None:
        """By the job's id inside the payload, with the queue's name."""
        create_job(coop, "job-1", MORNING)
        decide(coop, "job-1", NOON, action("act-remove"))
        (record,) = read(coop)
        assert record == {
            "decision_id": record["decision_id"],
            "job_id": "job-1",
            "job_kind": "DEFAULT",
            "job_created_at": "2026-11-03T09:00:00.000000+00:00",
            "payload_created_at": "2026-11-03T08:00:00.000Z",
            "decided_at": "2026-11-03T12:00:00.000000+00:00",
            "queue_id": "q-spam",
            "queue_name": "Spam",
            "first_queue_id": "q-spam",
            "item_id": "item-of-job-1",
            "item_type_id": "post",
            "source": "REPORT",
            "item_created_at": None,
            "components": [
                {"type": "CUSTOM_ACTION", "actions": ["act-remove"], "policies": ["p-spam"]}
            ],
            "decision": "CUSTOM_ACTION:act-remove",
            "policy_ids": ["p-spam"],
            "decided_by": "reviewer",
            "reviewer_id": "user-7",
        }
        assert len(record["decision_id"]) == 36

    def test_actions_times_policies_are_still_one_decision(self, coop: Database) -> None:
        """Coop's own table of dimensions has six rows for this one."""
        create_job(coop, "job-1", MORNING)
        twice = action("act-warn", "act-remove", policies=["p-b", "p-a"])
        decide(coop, "job-1", NOON, twice, action("act-remove", policies=["p-a"]))
        (record,) = read(coop)
        assert record["decision"] == "CUSTOM_ACTION:act-remove+CUSTOM_ACTION:act-warn"
        assert record["policy_ids"] == ["p-a", "p-b"]
        assert [each["actions"] for each in record["components"]] == [
            ["act-warn", "act-remove"],
            ["act-remove"],
        ]

    def test_a_job_that_was_decided_twice_is_two_decisions(self, coop: Database) -> None:
        """Each at its own instant; the contract's key tells them apart."""
        create_job(coop, "job-1", MORNING)
        decide(coop, "job-1", NOON, IGNORED)
        decide(coop, "job-1", "2026-11-03 13:00+00", action("act-ban"), number=2)
        assert values_of(read(coop), "decision") == ["IGNORE", "CUSTOM_ACTION:act-ban"]

    def test_an_automatic_close_is_no_reviewers_decision(self, coop: Database) -> None:
        """Coop averages over them; here they say what they are, and who did not decide."""
        create_job(coop, "job-1", MORNING)
        decide(coop, "job-1", NOON, CLOSED, reviewer="")
        (record,) = read(coop)
        assert (record["decision"], record["decided_by"]) == ("AUTOMATIC_CLOSE", "automatic")
        assert record["reviewer_id"] is None
        assert record["components"][0]["reason"] == "ITEM_DELETED_BEFORE_REVIEW"

    def test_what_a_report_on_child_safety_carries_never_leaves_the_database(
        self, coop: Database
    ) -> None:
        """The decision counts; media, messages and addresses are nobody's export."""
        create_job(coop, "job-1", MORNING, queue="q-csam")
        report = {
            "type": "SUBMIT_NCMEC_REPORT",
            "reportedMedia": [{"url": "https://media.example/1"}],
            "reportedMessages": [{"reportedContent": [{"content": "c", "ipAddress": "10.1.1.1"}]}],
            "additionalInfo": "more words",
            "incidentType": "i",
        }
        decide(coop, "job-1", NOON, report, kind="NCMEC", queue="q-csam")
        (record,) = read(coop)
        assert (record["job_kind"], record["queue_name"]) == ("NCMEC", "Child safety")
        assert record["components"] == [
            {"type": "SUBMIT_NCMEC_REPORT", "actions": [], "policies": []}
        ]
        spelled = json.dumps(record)
        for word in ("media.example", "10.1.1.1", "more words", "words of a user", "own words"):
            assert word not in spelled

    def test_a_decision_without_a_recorded_job_is_still_there(self, coop: Database) -> None:
        """A record must not be lost for a row that is missing elsewhere."""
        decide(coop, "job-9", NOON, IGNORED, queue="q-gone")
        (record,) = read(coop)
        assert record["job_created_at"] is None
        assert record["payload_created_at"] == "2026-11-03T08:00:00.000Z"
        assert record["item_id"] == "item-of-job-9"
        assert (record["queue_id"], record["queue_name"]) == ("q-gone", None)

    def test_other_organisations_and_other_days_are_left_out(self, coop: Database) -> None:
        """Half-open at both ends; a job of another organisation is no job of ours."""
        for number, at in enumerate(
            ("2026-11-02 23:59:59.999+00", "2026-11-03 00:00+00", "2026-11-04 00:00+00"), start=1
        ):
            decide(coop, f"job-{number}", at, IGNORED)
        create_job(coop, "job-2", MORNING, org="org-other")
        decide(coop, "job-4", NOON, IGNORED, org="org-other")
        (record,) = read(coop)
        assert record["job_id"] == "job-2"
        assert record["job_created_at"] is None

    def test_a_component_of_another_make_is_no_fault(self, coop: Database) -> None:
        """A later Coop may say more than this one knows."""
        decide(coop, "job-1", NOON, {"type": "NEW_KIND", "actions": "none"}, {})
        (record,) = read(coop)
        assert record["decision"] == "NEW_KIND"
        assert record["policy_ids"] is None


class TestJobs:
    """One record per job."""

    def test_a_job_has_its_decision_as_of_the_end_of_the_day(self, coop: Database) -> None:
        """Whenever a day is asked for, it says the same."""
        for job in ("job-1", "job-2", "job-3"):
            create_job(coop, job, MORNING)
        twice = action("act-warn", "act-remove", policies=["p-b", "p-a"])
        decide(coop, "job-1", NOON, twice, twice)
        decide(coop, "job-2", NEXT_DAY, IGNORED)
        records = read(coop, "jobs")
        assert values_of(records, "job_id") == ["job-1", "job-2", "job-3"]
        assert values_of(records, "decision") == [
            "CUSTOM_ACTION:act-remove+CUSTOM_ACTION:act-warn",
            None,
            None,
        ]
        assert values_of(records, "decided_by") == ["reviewer", None, None]
        assert values_of(records, "components")[1:] == [None, None]
        assert values_of(records, "job_policy_ids") == [["p-spam"]] * 3

    def test_a_job_that_was_decided_twice_is_one_job_with_its_last_decision(
        self, coop: Database
    ) -> None:
        """Otherwise it would come in twice."""
        create_job(coop, "job-1", MORNING)
        decide(coop, "job-1", NOON, IGNORED)
        decide(coop, "job-1", "2026-11-03 13:00+00", action("act-ban"), number=2)
        (record,) = read(coop, "jobs")
        assert record["decision"] == "CUSTOM_ACTION:act-ban"

    def test_jobs_of_other_days_and_organisations_are_left_out(self, coop: Database) -> None:
        """A day's jobs are those that came in on it."""
        create_job(coop, "job-1", "2026-11-02 23:59:59.999+00")
        create_job(coop, "job-2", "2026-11-03 00:00+00")
        create_job(coop, "job-3", "2026-11-04 00:00+00")
        create_job(coop, "job-4", NOON, org="org-other")
        assert values_of(read(coop, "jobs"), "job_id") == ["job-2"]


class TestPermission:
    """What Coop's administrator must allow."""

    @pytest.mark.parametrize("stream", ["decisions", "jobs"])
    def test_the_grants_of_the_page_are_enough(self, coop: Database, stream: str) -> None:
        """Reviewers' names and notes, comments and reports stay closed."""
        create_job(coop, "job-1", MORNING)
        decide(coop, "job-1", NOON, IGNORED)
        self.make_reader(coop, GRANTS)
        reader = feed_of(coop, stream, extra={"options": "-c role=coop_reader"})
        try:
            assert values_of(records_of(reader, WINDOW), "job_id") == ["job-1"]
        finally:
            self.drop_reader(coop)

    def test_a_table_that_is_closed_is_named(self, coop: Database) -> None:
        """A person has to grant it."""
        self.make_reader(coop, "grant usage on schema manual_review_tool to coop_reader")
        reader = feed_of(coop, "decisions", extra={"options": "-c role=coop_reader"})
        try:
            with pytest.raises(FeedFault, match="permission denied for table") as caught:
                list(reader.parts(WINDOW, None))
        finally:
            self.drop_reader(coop)
        assert not caught.value.transient

    def test_a_database_without_coop_is_told(self, warehouse: Database) -> None:
        """The connection names another database."""
        with pytest.raises(FeedFault) as caught:
            list(feed_of(warehouse, "decisions").parts(WINDOW, None))
        assert not caught.value.transient
        expected = 'relation "manual_review_tool.manual_review_decisions" does not exist'
        assert caught.value.found == repr(expected)

    @staticmethod
    def make_reader(coop: Database, grants: Any) -> None:  # noqa: ANN401  a literal of SQL
        """Create a role that may read what is granted."""
        with coop.transaction() as connection:
            connection.execute("drop role if exists coop_reader")
            connection.execute("create role coop_reader")
            connection.execute(grants)

    @staticmethod
    def drop_reader(coop: Database) -> None:
        """Leave the server as it was."""
        with coop.transaction() as connection:
            connection.execute("drop owned by coop_reader")
            connection.execute("drop role coop_reader")
