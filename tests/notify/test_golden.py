"""What people read, word for word. ``UPDATE_GOLDEN=1`` writes the files; review the difference."""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import pytest
from every_channel import payload_of
from situations import finding, incident, message, telling

from breakwater.contracts.schemas import DOCUMENTS
from breakwater.contracts.webhook import News as NewsWord
from breakwater.contracts.webhook import WebhookDocument
from breakwater.core.finding import Rule, Severity
from breakwater.demo.sinks.blocks import problem_in
from breakwater.notify.channel import News
from breakwater.notify.channels.email.render import render as render_email
from breakwater.notify.channels.file.render import render as render_file
from breakwater.notify.channels.registry import CHANNELS, parts_of
from breakwater.notify.channels.slack.render import render as render_slack
from breakwater.notify.channels.slack.render import render_reply
from breakwater.notify.compose import Reader
from breakwater.notify.message import Action, Message, Picture
from breakwater.notify.telling import TellingReason
from breakwater.pictures.alt import alt_of
from breakwater.pictures.anomaly import WIDTH, height_of
from breakwater.pictures.data import AnomalyPicture, Part
from breakwater.warehouse.outbox import Channel

GOLDEN = Path(__file__).with_name("golden")

BREAKS = incident()
DRIFT = incident(scope={"outcome": "time_drift"}, severity=Severity.WARNING, value=7)
FAILED = incident(
    scope={"outcome": "enforcement_failed"},
    severity=Severity.CRITICAL,
    value=31,
    expected=2.0,
    detail={"records": 1_204, "by_queue": {"adult": 2, "hate": 20, "live_video": 8, "spam": 1}},
)
ATTAINMENT = incident(
    Rule.SLA_ATTAINMENT_LOW,
    scope={"clock": "decision_p1", "queue": "live_video"},
    value=0.726,
    unit="rate",
    threshold=0.95,
    detail={"due": 310, "met": 225, "missed": 85, "missed_by_queue": {"live_video": 85}},
)
RESTATED = incident(
    Rule.SLA_ATTAINMENT_LOW,
    scope={"clock": "decision_p1", "queue": "live_video"},
    value=0.948,
    unit="rate",
    threshold=0.95,
    severity=Severity.WARNING,
    detail={"due": 310, "met": 294, "missed": 16, "missed_by_queue": {"live_video": 16}},
)
BREACH = incident(
    Rule.STATUTORY_CLOCK_BREACHED,
    vendor="dekkan",
    scope={"clock": "eu_tco_removal", "queue": "legal_requests"},
    severity=Severity.CRITICAL,
    value=2,
    threshold=0.0,
    detail={
        "still_open": 1,
        "longest_late_seconds": 7_860,
        "provision": "Regulation (EU) 2021/784, Art. 3(3)",
        "confidence": "secondary",
    },
)
MISSING = incident(Rule.EXPORT_MISSING, value=1, unit="files", threshold=None)
ANOMALY = incident(
    Rule.KPI_ANOMALY,
    vendor=None,
    scope={"metric": "aht", "queue": "hate_text"},
    severity=Severity.WARNING,
    value=212.4,
    unit="seconds",
    threshold=171.0,
    expected=148.0,
    detail={
        "change": 0.4351,
        "span_days": 3,
        "since": "2026-11-12",
        "causes": [{"slice": {"site": "cebu", "policy": "4.2"}, "share": 0.614}],
        "next_best": {"slice": {"language": "tl"}, "share": 0.05},
        "mix_share": 0.31,
        "band": [124.6, 171.2],
        "same_day_last_week": "usual",
        "events": [{"event": "sale", "title": "Autumn sale", "tell_vendors": False}],
        "mix_moved": {"slice": {"priority": "high"}, "before": 0.12, "now": 0.314},
    },
)

ACTIONS = (
    Action("Acknowledge", "https://ops.harbour.example/answer?to=a1&sign=b2"),
    Action("Snooze", "https://ops.harbour.example/answer?to=a1&sign=c3"),
)

WEEK = AnomalyPicture(
    title="AHT · All vendors · hate text",
    metric="aht",
    days=tuple(date(2026, 11, 8) + timedelta(days=n) for n in range(7)),
    values=(148.0, 151.0, 146.0, 149.0, 150.0, 147.0, 212.4),
    expected=(148.0,) * 7,
    low=(124.6,) * 7,
    high=(171.2,) * 7,
    parts=(Part("site cebu · policy 4.2", 0.614),),
)
PICTURE = Picture(alt_of(WEEK), WIDTH, height_of(WEEK), WEEK)

SITUATIONS: Mapping[str, Message] = {
    "breaks_opened": message(DRIFT, BREAKS, FAILED),
    "breaks_resolved": message(incident(is_open=False), last=telling(BREAKS)),
    "attainment_restated": message(RESTATED, last=telling(ATTAINMENT)),
    "breach_opened": message(BREACH),
    "breach_to_answer": replace(message(BREACH), actions=ACTIONS),
    "anomaly_opened": message(ANOMALY),
    "anomaly_with_its_days": replace(message(ANOMALY), picture=PICTURE),
    "export_missing_for_its_vendor": message(MISSING, reader=Reader(vendor_zone="Asia/Manila")),
    "roll_up": message(BREAKS, DRIFT, ATTAINMENT, BREACH, MISSING, ANOMALY, rolled_up=True),
}


AS_JSON: tuple[Channel, ...] = (
    "apprise", "google_chat", "jira", "pagerduty", "teams", "webhook",
)  # fmt: skip


def _compare(file: Path, text: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def _as_json(payload: object) -> str:
    return json.dumps(payload, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_webhooks_document_is_what_its_schema_promises(situation: str) -> None:
    """A receiver may rely on it: everything is there, nothing else is, and each news has its word."""
    news = News(SITUATIONS[situation], TellingReason.OPENED, is_first=True)
    (part,) = parts_of("webhook", news)
    posted = {"thread": "a/b", **json.loads(json.dumps(part.payload["document"]))}
    schema = json.loads((DOCUMENTS / "webhook.schema.json").read_text(encoding="utf-8"))
    assert set(schema["required"]) == set(schema["properties"]) == set(posted)
    document = WebhookDocument.model_validate(posted)
    assert document.model_dump(mode="json") == posted
    assert set(get_args(NewsWord)) == {each.value for each in TellingReason if each.is_news}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_slack_shows_the_message(situation: str) -> None:
    """Blocks as they are posted; Slack would take them."""
    payload = render_slack(SITUATIONS[situation])
    _compare(GOLDEN / "slack" / f"{situation}.json", _as_json(payload))
    assert problem_in(payload["blocks"]) is None


@pytest.mark.parametrize("situation", [s for s, m in SITUATIONS.items() if m.changes])
def test_slack_shows_what_moved_in_the_thread(situation: str) -> None:
    """The reply below the living message."""
    payload = render_reply(SITUATIONS[situation])
    _compare(GOLDEN / "slack" / f"{situation}.reply.json", _as_json(payload))
    assert problem_in(payload["blocks"]) is None


@pytest.mark.parametrize("situation", SITUATIONS)
def test_mail_shows_the_message(situation: str) -> None:
    """Subject and text in one file, HTML in another."""
    payload = render_email(SITUATIONS[situation])
    text = f"Subject: {payload['subject']}\n\n{payload['text']}"
    _compare(GOLDEN / "email" / f"{situation}.txt", text)
    _compare(GOLDEN / "email" / f"{situation}.html", payload["html"])


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_file_shows_the_message(situation: str) -> None:
    """Its name in the first line, then its text."""
    payload = render_file(SITUATIONS[situation])
    _compare(GOLDEN / "file" / f"{situation}.txt", f"{payload['name']}\n\n{payload['text']}")


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("channel", AS_JSON)
def test_other_channels_show_the_message(channel: Channel, situation: str) -> None:
    """The payload of the outbox; what the sender adds is the same for every message."""
    payload = payload_of(channel, SITUATIONS[situation])
    _compare(GOLDEN / channel / f"{situation}.json", _as_json(payload))


def test_no_golden_file_is_left_behind() -> None:
    """Every file belongs to a situation that is still rendered."""
    known = set(SITUATIONS)
    files = [file for file in GOLDEN.rglob("*") if file.is_file()]
    assert files
    assert [file for file in files if file.name.split(".")[0] not in known] == []


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_has_words_and_a_runbook(rule: Rule) -> None:
    """An alert names its page; the page is there and says what to do."""
    opened = message(incident(rule, scope={}))
    assert opened.verdict
    assert opened.next_step
    page = Path(__file__).parents[2] / "docs" / "runbooks" / str(opened.runbook).rsplit("/", 1)[1]
    assert f"# {rule.value}\n" in page.read_text(encoding="utf-8")
    assert "**What to do.**" in page.read_text(encoding="utf-8")


def test_channels_show_the_same_facts() -> None:
    """What one reader sees in chat, another sees in mail and file."""
    shown = SITUATIONS["breaks_opened"]
    for channel in CHANNELS:
        payload = payload_of(channel, shown)
        text = json.dumps(payload, ensure_ascii=False)
        for fact in (shown.verdict, shown.next_step, shown.data_through, finding().vendor.title()):
            assert fact in text


@pytest.mark.parametrize("channel", ["slack", "google_chat", "pagerduty", "teams", "webhook"])
def test_chats_and_pagers_keep_their_words(channel: Channel) -> None:
    """A picture changes nothing where none is shown and the verdict says its numbers."""
    pictured, plain = (SITUATIONS[f"anomaly_{name}"] for name in ("with_its_days", "opened"))
    assert payload_of(channel, pictured) == payload_of(channel, plain)
