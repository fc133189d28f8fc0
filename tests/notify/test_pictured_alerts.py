"""Alerts about abnormal numbers: the mail that left shows the number among its days."""

import email
import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from html import unescape

import pytest
from situations import DAY, LATER, NOW, finding, found

from breakwater.contracts.events import KnownEvent
from breakwater.contracts.routes import Destination, Route
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.vocabulary import RunType
from breakwater.demo.sinks.mail import MailSink
from breakwater.notify import send
from breakwater.notify.incidents import raise_incidents
from breakwater.notify.people import Saying, say
from breakwater.notify.send import send_pending
from breakwater.notify.sender import Sender
from breakwater.notify.word import WordKind
from breakwater.pictures.anomaly import draw_anomaly
from breakwater.pictures.stored import draw_stored
from breakwater.warehouse.workspace import Workspace

SERIES = "aht{queue}"
SALE = KnownEvent.model_validate(
    {"event": "sale", "kind": "campaign", "title": '"><b>Sale', "first_day": "2026-11-12"}
)
ABNORMAL = finding(
    Rule.KPI_ANOMALY,
    scope={"metric": "aht", "queue": "hate_text"},
    value=212.0,
    unit="seconds",
    threshold=171.0,
    expected=148.0,
    detail={
        "series": SERIES,
        "band": [124.0, 171.0],
        "causes": [{"slice": {"site": "cebu"}, "share": 0.61}],
        "events": [{"event": "sale", "title": '"><b>Sale', "tell_vendors": False}],
    },
)
WORDS = (
    "AHT · Pearlline · hate text, 17 Oct to 14 Nov."
    " 3 min 32 s on the last day, usual 2 min 28 s, band 2 min 4 s to 2 min 51 s."
    " Before: lowest 2 min 26 s on 28 Oct, highest 2 min 29 s on 10 Nov."
    ' Known event: "><b>Sale, 12 Nov to 14 Nov. Of the change: 61 % site cebu.'
)
OPS, HARBOUR = "ops-leads@harbour.example", "harbour-desk@pearlline.example"


@pytest.fixture
def told(workspace: Workspace) -> Workspace:
    """Know twenty days before the abnormal one, and tell three people by mail, and a channel."""
    with workspace.warehouse.transaction() as connection:
        for back in range(21):
            connection.execute(
                "insert into detect.score (operational_day, series, metric, vendor, scope, value,"
                " expected, band_low, band_high, is_anomaly, verdict, reason)"
                " values (%s, %s, 'aht', 'pearlline', '{}', %s, 148, 124, 171, false, 'usual', '')",
                [DAY - timedelta(days=back), SERIES, 212 if back == 0 else 149 - back % 7 % 4],
            )
    recipients = [("email", OPS), ("email", "second@harbour.example"), ("email", "{vendor}")]
    destinations = (
        *(Destination(channel=channel, recipient=name) for channel, name in recipients),
        Destination(channel="slack", recipient="C0OPS"),
        Destination(channel="file", recipient="legal"),
    )
    routes = (Route(route="all", send_to=destinations),)
    configuration = replace(workspace.configuration, routes=routes, events=(SALE,))
    return replace(workspace, configuration=configuration)


def _tell(workspace: Workspace, *findings: Finding) -> None:
    found(workspace.warehouse, *findings)
    raise_incidents(workspace, DAY, NOW, RunType.SCHEDULED)


def _mails(mail: MailSink) -> dict[str, EmailMessage]:
    """Read what left, by recipient; of several the last."""
    parsed = {}
    for stored in mail.store.stored:
        message = email.message_from_bytes(mail.store.read(stored), policy=default)
        assert isinstance(message, EmailMessage)
        parsed[stored.recipients[0]] = message
    return parsed


def _html(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    text: str = body.get_content()
    return text


def _pictures(message: EmailMessage) -> dict[str, bytes]:
    return {
        part["Content-ID"]: part.get_content()
        for part in message.walk()
        if part.get_content_type() == "image/png"
    }


def test_the_mail_that_left_shows_the_number_among_its_days(
    told: Workspace, mail: MailSink, senders: dict[str, Sender]
) -> None:
    """The part is a PNG, the page shows it by its id, and its words carry its numbers."""
    _tell(told, ABNORMAL)
    assert send_pending(told, NOW, senders).summary["sent"] == 5
    message = _mails(mail)[OPS]
    ((cid, png),) = _pictures(message).items()
    assert png.startswith(b"\x89PNG")
    (image,) = re.findall(r"<img[^>]*>", _html(message))
    assert f'src="cid:{cid.strip("<>")}"' in image
    shown = re.search(r'alt="([^"]*)"', image)
    assert shown is not None
    assert unescape(shown[1]).replace("\u00a0", " ") == WORDS
    plain = message.get_body(("plain",))
    assert plain is not None
    assert f"Picture: {WORDS}" in plain.get_content()


def test_it_is_drawn_once_for_all_and_never_while_a_row_is_held(
    told: Workspace, mail: MailSink, senders: dict[str, Sender], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is drawn where the message is written; whoever shows the same shows the same bytes."""
    drawn = []

    def draw(data: dict[str, object]) -> bytes:
        (held,) = told.warehouse.rows(
            "select count(*) as n from pg_locks where locktype = 'advisory'"
        )
        drawn.append(held["n"])
        return draw_stored(data)

    monkeypatch.setattr(send, "draw_stored", draw)
    _tell(told, ABNORMAL)
    assert told.warehouse.rows("select png from notify.picture") == [{"png": None}] * 2
    send_pending(told, NOW, senders)
    send_pending(told, LATER, senders)
    assert drawn == [0, 0]  # ours, and the vendor's without the event
    mails = _mails(mail)
    ours, second, theirs = (_pictures(mails[to]) for to in (OPS, "second@harbour.example", HARBOUR))
    assert ours == second != theirs
    kept = told.warehouse.rows("select data, png from notify.picture")
    assert {bytes(row["png"]) for row in kept} == {*ours.values(), *theirs.values()}
    draw_anomaly.cache_clear()
    assert all(draw_stored(row["data"]) == bytes(row["png"]) for row in kept)


def test_a_vendor_is_not_shown_an_event_that_is_not_for_vendors(
    told: Workspace, mail: MailSink, senders: dict[str, Sender]
) -> None:
    """Its picture is another one, and says so in words."""
    _tell(told, ABNORMAL)
    send_pending(told, NOW, senders)
    theirs = _mails(mail)[HARBOUR]
    assert "on the last day" in _html(theirs)
    assert "Sale" not in theirs.as_string()


def test_chat_keeps_its_text(told: Workspace, senders: dict[str, Sender]) -> None:
    """Slack shows no picture, and a file holds its words."""
    _tell(told, ABNORMAL)
    send_pending(told, NOW, senders)
    (slack,) = told.warehouse.rows("select payload from notify.outbox where channel = 'slack'")
    assert "image" not in str(slack["payload"])
    assert "on the last day" not in str(slack["payload"])
    (file,) = told.outbox_folder.rglob("*.txt")
    assert f"Picture: {WORDS}" in file.read_text(encoding="utf-8")


def test_what_cannot_be_drawn_keeps_no_alert_back(
    told: Workspace, mail: MailSink, senders: dict[str, Sender], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail goes with the words in the picture's place, once."""

    def fails(data: dict[str, object]) -> bytes:  # noqa: ARG001  as draw_stored
        raise OSError

    monkeypatch.setattr(send, "draw_stored", fails)
    _tell(told, ABNORMAL)
    assert send_pending(told, NOW, senders).summary["sent"] == 5
    monkeypatch.undo()
    assert send_pending(told, LATER, senders).summary["sent"] == 0
    message = _mails(mail)[OPS]
    assert _pictures(message) == {}
    assert "on the last day" in _html(message)
    assert told.warehouse.rows("select distinct problem from notify.picture") == [
        {"problem": "OSError"}
    ]


def test_a_kill_while_it_is_drawn_loses_nothing(
    told: Workspace, mail: MailSink, senders: dict[str, Sender], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No attempt has begun by then; the next run draws it and sends each mail once."""

    def killed(data: dict[str, object]) -> bytes:  # noqa: ARG001  as draw_stored
        raise SystemExit

    _tell(told, ABNORMAL)
    monkeypatch.setattr(send, "draw_stored", killed)
    with pytest.raises(SystemExit):
        send_pending(told, NOW, senders)
    monkeypatch.undo()
    rows = told.warehouse.rows("select distinct state, attempts from notify.outbox")
    assert rows == [{"state": "pending", "attempts": 0}]
    assert send_pending(told, NOW, senders).summary["sent"] == 5
    assert len(mail.store.received) == 3
    assert all(len(_pictures(message)) == 1 for message in _mails(mail).values())


def test_what_people_say_and_what_is_over_needs_no_picture(
    told: Workspace, mail: MailSink, senders: dict[str, Sender]
) -> None:
    """A reply that somebody looks after it has words alone; one that it got worse has a new picture."""
    _tell(told, ABNORMAL)
    send_pending(told, NOW, senders)
    (row,) = told.warehouse.rows("select fingerprint from notify.incident")
    until = LATER + timedelta(hours=1)
    say(told, [row["fingerprint"]], Saying(WordKind.ACKNOWLEDGED, "Ana", until=until), NOW)
    send_pending(told, LATER, senders)
    assert _pictures(_mails(mail)[OPS]) == {}
    _tell(told, replace(ABNORMAL, severity=Severity.CRITICAL, value=400.0))
    send_pending(told, LATER, senders)
    assert len(_pictures(_mails(mail)[OPS])) == 1
    _tell(told)
    send_pending(told, LATER, senders)
    assert _pictures(_mails(mail)[OPS]) == {}
    assert _mails(mail)[OPS]["Subject"].startswith("[Resolved]")


def test_an_anomaly_of_which_no_days_are_known_is_told_without(
    told: Workspace, mail: MailSink, senders: dict[str, Sender]
) -> None:
    """Three dots would show nothing."""
    with told.warehouse.transaction() as connection:
        connection.execute("delete from detect.score where operational_day < %s", [DAY])
    _tell(told, ABNORMAL)
    send_pending(told, NOW, senders)
    assert _pictures(_mails(mail)[OPS]) == {}


def test_one_message_for_many_shows_no_single_one(
    told: Workspace, mail: MailSink, senders: dict[str, Sender]
) -> None:
    """Its picture would say that the others matter less."""
    operations = told.configuration.operations.model_copy(update={"storm_cap": 1})
    configuration = replace(told.configuration, operations=operations)
    _tell(replace(told, configuration=configuration), ABNORMAL, finding())
    send_pending(told, NOW, senders)
    message = _mails(mail)[OPS]
    assert "2 alerts" in message["Subject"]
    assert _pictures(message) == {}
