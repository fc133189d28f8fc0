"""The pages of the HTTP feeds, true to the word: their contracts load, fetch and land."""

import dataclasses
import itertools
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from far_end import Asked, FarEnd, Reply
from pydantic import TypeAdapter
from vendor_exports import DAY, make_enforcement_log, with_vendor

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.cross_check import cross_check_vendor
from breakwater.contracts.source import Source
from breakwater.contracts.tables import CASE_EVENT
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import utc_instant
from breakwater.core.errors import ExportPendingError
from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.warehouse.lake import current_versions
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.workspace import Workspace

PAGES = Path(__file__).parents[2] / "docs/feeds"
KINDS = ("http", "zendesk", "jira", "ozone")
MORNING = datetime(2026, 11, 3, 20, tzinfo=UTC)
"""04:00 in Singapore, before any deadline of the pages."""

HOUR = timedelta(hours=1)
Event = tuple[str, str, str]


def block(kind: str, first: str) -> Any:  # noqa: ANN401  any YAML
    """Return the block of a page that begins with a key."""
    text = (PAGES / f"{kind}.md").read_text()
    [found] = re.findall(rf"^```yaml\n({first}:.*?)^```", text, re.MULTILINE | re.DOTALL)
    return yaml.safe_load(found)


@dataclasses.dataclass(frozen=True)
class Installation:
    """One whose only vendor is that of a page, with its system on loopback."""

    workspace: Workspace
    vendor: str

    @classmethod
    def of(cls, workspace: Workspace, far_end: FarEnd, kind: str) -> "Installation":
        """Open it, with our own log empty."""
        contract = VendorContract.model_validate(block(kind, "vendor"))
        make_enforcement_log(workspace.enforcement_log)
        connection = far_end.connection(login="breakwater", password="x" * 9)
        opened = dataclasses.replace(
            with_vendor(workspace, contract), connections=lambda _: connection
        )
        return cls(opened, contract.vendor)

    def land(self, now: datetime = MORNING) -> StageResult:
        """Fetch and land the day."""
        fetch_export(self.workspace, self.vendor, DAY, now)
        return land_day(self.workspace, self.vendor, DAY, now)

    def events(self, folder: Path) -> list[Event]:
        """Return what happened: when (UTC), to which case, and what."""
        with self.workspace.warehouse.transaction() as connection:
            versions = current_versions(connection, CASE_EVENT.name, DAY, self.vendor)
        rows: list[dict[str, Any]] = []
        for number, version in enumerate(versions):
            self.workspace.lake.copy_to(version.path, folder / str(number))
            rows += pq.ParquetFile(folder / str(number)).read().to_pylist()
        return sorted(
            (
                f"{utc_instant(row['event_at']):%m-%d %H:%M}",
                row["case_id_vendor"],
                row["event_type"],
            )
            for row in rows
        )

    def facts(self, folder: Path, *columns: str) -> set[tuple[Any, ...]]:
        """Return the distinct values of some columns."""
        with self.workspace.warehouse.transaction() as connection:
            [version] = current_versions(connection, CASE_EVENT.name, DAY, self.vendor)
        self.workspace.lake.copy_to(version.path, folder / "facts")
        rows = pq.ParquetFile(folder / "facts").read().to_pylist()
        return {tuple(row[name] for name in columns) for row in rows}


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_of_a_page_load(kind: str, configuration: Configuration) -> None:
    """A page that cannot be copied is none."""
    source = TypeAdapter(Source).validate_python(block(kind, "source")["source"])
    contract = VendorContract.model_validate(block(kind, "vendor"))
    assert source.kind == contract.source.kind == kind
    known = dataclasses.replace(configuration, vendors={contract.vendor: contract})
    assert list(cross_check_vendor(known, contract.vendor, contract)) == []


def test_zendesk_lands_a_history_of_states(
    workspace: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """Only changes of the status are rows, and a trigger is no person."""

    def audit(number: int, at: int, *children: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": number,
            "ticket_id": 155,
            "timestamp": at,
            "updater_id": 3343,
            "via": "Mail",
            "event_type": "Audit",
            "child_events": [
                {"id": number * 10 + n, "via": "Web form"} | child
                for n, child in enumerate(children)
            ],
        }

    start = 1793635200
    events = [
        audit(1, start, {"event_type": "Create", "status": "new"}, {"subject": "x"}),
        audit(2, start + 3600, {"event_type": "Change", "status": "open"}, {"tags": ["a"]}),
        audit(3, start + 3660, {"event_type": "Comment", "body": "secret"}),
        audit(4, start + 7200, {"event_type": "Change", "status": "solved", "via": "Rule"}),
        audit(5, start + 90000, {"event_type": "Change", "status": "closed"}),
    ]
    said = {"ticket_events": events, "end_of_stream": True, "end_time": start + 90000}
    far_end.on("/api/v2/incremental/ticket_events.json", Reply(said))
    installation = Installation.of(workspace, far_end, "zendesk")
    result = installation.land()
    assert installation.events(tmp_path) == [
        ("11-02 16:00", "155", "received"),
        ("11-02 17:00", "155", "assigned"),
        ("11-02 18:00", "155", "decided"),
    ]
    columns = ("event_type", "actor_type", "decision", "queue")
    facts = installation.facts(tmp_path, *columns)
    assert ("decided", "automation", "no_action", "user_escalations") in facts
    assert result.summary["quarantined_rows"] == 0
    assert installation.land(MORNING + HOUR).changed is False
    assert result.summary["rejected_rows"] == 3


def test_jira_lands_a_history_of_states(
    workspace: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """From the derived first state to the decision; an entry's other items are no rows."""
    person = {"accountId": "5b1", "accountType": "atlassian", "displayName": "Jane"}

    def entry(number: int, at: str, *items: tuple[str, str, str]) -> dict[str, Any]:
        return {
            "id": str(number),
            "created": f"2026-11-03T{at}.000+0800",
            "author": person,
            "items": [
                {"field": field, "fromString": before, "toString": after}
                for field, before, after in items
            ],
        }

    issue = {
        "id": "10001",
        "key": "MOD-1",
        "fields": {
            "created": "2026-11-03T09:00:00.000+0800",
            "status": {"name": "Resolved"},
            "priority": {"name": "High"},
            "resolution": {"name": "Removed"},
            "customfield_10042": "item-1",
            "customfield_10043": {"value": "Hate"},
        },
        "changelog": {
            "total": 2,
            "histories": [
                entry(
                    2,
                    "11:00:00",
                    ("resolution", "", "Removed"),
                    ("status", "In review", "Resolved"),
                    ("assignee", "", "Jane"),
                ),
                entry(1, "10:00:00", ("status", "Open", "In review")),
            ],
        },
    }
    far_end.on("/rest/api/3/search/jql", Reply({"issues": [issue], "isLast": True}))
    elapsed = itertools.count()

    def sla(_: Asked) -> Reply:
        """Count on from answer to answer, as a running cycle does."""
        running = {"breached": False, "elapsedTime": {"millis": next(elapsed)}}
        return Reply({"values": [{"id": "1", "ongoingCycle": running}], "isLastPage": True})

    far_end.on("/rest/servicedeskapi/request/10001/sla", sla)
    installation = Installation.of(workspace, far_end, "jira")
    result = installation.land()
    assert installation.events(tmp_path) == [
        ("11-03 01:00", "MOD-1", "received"),
        ("11-03 02:00", "MOD-1", "assigned"),
        ("11-03 03:00", "MOD-1", "decided"),
    ]
    columns = ("event_type", "item_id", "queue", "decision", "priority")
    facts = installation.facts(tmp_path, *columns)
    assert ("decided", "item-1", "hate", "remove", "p2") in facts
    assert result.summary["quarantined_rows"] == 0
    assert installation.land(MORNING + HOUR).changed is False
    assert result.summary["rejected_rows"] == 2


def test_ozone_lands_what_happened_to_reports(
    workspace: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """A close that Ozone made by itself is automation's; a note is no row."""
    report = {
        "id": 7,
        "eventId": 70,
        "status": "closed",
        "subject": {"type": "record", "subject": "at://did:plc:x/app.bsky.feed.post/1"},
        "reportType": "com.atproto.moderation.defs#reasonSpam",
        "reportedBy": "did:plc:reporter",
        "createdAt": "2026-11-03T00:59:00.000Z",
        "queue": {"name": "spam"},
        "actions": [{"event": {"$type": "tools.ozone.moderation.defs#modEventTakedown"}}],
    }

    def activity(number: int, at: str, kind: str, *, automatic: bool = False) -> dict[str, Any]:
        return {
            "id": number,
            "reportId": 7,
            "activity": {"$type": f"tools.ozone.report.defs#{kind}", "previousStatus": "open"},
            "isAutomated": automatic,
            "createdBy": "did:plc:moderator",
            "createdAt": f"2026-11-03T{at}Z",
            "report": report,
        }

    activities = [
        activity(1, "01:00:00.000", "queueActivity", automatic=True),
        activity(2, "01:05:00.5", "assignmentActivity"),
        activity(3, "01:06:00", "noteActivity"),
        activity(4, "01:07:00.123456", "closeActivity", automatic=True),
    ]
    far_end.on("/xrpc/tools.ozone.report.queryActivities", Reply({"activities": activities}))
    installation = Installation.of(workspace, far_end, "ozone")
    result = installation.land()
    assert installation.events(tmp_path) == [
        ("11-03 01:00", "7", "received"),
        ("11-03 01:05", "7", "assigned"),
        ("11-03 01:07", "7", "decided"),
    ]
    columns = ("event_type", "queue", "policy", "decision", "actor_type")
    facts = installation.facts(tmp_path, *columns)
    assert ("decided", "spam", "spam", "remove", "automation") in facts
    [(item,)] = installation.facts(tmp_path, "item_id")
    assert "did:plc" not in item
    assert result.summary["quarantined_rows"] == 0
    assert installation.land(MORNING + HOUR).changed is False
    assert result.summary["rejected_rows"] == 1


def test_a_json_service_lands_one_row_a_case(
    workspace: Workspace, far_end: FarEnd, tmp_path: Path
) -> None:
    """With a lent token, two pages, and a planted item that is left out."""

    def decision(number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
        return {
            "id": f"C-{number}",
            "kind": "report",
            "item": {"id": f"I-{number}", "language": "tl"},
            "queue": "spam",
            "received_at": "2026-11-03T01:00:00Z",
            "assigned_at": "2026-11-03T01:30:00Z",
            "decided_at": "2026-11-03T02:00:00Z",
            "outcome": {"code": "REMOVE"},
            "timing": {"active_seconds": 95},
        } | more

    def page(*decisions: dict[str, Any], cursor: str | None) -> Reply:
        return Reply({"data": {"decisions": decisions}, "meta": {"next_cursor": cursor}})

    far_end.on("/oauth/token", Reply({"access_token": "lent", "expires_in": 3600}))
    far_end.on(
        "/v2/decisions",
        lambda asked: (
            page(decision(2), decision(3, kind="golden"), cursor=None)
            if asked.query.get("cursor") == "more"
            else page(decision(1), cursor="more")
        ),
    )
    installation = Installation.of(workspace, far_end, "http")
    result = installation.land()
    assert [case for _, case, kind in installation.events(tmp_path) if kind == "decided"] == [
        "C-1",
        "C-2",
    ]
    assert result.summary["quarantined_rows"] == 0
    assert installation.land(MORNING + HOUR).changed is False
    assert result.summary["rejected_rows"] == 1
    assert far_end.asked_for("/v2/decisions")[0].query["decided_from"] == "2026-11-02T16:00:00Z"


def test_a_system_is_not_asked_for_a_day_before_our_own_log_of_it_is_whole(
    workspace: Workspace, far_end: FarEnd
) -> None:
    """A task that looks every few minutes would read the whole day each time, for nothing."""
    far_end.on("/xrpc/tools.ozone.report.queryActivities", Reply({"activities": []}))
    installation = Installation.of(workspace, far_end, "ozone")
    workspace = installation.workspace
    end = utc_instant(workspace.window(DAY).end)
    whole = end + timedelta(seconds=workspace.configuration.operations.matching.edge_seconds)
    early = whole - timedelta(seconds=1)
    assert early - end > HOUR, "the records themselves have settled by then"
    with pytest.raises(ExportPendingError, match=r"log of the day is not whole yet") as raised:
        fetch_export(workspace, installation.vendor, DAY, early)
    assert whole.isoformat() in str(raised.value)
    assert far_end.asked == []
    assert fetch_export(workspace, installation.vendor, DAY, whole).changed
    assert len(far_end.asked) == 1


def test_two_quiet_days_are_two_answers(workspace: Workspace, far_end: FarEnd) -> None:
    """No records of two days are the same bytes, and no day sent twice."""
    far_end.on("/xrpc/tools.ozone.report.queryActivities", Reply({"activities": []}))
    installation = Installation.of(workspace, far_end, "ozone")
    for days in (0, 1):
        day, now = DAY + timedelta(days), MORNING + timedelta(days)
        fetched = fetch_export(installation.workspace, installation.vendor, day, now)
        assert (fetched.summary["declared_rows"], fetched.summary["duplicates"]) == (0, 0)
        land_day(installation.workspace, installation.vendor, day, now)
