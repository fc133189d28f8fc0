"""Digests in chats besides Slack: opt-in, within what each platform takes, no markup of others."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_days import DAY, NOW

from breakwater.contracts.audiences import DIGEST_CHANNELS, Audience
from breakwater.contracts.channels import (
    LARGEST_CHAT_MESSAGE,
    LARGEST_TEAMS_CARD,
    ChannelAddress,
)
from breakwater.core.finding import Severity
from breakwater.core.vocabulary import RunType
from breakwater.report.blocks import SHORTENED
from breakwater.report.digest import publish_digest
from breakwater.report.google_chat import render_google_chat
from breakwater.report.message import Digest, Edition, Level, Line, Link, Section
from breakwater.report.others import RENDERERS
from breakwater.report.teams import render_teams
from breakwater.warehouse.workspace import Workspace

GOLDEN = Path(__file__).with_name("golden_chats")
ROOMS = tuple(
    ChannelAddress(channel=channel, recipient="desk") for channel in sorted(DIGEST_CHANNELS)
)


def _in_rooms(workspace: Workspace, *names: str) -> Workspace:
    """Let audiences name a room of every further channel."""
    audiences = tuple(
        each.model_copy(update={"others": ROOMS}) if each.audience in names else each
        for each in workspace.configuration.audiences
    )
    return replace(workspace, configuration=replace(workspace.configuration, audiences=audiences))


def _publish(workspace: Workspace, *names: str) -> None:
    publish_digest(
        workspace,
        DAY,
        NOW,
        list(names),
        run_type=RunType.SCHEDULED,
        deliver=True,
        airflow_url="https://airflow.harbour.example",
    )


def _sent(workspace: Workspace) -> list[tuple[str, str, str, Any]]:
    rows = workspace.warehouse.rows(
        "select subject, transition, operation, channel, payload from notify.outbox"
        " where recipient = 'desk' order by outbox_id"
    )
    return [(r["channel"], r["transition"], r["operation"], r["payload"]) for r in rows]


def test_who_names_rooms_reads_the_digest_there_as_reviewed(bad: Workspace) -> None:
    """Word for word; an audience that names none is sent what it always was."""
    rooms = _in_rooms(bad, "ops")
    _publish(rooms, "ops", "apac")
    sent = {channel: payload for channel, _, _, payload in _sent(rooms)}
    assert set(sent) == DIGEST_CHANNELS
    for channel in ("google_chat", "teams"):
        text = json.dumps(sent[channel], indent=1, ensure_ascii=False) + "\n"
        file = GOLDEN / f"{channel}.json"
        if os.environ.get("UPDATE_GOLDEN"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")
    kept = bad.warehouse.rows("select audience, others <> '{}' as any from report.edition")
    assert {row["audience"]: row["any"] for row in kept} == {"ops": True, "apac": False}


def test_a_correction_is_another_message_in_the_thread_where_there_is_one(bad: Workspace) -> None:
    """It says which edition it is, and what moved."""
    rooms = _in_rooms(bad, "ops")
    _publish(rooms, "ops")
    with bad.warehouse.transaction() as connection:
        connection.execute(
            "update measure.kpi_fact set numerator = numerator * 3 where operational_day = %s",
            [DAY],
        )
    _publish(rooms, "ops")
    later = [each for each in _sent(rooms) if each[1] == "edition-2"]
    assert {channel: operation for channel, _, operation, _ in later} == {
        channel: "reply" if channel == "google_chat" else "post" for channel in DIGEST_CHANNELS
    }
    for _, _, _, payload in later:
        assert "edition 2" in json.dumps(payload)
        assert "since edition 1" in json.dumps(payload).lower()


def test_a_vendors_room_reads_of_no_other_vendor(bad: Workspace) -> None:
    """The same cut as its mail."""
    rooms = _in_rooms(bad, "vendor_pearlline")
    _publish(rooms, "vendor_pearlline")
    said = json.dumps(_sent(rooms), ensure_ascii=False)
    assert "Pearlline" in said
    for name in ("Andeska", "Baltica", "Dekkan", "Karavan", "airflow.harbour"):
        assert name not in said


@pytest.mark.parametrize("channel", ["email", "jira", "pagerduty", "slack", "webhook"])
def test_a_channel_that_takes_no_digest_is_refused_by_name(channel: str) -> None:
    """Mail and Slack have keys of their own; a pager and an issue are of one alert."""
    address = {"email": "a@b.example", "jira": "OPS", "slack": "C0OPS"}.get(channel, "ops")
    with pytest.raises(ValueError, match=f"expected one of apprise, .*; found {channel}"):
        Audience.model_validate(
            {
                "audience": "ops",
                "title": "Operations",
                "kind": "ops",
                "zone": "UTC",
                "others": [{"channel": channel, "recipient": address}],
            }
        )


def test_every_channel_that_may_be_named_has_a_renderer() -> None:
    """Neither more nor fewer."""
    assert set(RENDERERS) == DIGEST_CHANNELS


HOSTILE = "<b>x</b> **bold** [a](https://evil.example) <!channel> @all <users/all> {{7*7}}"


def _edition(count: int, text: str) -> Edition:
    line = Line(Severity.MAJOR, "Major", text, text, "12", text)
    sections = tuple(Section(f"Topic {n}", text, (line,) * 5, 0) for n in range(count))
    links = (Link("Runbooks", "https://runbooks.example/?a=1&b=2"),)
    digest = Digest(
        "Harbour", "ops", text, DAY, Level.ACT, text, (), sections, None, None, (), (text,), "5 of 5", links
    )  # fmt: skip
    return Edition(digest, 1, ())


@pytest.mark.parametrize("text", ["x" * 300, "ж" * 300, "&" * 300])
def test_what_does_not_fit_is_left_out_from_the_end_and_said_so(text: str) -> None:
    """Bytes, not characters; the verdict and the links stay."""
    card = render_teams(_edition(80, text))["card"]
    message = render_google_chat(_edition(80, text))
    for payload, limit in ((card, LARGEST_TEAMS_CARD), (message, LARGEST_CHAT_MESSAGE)):
        spelled = json.dumps(payload, ensure_ascii=False)
        assert limit / 2 < len(spelled.encode()) <= limit
        assert SHORTENED in spelled
        assert "Topic 0" in spelled
        assert "Topic 79" not in spelled
        assert "https://runbooks.example/" in spelled


def test_text_of_others_is_shown_and_read_as_nothing_else() -> None:
    """Text runs in Teams, escaped in a card of Chat, look-alikes where markup cannot be switched off."""
    edition = _edition(1, HOSTILE)
    card = render_teams(edition)["card"]
    kinds = {node["type"] for node in _nodes(card) if "type" in node}
    assert kinds == {"AdaptiveCard", "RichTextBlock", "TextRun", "Action.OpenUrl"}
    assert [node["url"] for node in _nodes(card) if "url" in node] == [edition.digest.links[0].url]
    message = render_google_chat(edition)
    for widget in (node["text"] for node in _nodes(message["card"]) if "text" in node):
        for ours in (
            "<b>",
            "</b>",
            "<br>",
            '<a href="https://runbooks.example/?a=1&amp;b=2">',
            "</a>",
        ):
            widget = widget.replace(ours, "")  # noqa: PLW2901
        assert not {"<", ">"} & set(widget)
    inert = [
        message["text"],
        message["card"]["header"]["title"],
        *RENDERERS["apprise"](edition).values(),
    ]
    for text in inert:
        assert not set("*<>[]@{}|`~") & set(text)
    assert RENDERERS["file"](edition)["name"].replace("-", "").isalnum()


def _nodes(node: Any) -> list[dict[str, Any]]:  # noqa: ANN401  JSON
    if isinstance(node, dict):
        return [node, *(each for value in node.values() for each in _nodes(value))]
    return [each for item in node for each in _nodes(item)] if isinstance(node, list) else []
