"""Whatever a vendor writes arrives everywhere as text: executed by nothing, and still it arrives."""

import base64
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from every_channel import FAR_ENDS, OUTSIDE, connections, taken_by
from far_ends import texts
from hostile import HOSTILE
from outside_server import OutsideServer, trusted_certificate
from situations import DAY, NOW, delivery, incident, living, message, telling

from breakwater.contracts.events import KnownEvent
from breakwater.contracts.loading import load_configuration
from breakwater.contracts.webhook import WebhookDocument
from breakwater.contracts.wording import Names
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.plain import shown_name
from breakwater.demo.sinks.blocks import problem_in, texts_of
from breakwater.demo.sinks.chat import ChatRoom
from breakwater.demo.sinks.chat_server import ChatSink
from breakwater.demo.sinks.mail import MailSink, MailStore
from breakwater.notify.channel import News
from breakwater.notify.channels.email.render import LONGEST_SUBJECT
from breakwater.notify.channels.environment import senders_from_environment
from breakwater.notify.channels.registry import CHANNELS, parts_of
from breakwater.notify.message import Message, Picture
from breakwater.notify.sender import Sender
from breakwater.notify.telling import TellingReason
from breakwater.notify.word import Word, WordKind
from breakwater.pictures.alt import alt_of
from breakwater.pictures.anomaly import WIDTH, height_of
from breakwater.pictures.collect import picture_of
from breakwater.pictures.history import DAYS_BEFORE, History
from breakwater.report.html import render_html
from breakwater.report.message import (
    Cell,
    Column,
    Digest,
    Edition,
    Level,
    Measured,
    Table,
    TableRow,
)
from breakwater.report.message import (
    Picture as DigestPicture,
)
from breakwater.report.slack import render_slack
from breakwater.report.spreadsheet import render_spreadsheet
from breakwater.report.text import render_text
from breakwater.warehouse.outbox import Channel

RECIPIENTS: Mapping[str, str] = {
    "email": "ops@harbour.example", "file": "legal", "jira": "OPS", "slack": "C0OPS",
}  # fmt: skip
MARKUP = set("<>*~`[]{}|\\@")
PIXEL = base64.b64encode(b"\x89PNG not really").decode()
SHOWN = ("email", "file", "slack", *FAR_ENDS)


class Everywhere:
    """All far ends, as long as the tests of this module run."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        """Start them."""
        self.folder, self.number = folder, 0
        self.ends = {name: make() for name, make in FAR_ENDS.items()}
        servers = {n: stack.enter_context(OutsideServer(end)) for n, end in self.ends.items()}
        self.chat = stack.enter_context(ChatSink(ChatRoom(clock=NOW.timestamp)))
        self.mail = stack.enter_context(MailSink(MailStore(folder / "mail")))
        environment = {
            "BREAKWATER_SMTP": f"smtp://127.0.0.1:{self.mail.port}?from=breakwater@harbour.example",
            "BREAKWATER_SLACK": self.chat.base_url,
            "BREAKWATER_SLACK_TOKEN": "xoxb-1",
            **connections(servers),
        }
        self.senders: dict[str, Sender] = senders_from_environment(folder, environment, OUTSIDE)

    def sent(self, channel: Channel, said: Message) -> Any:  # noqa: ANN401  each far end has a form of its own
        """Hand a message over, and return what the far end has of it, in its own form."""
        self.number += 1
        key = f"{self.number:08d}" * 8
        first = next(iter(parts_of(channel, News(said, TellingReason.OPENED, is_first=True))))
        recipient = RECIPIENTS.get(channel, "ops")
        payload = dict(first.payload)
        if "inline" in payload:
            # As it is once it is drawn.
            payload["inline"] = [
                {"cid": each["cid"], "media_type": each["media_type"], "base64": PIXEL}
                for each in payload["inline"]
            ]
        row = delivery(channel, recipient=recipient, payload=payload, delivery_key=key)
        receipt = self.senders[channel].send(row)
        if channel == "slack":
            (found,) = [
                m for m in self.chat.room.channels["C0OPS"] if m["ts"] == receipt.far_end_id
            ]
            return found
        if channel == "email":
            (mail,) = [m for m in self.mail.store.stored if m.message_id == receipt.far_end_id]
            return self.mail.store.read(mail)
        if channel == "file":
            (file,) = self.folder.rglob(f"*{key[:32]}.txt")
            return file
        return taken_by(self.ends[channel])[-1]


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everywhere]:
    """Start every far end once."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("REQUESTS_CA_BUNDLE", trusted_certificate())
        yield Everywhere(tmp_path_factory.mktemp("everywhere"), stack)


RULES = (
    Rule.KPI_ANOMALY, Rule.RECON_BREAKS, Rule.STATUTORY_CLOCK_BREACHED, Rule.QUARANTINE_HIGH,
    Rule.QUEUE_SILENT, Rule.EXPORT_TRUNCATED, Rule.EXPORT_DUPLICATE, Rule.EXPORT_LAYOUT_CHANGED,
    Rule.SHIFTS_MISSING, Rule.DAG_FAILED,
)  # fmt: skip
"""One of each kind of notes; as many as a message shows."""


def _message(text: str) -> Message:
    """Put the text wherever a finding, a picture or a person can leave text, and let it move once."""
    scope = {"queue": text, "outcome": text, "clock": text, text: text}
    detail = {
        "fault": text, "provision": text, "confidence": text, "reasons": {text: 3}, "codes": {text: 2},
        "by_queue": {text: 1}, "examples": [text], "why": text, "error": text, "first_days": [text],
        "added": [text], "removed": [text], "renamed": {text: text}, "band": [1.0, 2.0],
        "causes": [{"slice": {"site": text, "policy": text}, "share": 0.9}], "since": "2026-11-12",
        "next_best": {"slice": {"language": text}, "share": 0.1}, "mix_share": 0.3,
        "mix_moved": {"slice": {"priority": text}, "before": 0.1, "now": 0.2}, "series": "aht",
        "events": [{"event": "sale", "title": text}], "weeks": 3, "fewest": 9, "expected": 1.0,
    }  # fmt: skip
    metric = {Rule.KPI_ANOMALY: {"metric": "aht"}}
    incidents = [
        incident(rule, vendor=text, scope=scope | metric.get(rule, {}), detail=detail, expected=9.0)
        for rule in RULES
    ]
    was = telling(*(replace(each, finding=replace(each.finding, value=1)) for each in incidents))
    until = NOW + timedelta(hours=8)
    word = Word(WordKind.ACKNOWLEDGED, text, NOW, until, text, Severity.CRITICAL)
    said = message(*(replace(each, word=word) for each in incidents), last=was)
    return replace(said, picture=_picture(incidents[0].finding, text))


_configuration = cache(load_configuration)


def _picture(found: Finding, text: str) -> Picture:
    """Show a number of a week, beside an event and causes of that name."""
    flat = (None,) * (DAYS_BEFORE - 7)
    history = History("aht", *((*flat, *(each,) * 8) for each in (9.0, 8.0, 7.0, 9.5)))
    sale = {"event": "sale", "kind": "campaign", "title": "Sale", "first_day": "2026-11-12"}
    event = KnownEvent.model_validate(sale).model_copy(update={"title": text})
    names = Names(_configuration(), DAY)
    data = picture_of(found, {"aht": history}, [event], names)
    assert data is not None
    return Picture(alt_of(data), WIDTH, height_of(data), data)


class _Tags(HTMLParser):
    """Collects elements with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.seen.append(("comment", {data: None}))


def _tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Tags()
    parser.feed(page)
    return parser.seen


def _nodes(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _nodes(child)


def _assert_readable(shown: list[str]) -> None:
    """No template ran, nothing is invisible, no line ends but ours."""
    for text in shown:
        hidden = [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c != "\n"]
        assert hidden == []
        assert not {"\u2028", "\u2029"} & set(text)
        assert "49" not in text
        assert "hunter2" not in text


def _assert_inert_text(text: str) -> None:
    """Nothing is left that any of the services reads as markup, but in addresses of ours."""
    ours = [line for line in text.split("\n") if not line.startswith("Runbook: https://")]
    assert not MARKUP & set("\n".join(ours))


def _slack(found: dict[str, Any], said: Message) -> list[str]:
    assert problem_in(found["blocks"]) is None
    assert "mrkdwn" not in {node.get("type") for node in _nodes(found["blocks"])}
    links = {node["url"] for node in _nodes(found["blocks"]) if node.get("type") == "link"}
    assert links <= {said.runbook}
    assert not set("<>*~`") & set(found["text"])
    return texts_of(found["blocks"])


def _teams(card: dict[str, Any], said: Message) -> list[str]:
    kinds = {node["type"] for node in _nodes(card) if "type" in node}
    assert kinds <= {"AdaptiveCard", "RichTextBlock", "TextRun", "Action.OpenUrl"}
    assert card["msteams"] == {"width": "Full"}
    assert {node["url"] for node in _nodes(card) if "url" in node} <= {said.runbook}
    return [node["text"] for node in _nodes(card) if "text" in node]


def _google_chat(found: dict[str, Any], said: Message) -> list[str]:
    _assert_inert_text(found["text"])
    (sent,) = found["cardsV2"]
    _assert_inert_text(sent["card"]["header"]["title"])
    shown = [node["text"] for node in _nodes(sent["card"]) if isinstance(node.get("text"), str)]
    for tag, attributes in (each for text in shown for each in _tags(text)):
        assert tag in {"b", "br", "a"}
        assert attributes in ({}, {"href": said.runbook})
    return [*shown, found["text"]]


def _jira(issue: dict[str, Any], _said: Message) -> list[str]:
    text = issue["description"]
    assert text.startswith("{noformat}\n")
    assert text.endswith("{noformat}")
    assert not {"{", "}", "["} & set(text.removeprefix("{noformat}").removesuffix("{noformat}"))
    assert "\n" not in issue["summary"]
    assert all(re.fullmatch(r"[a-z0-9-]+", label) for label in issue["labels"])
    return [text, issue["summary"]]


def _pagerduty(event: dict[str, Any], said: Message) -> list[str]:
    assert event["event_action"] == "trigger"
    assert event["links"] == [{"href": said.runbook, "text": "Runbook"}]
    assert "\n" not in event["payload"]["summary"]
    return texts(event["payload"])


def _webhook(document: dict[str, Any], said: Message) -> list[str]:
    assert document["runbook"] == said.runbook
    WebhookDocument.model_validate(document)
    return texts({name: value for name, value in document.items() if name != "thread"})


def _apprise(found: dict[str, Any], _said: Message) -> list[str]:
    _assert_inert_text(found["title"])
    _assert_inert_text(found["message"])
    assert "\n" not in found["title"]
    return [found["title"], found["message"]]


def _email(content: bytes, said: Message) -> list[str]:
    mail = message_from_bytes(content, policy=default)
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
        "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert mail["To"] == "ops@harbour.example"
    assert len(mail["Subject"]) <= LONGEST_SUBJECT
    body = {name: mail.get_body((name,)) for name in ("plain", "html")}
    text, html = (part.get_content() for part in body.values())
    allowed = {
        "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "th", "div",
        "strong", "ul", "li", "a", "img",
    }  # fmt: skip
    alts = []
    for tag, attributes in _tags(html):
        assert tag in allowed
        assert attributes.get("src") in {None, "cid:picture"}
        alts += [attributes["alt"]] if "alt" in attributes else []
        assert attributes.get("href") in {None, said.runbook}
        assert not [name for name in attributes if name.startswith("on")]
    visible = re.sub(r"<style>.*?</style>|<[^>]*>", "", html.replace("\r", ""), flags=re.DOTALL)
    assert len(alts) == (said.picture is not None)
    return [text.replace("\r\n", "\n"), visible, mail["Subject"], *map(str, alts)]


def _file(file: Path, _said: Message) -> list[str]:
    assert re.fullmatch(r"[A-Za-z0-9-]+\.[0-9]{32}\.txt", file.name)
    return [file.read_text(encoding="utf-8")]


CHECKS: Mapping[str, Callable[[Any, Message], list[str]]] = {
    "apprise": _apprise,
    "email": _email,
    "file": _file,
    "google_chat": _google_chat,
    "jira": _jira,
    "pagerduty": _pagerduty,
    "slack": _slack,
    "slack_webhook": _slack,
    "teams": _teams,
    "webhook": _webhook,
}


def test_every_channel_is_tried() -> None:
    """A new one has to say what text means to it."""
    assert set(CHECKS) == set(CHANNELS) == set(SHOWN)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("channel", sorted(CHECKS))
def test_hostile_text_arrives_as_text(channel: Channel, name: str, everywhere: Everywhere) -> None:
    """Sent, taken, and shown by whatever reads it as the characters that it is."""
    said = _message(HOSTILE[name])
    found = everywhere.sent(channel, said)
    shown = CHECKS[channel](found, said)
    assert shown
    _assert_readable([text.replace(DAY.isoformat(), "") for text in shown])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_reply_in_slack_is_as_inert_as_the_message(name: str) -> None:
    """What moved is told in a thread."""
    said = _message(HOSTILE[name])
    news = News(said, TellingReason.WORSENED, is_first=False)
    _, reply = parts_of("slack", news)
    _assert_readable([t.replace(DAY.isoformat(), "") for t in _slack(dict(reply.payload), said)])


def test_an_address_with_a_line_end_goes_nowhere(everywhere: Everywhere) -> None:
    """A thread's earlier message is named by its far end, which may be hostile, too."""
    jira = delivery(
        "jira", recipient="OPS", operation="update", living=living("OPS-1/../../x?y\r\nz", "OPS")
    )
    from breakwater.core.errors import DeliveryError

    with pytest.raises(DeliveryError):
        everywhere.senders["jira"].send(jira)
    assert "\r" not in "".join(everywhere.ends["jira"].issues)


def _digest(name: str) -> Edition:
    """Make a digest in which a vendor, and what the day rests on, is called so."""
    shown = shown_name(name, 60)
    row = TableRow(
        shown, (Cell("1,204", None, measured=Measured(1204.0, "cases", 1204.0)),), shown, False
    )
    table = Table("By vendor", "Vendor", (Column("Incoming", is_essential=True),), "SLA", (row,), 0)
    anomaly = incident(
        Rule.KPI_ANOMALY,
        vendor=name,
        scope={"metric": "aht", "queue": name},
        detail={"series": "aht", "events": [{"event": "sale"}]},
    )
    drawn = _picture(anomaly.finding, name)
    picture = DigestPicture("anomaly-1", drawn.alt, drawn.height, drawn.data)
    digest = Digest(
        operation="Harbour", audience="ops", title=shown, day=DAY, level=Level.ACT,
        verdict=f"{shown}: late.", tiles=(), sections=(), table=table, chart=None, pictures=(picture,),
        quality=(shown,), sources="5 of 5", links=(),
    )  # fmt: skip
    return Edition(digest, 1, ())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_digest_shows_hostile_text_as_text_in_every_format(name: str) -> None:
    """Page, text, blocks and spreadsheet: no element, no mention, no formula, no template."""
    edition, harmless = _digest(HOSTILE[name]), _digest("word")
    page = render_html(edition)
    known = {tag for tag, _ in _tags(render_html(harmless))}
    assert {tag for tag, _ in _tags(page)} <= known
    text = render_text(edition)
    payload = render_slack(edition)
    assert problem_in(payload["blocks"]) is None
    assert "mrkdwn" not in {node.get("type") for node in _nodes(payload["blocks"])}
    assert not set("<>") & set(payload["text"])
    _assert_readable([text.replace(DAY.isoformat(), ""), *texts_of(payload["blocks"])])
    assert "49" not in re.sub(r"(?s)<style.*?</style>|<[^>]*>", "", page)
    with zipfile.ZipFile(io.BytesIO(render_spreadsheet(edition))) as parts:
        sheets = [parts.read(part) for part in parts.namelist() if "worksheets/sheet" in part]
    assert not any(b"<f>" in sheet or b"hyperlink" in sheet for sheet in sheets)
    assert json.dumps(payload, ensure_ascii=False)


def test_severities_are_told_by_a_word_and_a_sign_everywhere(everywhere: Everywhere) -> None:
    """Colour alone would tell nothing to many."""
    said = message(incident(severity=Severity.CRITICAL))
    for channel in sorted(set(CHECKS) - {"pagerduty", "webhook"}):
        shown = "\n".join(CHECKS[channel](everywhere.sent(channel, said), said))
        assert "◆ Critical" in shown or "◆ CRITICAL" in shown, channel
