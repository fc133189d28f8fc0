"""Small builders for findings, incidents and deliveries; everything has a fixed day and clock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from breakwater.contracts.loading import load_configuration
from breakwater.contracts.routes import Route
from breakwater.contracts.vendor import VendorContract
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.notify.compose import Composer, Reader
from breakwater.notify.coverage import Coverage
from breakwater.notify.incident import Incident
from breakwater.notify.message import Message
from breakwater.notify.naming import Naming
from breakwater.notify.route import Directory, Recipient, WayReason, branches_of, ways_of
from breakwater.notify.telling import Telling, Told
from breakwater.notify.thread import roll_up_key_of, thread_key_of
from breakwater.warehouse.database import Database
from breakwater.warehouse.delivery import Delivery, Receipt
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.outbox import Channel

DAY = date(2026, 11, 14)
NOW = datetime(2026, 11, 15, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OPS = Recipient("slack", "C0OPS")


_configuration = cache(load_configuration)


def finding(rule: Rule = Rule.RECON_BREAKS, **more: object) -> Finding:
    """Make a finding; what is not said is a major class of breaks of Pearlline, 12 cases."""
    default = Finding(
        rule=rule,
        operational_day=DAY,
        vendor="pearlline",
        severity=Severity.MAJOR,
        scope={"outcome": "missing_internal"} if rule is Rule.RECON_BREAKS else {},
        value=12,
        unit="cases",
        threshold=5,
    )
    return replace(default, **more)


def incident(
    rule: Rule = Rule.RECON_BREAKS,
    *,
    is_open: bool = True,
    hidden_by: str | None = None,
    **more: object,
) -> Incident:
    """Make an incident of a finding made of the other arguments."""
    return Incident(finding(rule, **more), is_open=is_open, hidden_by=hidden_by)


def found(warehouse: Database, *findings: Finding, day: date = DAY) -> None:
    """Let the day's findings be these and no others."""
    with warehouse.transaction() as connection:
        replace_findings(connection, day, "reconcile", "*", findings)


def telling(
    *incidents: Incident, recipient: Recipient = OPS, thread_key: str | None = None
) -> Telling:
    """Make what a recipient was told when it was told exactly these incidents."""
    members = {
        i.fingerprint: Told(i.is_open, i.finding.severity, i.finding.value) for i in incidents
    }
    return Telling(thread_key or thread_key_of(incidents[0]), recipient, 1, members)


def message(
    *incidents: Incident,
    last: Telling | None = None,
    reader: Reader | None = None,
    rolled_up: bool = False,
) -> Message:
    """Compose a message about incidents, with four of five vendors reported."""
    configuration = _configuration()
    vendors = configuration.active_vendors(DAY)
    delivered = {vendor: NOW - timedelta(hours=2, minutes=7) for vendor in vendors}
    coverage = Coverage(
        day=DAY,
        zone="Asia/Singapore",
        delivered=delivered | {"karavan": None},
        names={vendor: configuration.vendors[vendor].name for vendor in vendors},
    )
    composer = Composer(Naming(configuration), coverage, "https://wiki.harbour.example/runbooks")
    key = roll_up_key_of(DAY) if rolled_up else thread_key_of(incidents[0])
    return composer.compose(key, incidents, last, reader or Reader())


def recipients_of(
    found: Finding, routes: Sequence[Route], vendors: Mapping[str, VendorContract]
) -> tuple[Recipient, ...]:
    """List who is told about a finding where nobody is on call and nobody stated a wish."""
    ways = ways_of(found, branches_of(found, routes), Directory(vendors))
    return tuple(each for each, way in ways.items() if way.reason is WayReason.TOLD)


def delivery(channel: Channel = "slack", **more: object) -> Delivery:
    """Make a row of the outbox as a sender sees it."""
    payloads: Mapping[str, Mapping[str, Any]] = {
        "slack": {"text": "Breaks", "blocks": []},
        "email": {
            "subject": "Breaks",
            "text": "12",
            "html": "<p>12</p>",
            "inline": [],
            "headers": {},
        },
        "file": {"name": "Breaks", "text": "12"},
        "apprise": {"kind": "warning", "title": "Breaks", "body": "12"},
        "google_chat": {"text": "Breaks", "card": {"header": {"title": "Breaks"}}},
        "jira": {"summary": "Breaks", "text": "12", "is_open": True},
        "pagerduty": {
            "action": "trigger",
            "event": {"payload": {"summary": "12", "source": "s", "severity": "error"}},
        },
        "slack_webhook": {"text": "Breaks", "blocks": []},
        "teams": {"card": {"type": "AdaptiveCard", "fallbackText": "Breaks"}},
        "webhook": {"document": {"title": "Breaks"}},
    }
    recipients = {"slack": "C0OPS", "email": "ops@harbour.example", "file": "legal"}
    default = Delivery(
        outbox_id=1,
        channel=channel,
        recipient=recipients.get(channel, "ops"),
        thread_key="ReconBreaks/pearlline/2026-11-14",
        operation="post",
        payload=payloads[channel],
        delivery_key="a1" * 32,
        attempts=1,
        is_in_doubt=False,
        created_at=NOW,
        attempted_at=NOW,
        living=None,
    )
    return replace(default, **more)


def living(far_end_id: str, address: str = "C0OPS") -> Receipt:
    """Name the living message of a thread."""
    return Receipt(far_end_id, address)
