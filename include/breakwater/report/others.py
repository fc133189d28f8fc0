"""An edition for the channels besides mail and Slack, as each takes it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from breakwater.contracts.audiences import Audience
from breakwater.contracts.channels import ChannelName
from breakwater.core.plain import inert, one_line, shortened
from breakwater.report.google_chat import render_google_chat
from breakwater.report.message import Edition, Level
from breakwater.report.slack import render_slack
from breakwater.report.teams import render_teams
from breakwater.report.text import render_text

LONGEST_TITLE = 160
LONGEST_BODY = 30_000
_KINDS = {Level.CLEAR: "success", Level.WATCH: "warning", Level.ACT: "failure"}


def _apprise(edition: Edition) -> dict[str, Any]:
    """Render to ``{kind, title, body}``; which service reads what as markup is not known here."""
    return {
        "kind": _KINDS[edition.digest.level],
        "title": inert(one_line(edition.subject, LONGEST_TITLE)),
        "body": shortened(inert(render_text(edition)), LONGEST_BODY),
    }


def _file(edition: Edition) -> dict[str, Any]:
    digest = edition.digest
    name = f"digest {digest.audience} {digest.about.name} edition {edition.number}"
    return {"name": re.sub(r"[^A-Za-z0-9]+", "-", name), "text": render_text(edition)}


RENDERERS: Mapping[ChannelName, Callable[[Edition], dict[str, Any]]] = {
    "apprise": _apprise,
    "file": _file,
    "google_chat": render_google_chat,
    "slack_webhook": render_slack,
    "teams": render_teams,
}
"""Every channel that `breakwater.contracts.audiences` lets an audience name."""


def render_others(edition: Edition, audience: Audience) -> dict[str, dict[str, Any]]:
    """Render an edition for each further channel that its audience names, by channel."""
    channels = sorted({address.channel for address in audience.others})
    return {channel: RENDERERS[channel](edition) for channel in channels}
