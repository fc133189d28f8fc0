"""Whatever a vendor writes stays text: in chat, in mail, in files and in their names."""

import json
import unicodedata
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser

import pytest
from hostile import HOSTILE
from situations import delivery, incident, message, telling

from breakwater.core.finding import Rule, Severity
from breakwater.core.plain import one_line
from breakwater.demo.sinks.blocks import problem_in, texts_of
from breakwater.notify.channels.email.mail import build_mail
from breakwater.notify.channels.email.render import render as render_email
from breakwater.notify.channels.file.render import render as render_file
from breakwater.notify.channels.slack.render import render as render_slack
from breakwater.notify.channels.slack.render import render_reply
from breakwater.notify.message import Message


def _message(text: str) -> Message:
    """Put the text wherever a finding can carry text, and let it move once."""
    scope = {"queue": text, "outcome": text, "clock": text, text: text}
    detail = {"fault": text, "provision": text, "confidence": text, "reasons": {text: 3}}
    rules = (Rule.RECON_BREAKS, Rule.STATUTORY_CLOCK_BREACHED, Rule.QUARANTINE_HIGH)
    incidents = [incident(rule, vendor=text, scope=scope, detail=detail) for rule in rules]
    was = telling(*(incident(rule, vendor=text, scope=scope, value=1) for rule in rules))
    return message(*incidents, last=was)


@pytest.fixture(params=HOSTILE.values(), ids=HOSTILE.keys())
def hostile(request: pytest.FixtureRequest) -> str:
    """Take each hostile text in turn."""
    text: str = request.param
    return text


def _elements(node: object) -> Iterator[dict[str, object]]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _elements(child)


def test_slack_blocks_hold_it_only_where_slack_reads_no_markup(hostile: str) -> None:
    """Only ``plain_text`` and ``text`` elements; the one link is our runbook."""
    message = _message(hostile)
    for payload in (render_slack(message), render_reply(message)):
        assert problem_in(payload["blocks"]) is None
        kinds = {element["type"] for element in _elements(payload["blocks"]) if "type" in element}
        assert "mrkdwn" not in kinds
        links = [e["url"] for e in _elements(payload["blocks"]) if e.get("type") == "link"]
        assert set(links) <= {message.runbook}


def test_slack_text_has_no_markup_left(hostile: str) -> None:
    """No bracket opens a mention or a link, no delimiter opens a style."""
    message = _message(hostile)
    for payload in (render_slack(message), render_reply(message)):
        assert not set("<>*~`") & set(payload["text"])
        assert "&" not in payload["text"].replace("&amp;", "").replace("&lt;", "").replace(
            "&gt;", ""
        )


def test_nothing_invisible_is_shown_anywhere(hostile: str) -> None:
    """No control but our line ends, no bidirectional override, no zero width."""
    message = _message(hostile)
    shown = [
        *texts_of(render_slack(message)),
        render_email(message)["subject"],
        render_email(message)["text"],
        render_email(message)["html"],
        render_file(message)["text"],
    ]
    for text in shown:
        bad = [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c != "\n"]
        assert bad == []
        assert not {"\u2028", "\u2029"} & set(text)


class _Tags(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[tuple[str, tuple[str, ...]]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add((tag, tuple(name for name, _ in attrs)))

    def handle_comment(self, data: str) -> None:
        self.seen.add(("comment", (data,)))


def _tags(page: str) -> set[tuple[str, tuple[str, ...]]]:
    parser = _Tags()
    parser.feed(page)
    return parser.seen


def test_html_has_the_tags_of_a_harmless_message_and_no_others(hostile: str) -> None:
    """The same tags with the same attributes as when the text is a plain word."""
    page = render_email(_message(hostile))["html"]
    assert _tags(page) <= _tags(render_email(_message("word"))["html"])


def test_a_mail_has_our_headers_and_no_others(hostile: str) -> None:
    """Nobody is added to the recipients; the body stays the body."""
    payload = render_email(_message(hostile))
    mail = message_from_bytes(
        build_mail(delivery("email", payload=payload), "breakwater@harbour.example").as_bytes(),
        policy=default,
    )
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
        "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert mail["To"] == "ops@harbour.example"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert len(mail["Subject"]) <= 160


def test_a_file_name_is_letters_digits_and_dashes(hostile: str) -> None:
    """It names one file in its folder and nothing else."""
    name = render_file(_message(hostile))["name"]
    assert 0 < len(name) <= 80
    assert all(c == "-" or (c.isascii() and c.isalnum()) for c in name)


def test_templates_in_the_text_are_not_run(hostile: str) -> None:
    """What is delivered is what was written, or less of it: never 49."""
    message = _message(hostile)
    said = json.dumps([render_slack(message), render_email(message), render_file(message)])
    assert "49" not in said.replace("2026-11-14", "")


def test_half_a_character_is_dropped() -> None:
    """A lone surrogate cannot be written as UTF-8; what is left can."""
    assert one_line("bad \ud800 half", 60) == "bad half"


@pytest.mark.parametrize("length", [1, 59, 60, 61, 10_000])
def test_a_line_is_cut_at_its_limit_and_shows_it(length: int) -> None:
    """Sixty characters stay; of sixty-one the last is an ellipsis."""
    line = one_line("x" * length, 60)
    assert len(line) == min(length, 60)
    assert line.endswith("…") is (length > 60)


def test_a_message_about_very_many_conditions_stays_within_slacks_limits() -> None:
    """Three hundred conditions with long names: ten rows, and how many are left out."""
    many = [
        incident(scope={"queue": f"{n:03}" + "q" * 500, "clock": "c" * 500}, severity=severity)
        for n, severity in enumerate([Severity.MAJOR] * 300)
    ]
    opened = message(*many)
    assert (len(opened.rows), opened.rows_left_out) == (10, 290)
    payload = render_slack(opened)
    assert problem_in(payload["blocks"]) is None
    assert "… and 290 more" in texts_of(payload)
    moved = message(*many, last=telling(*many[:1], thread_key="x"))
    assert problem_in(render_slack(moved)["blocks"]) is None
    assert problem_in(render_reply(moved)["blocks"]) is None
