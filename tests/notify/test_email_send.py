"""The e-mail channel against a real SMTP server."""

import base64
import contextlib
import email
import hashlib
import socketserver
import threading
import time
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from situations import NOW, delivery, living

from breakwater.core.errors import ConfigurationError, DeliveryError
from breakwater.demo.sinks.mail import DROP_AFTER_DATA, MailSink, MailStore
from breakwater.notify.channels.email.mail import build_mail
from breakwater.notify.channels.email.send import EmailSender
from breakwater.notify.channels.email.settings import SmtpSettings

SENDER = "breakwater@harbour.example"
PIXEL = base64.b64encode(b"\x89PNG not really").decode()


@pytest.fixture
def smtp(mail: MailSink) -> EmailSender:
    """Make a sender for the server."""
    return EmailSender(SmtpSettings("127.0.0.1", mail.port, SENDER, security="none"))


def _payload(**more: object) -> dict[str, object]:
    payload = {"subject": "Breaks", "text": "12", "html": "<p>12</p>", "inline": [], "headers": {}}
    return payload | more


def _only(mail: MailSink) -> EmailMessage:
    (stored,) = mail.store.stored
    parsed = email.message_from_bytes(mail.store.read(stored), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_a_mail_arrives_with_text_html_and_its_image(smtp: EmailSender, mail: MailSink) -> None:
    """alternative(text, related(html, png)); the image is found by its content id."""
    image = {"cid": "chart", "media_type": "image/png", "base64": PIXEL}
    payload = _payload(
        subject="Breaks · Modération ▲", html='<img src="cid:chart">', inline=[image]
    )
    receipt = smtp.send(delivery("email", payload=payload))
    received = _only(mail)
    assert received["Subject"] == "Breaks · Modération ▲"
    assert (received["From"], received["To"]) == (SENDER, "ops@harbour.example")
    assert received["Message-ID"] == receipt.far_end_id
    text, related = received.iter_parts()
    html, png = related.iter_parts()
    assert (text.get_content().strip(), html.get_content_type()) == ("12", "text/html")
    assert (png["Content-ID"], png.get_content()) == ("<chart>", b"\x89PNG not really")


def test_a_file_is_attached_beside_what_is_read(smtp: EmailSender, mail: MailSink) -> None:
    """mixed(alternative(text, html), file); its bytes arrive as they were."""
    file = {"name": "numbers.xlsx", "media_type": "application/x-sheet", "base64": PIXEL}
    smtp.send(delivery("email", payload=_payload(attachments=[file])))
    received = _only(mail)
    (attached,) = received.iter_attachments()
    assert attached.get_filename() == "numbers.xlsx"
    assert attached.get_content() == b"\x89PNG not really"
    assert received.get_content_type() == "multipart/mixed"


def test_every_attempt_is_the_same_mail(smtp: EmailSender, mail: MailSink) -> None:
    """Handed over twice: same Message-ID, same bytes; a mail store keeps one."""
    one = delivery("email", attempts=1)
    assert smtp.was_delivered(one) is None
    smtp.send(one)
    smtp.send(delivery("email", attempts=2, is_in_doubt=True))
    first, second = mail.store.received
    assert (first.message_id, first.sha256) == (second.message_id, second.sha256)
    assert mail.store.stored == [first]


def test_its_bytes_depend_on_the_delivery_alone() -> None:
    """A hash over a whole mail with an image: no random boundary, no clock."""
    image = {"cid": "chart", "media_type": "image/png", "base64": PIXEL}
    built = [
        build_mail(delivery("email", payload=_payload(inline=[image])), SENDER).as_bytes()
        for _ in range(2)
    ]
    assert len({hashlib.sha256(mail).hexdigest() for mail in built}) == 1
    assert NOW.strftime("%d Nov %Y %H:%M:%S").encode() in built[0]


def test_later_mails_of_a_thread_refer_to_its_first(smtp: EmailSender, mail: MailSink) -> None:
    """In-Reply-To and References; the first stays the living one."""
    first = living("<first@harbour.example>", "ops@harbour.example")
    receipt = smtp.send(delivery("email", operation="reply", living=first))
    assert not receipt.is_living
    received = _only(mail)
    assert received["In-Reply-To"] == received["References"] == first.far_end_id


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [("451 try later", False), ("421 busy", False), ("552 too large", True), ("554 no", True)],
)
def test_the_server_says_whether_to_try_again(
    answer: str, permanent: bool, smtp: EmailSender, mail: MailSink
) -> None:
    """4xx may pass, 5xx will not; neither leaves a doubt, and the server's words stay out."""
    mail.faults.append(answer)
    with pytest.raises(DeliveryError) as caught:
        smtp.send(delivery("email"))
    assert (caught.value.permanent, caught.value.in_doubt) == (permanent, False)
    assert answer[:3] in str(caught.value)
    assert answer[4:] not in str(caught.value)
    assert mail.store.received == []


@pytest.mark.parametrize(("answer", "permanent"), [("550 unknown", True), ("450 full", False)])
def test_a_refused_recipient_is_never_silent(
    answer: str, permanent: bool, smtp: EmailSender, mail: MailSink
) -> None:
    """Each address is a mail of its own, so none can hide behind another."""
    mail.refused["ops@harbour.example"] = answer
    with pytest.raises(DeliveryError, match="recipient refused") as caught:
        smtp.send(delivery("email"))
    assert caught.value.permanent is permanent
    smtp.send(delivery("email", recipient="legal@harbour.example"))
    assert [received.recipients for received in mail.store.received] == [["legal@harbour.example"]]


def test_a_connection_lost_after_the_mail_leaves_a_doubt(smtp: EmailSender, mail: MailSink) -> None:
    """The server has it, we did not hear so: transient, in doubt, harmless when sent again."""
    mail.faults.append(DROP_AFTER_DATA)
    with pytest.raises(DeliveryError) as caught:
        smtp.send(delivery("email"))
    assert (caught.value.permanent, caught.value.in_doubt) == (False, True)
    smtp.send(delivery("email", attempts=2, is_in_doubt=True))
    assert len(mail.store.received) == 2
    assert len(mail.store.stored) == 1


@pytest.mark.parametrize("said", ["", "220 sink\r\n"], ids=["its first line", "after it"])
def test_a_server_that_only_drips_is_hung_up_on(said: str) -> None:
    """Each byte comes in time and the answer never; nothing of the mail was said to it."""
    ending = threading.Event()

    class Drip(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(said.encode())
            with contextlib.suppress(OSError):
                while not ending.wait(0.05):
                    self.wfile.write(b"2")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Drip) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        settings = SmtpSettings("127.0.0.1", server.server_address[1], SENDER, security="none")
        began = time.monotonic()
        with pytest.raises(DeliveryError) as caught:
            EmailSender(replace(settings, longest_seconds=0.4)).send(delivery("email"))
        ending.set()
        server.shutdown()
    assert (caught.value.permanent, time.monotonic() - began < 5) == (False, True)


def test_a_server_that_is_down_has_received_nothing() -> None:
    """Nobody listens: transient, no doubt."""
    down = EmailSender(SmtpSettings("127.0.0.1", 9, SENDER, security="none", timeout_seconds=2))
    with pytest.raises(DeliveryError) as caught:
        down.send(delivery("email"))
    assert (caught.value.permanent, caught.value.in_doubt) == (False, False)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encryption_never_falls_back_to_plain_text(security: str, mail: MailSink) -> None:
    """The server offers none, or somebody in between removed the offer: nothing is sent."""
    settings = SmtpSettings("127.0.0.1", mail.port, SENDER, security=security, timeout_seconds=2)
    with pytest.raises(DeliveryError) as caught:
        EmailSender(settings).send(delivery("email"))
    assert not caught.value.permanent
    assert mail.store.received == []


@pytest.mark.parametrize(
    "spoiled",
    [
        {"payload": _payload(subject="Breaks\r\nBcc: all@evil.example")},
        {"payload": _payload(headers={"X-Queue": "spam\r\nBcc: all@evil.example"})},
        {"payload": _payload(headers={"X-Queue\r\nBcc": "all@evil.example"})},
        {"payload": _payload(headers={"Bcc": "all@evil.example"})},
        {"payload": _payload(headers={"message-id": "<other@evil.example>"})},
        {"payload": _payload(inline=[{"cid": "a", "media_type": "image/png", "base64": "%%"}])},
        {"payload": _payload(
            inline=[{"cid": "a\r\nBcc: b@evil.example", "media_type": "image/png", "base64": ""}]
        )},
        {"recipient": "ops@harbour.example\r\nBcc: all@evil.example"},
        {"recipient": "ops@harbour.example, all@evil.example"},
        {"recipient": "öps@harbour.example"},
        {"recipient": ""},
    ],
    ids=["subject", "header", "header name", "bcc", "message id", "base64", "content id",
         "recipient", "two recipients", "not ASCII", "nobody"],
)  # fmt: skip
def test_what_would_break_the_head_of_a_mail_is_refused_for_good(
    spoiled: dict[str, object], smtp: EmailSender, mail: MailSink
) -> None:
    """Refused before anything is said to the server."""
    with pytest.raises(DeliveryError) as caught:
        smtp.send(delivery("email", **spoiled))
    assert caught.value.permanent
    assert mail.store.received == []


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("smtp://mail.example?from=b@h.example", ("mail.example", 25, "none", None)),
        ("smtps://mail.example?from=b@h.example", ("mail.example", 465, "tls", None)),
        (
            "smtp+starttls://user%40h:p%2Fw@mail.example:2587?from=b@h.example",
            ("mail.example", 2587, "starttls", "user@h"),
        ),
    ],
)
def test_settings_are_read_from_a_uri(uri: str, expected: tuple[object, ...]) -> None:
    """Scheme, host, port and login; escaped characters are read as themselves."""
    settings = SmtpSettings.from_uri(uri)
    assert (settings.host, settings.port, settings.security, settings.user) == expected


@pytest.mark.parametrize(
    "uri",
    ["http://mail.example?from=b@h.example", "smtp://user:geheim@mail.example", "smtp://?from=b@h"],
)
def test_a_wrong_uri_is_explained_without_its_password(uri: str) -> None:
    """Expected and found; never the secret."""
    with pytest.raises(ConfigurationError, match="BREAKWATER_SMTP: expected") as caught:
        SmtpSettings.from_uri(uri)
    assert "geheim" not in str(caught.value)


def test_the_password_is_not_shown_with_the_settings() -> None:
    """Neither in a log line nor in a trace."""
    assert "geheim" not in repr(SmtpSettings.from_uri("smtp://u:geheim@h?from=b@h.example"))


def test_the_store_remembers_what_it_has_over_a_restart(tmp_path: Path) -> None:
    """The sink of the demo may be stopped and started between two attempts."""
    mail = build_mail(delivery("email"), SENDER).as_bytes()
    for _ in range(2):
        MailStore(tmp_path).keep(mail, SENDER, ["ops@harbour.example"])
    store = MailStore(tmp_path)
    assert [received.stored_as != "" for received in store.received] == [True, False]
