"""Names that vendors could choose, made to break a template, a page, a chat or a header."""

import dataclasses
import json
import re
from html.parser import HTMLParser

import pytest
from made_days import DAY, NOW

from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.vocabulary import RunType
from breakwater.demo.sinks.blocks import problem_in, texts_of
from breakwater.report.digest import publish_digest, render_digest
from breakwater.warehouse.database import replace_rows
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.workspace import Workspace

HOSTILE = [
    "{{ conn.x.password }}{% raw %}",
    '<script>alert(1)</script><img src=x onerror="x">',
    "<!channel> <@U0ADMIN> <https://evil.example|Airflow>",
    "a\r\nBcc: all@evil.example\r\n\r\nbody",
    '"><mj-include path="/etc/passwd" /><!--[if mso]> ]]>',
    "\u202egpj.exe\u2066 ad\u200bm\u200din \x00\x1b[31m",
    "{{ 7*7 }} ${7*7} %s %n </style>",
    "x" * 5_000,
    "\u3164\u2800",
]


class _Page(HTMLParser):
    """Collects the elements and the visible text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element with its attributes."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text.append(data)


def _publish_with(workspace: Workspace, name: str) -> Workspace:
    """Publish a day whose vendor, queues, site, language and metric are all called so."""
    configuration = workspace.configuration
    vendors = dict(configuration.vendors)
    vendors["dekkan"] = vendors["dekkan"].model_copy(update={"name": name})
    renamed = dataclasses.replace(
        workspace, configuration=dataclasses.replace(configuration, vendors=vendors)
    )
    scope = {"metric": "aht", "queue": name, "site": name, "language": name}
    with workspace.warehouse.transaction() as connection:
        stored = name.replace("\x00", "")  # PostgreSQL takes no NUL in text
        row = ("dekkan", stored, stored, "spam", stored, "p3", "manual_incoming", 50, None)
        columns = (
            *("vendor", "site", "queue", "policy", "language", "priority"),
            *("metric", "numerator", "denominator"),
        )
        replace_rows(connection, "measure.kpi_fact", {"operational_day": DAY}, columns, [row])
        scope = {key: value.replace("\x00", "") for key, value in scope.items()}
        anomaly = Finding(
            Rule.KPI_ANOMALY, DAY, "dekkan", Severity.MAJOR, scope, 90, "seconds", expected=60
        )
        breaks = Finding(
            Rule.RECON_BREAKS, DAY, "dekkan", Severity.MAJOR, {"outcome": stored}, 9, "cases"
        )
        replace_findings(connection, DAY, "made", "*", [anomaly, breaks])
    publish_digest(
        renamed, DAY, NOW, ["ops", "vendor_dekkan"], run_type=RunType.SCHEDULED, deliver=True
    )
    return renamed


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_text_in_every_format(workspace: Workspace, name: str) -> None:
    """It runs nothing, links nowhere, mentions nobody, breaks no line and hides nothing."""
    renamed = _publish_with(workspace, name)
    for audience in ("ops", "vendor_dekkan"):
        page = str(render_digest(renamed, DAY, audience, 1, "html"))
        _assert_inert_page(page)
        text = str(render_digest(renamed, DAY, audience, 1, "text"))
        assert not re.search(r"[\x00-\x09\x0b-\x1f\u200b-\u200f\u202a-\u202e\u2060-\u2069]", text)
        assert not re.search(r"(?m)^Bcc:", text)
        assert "49" not in text
        message = json.loads(str(render_digest(renamed, DAY, audience, 1, "slack")))
        assert problem_in(message["blocks"]) is None
        assert not re.search(r"[<>]", message["text"])
        assert not [b for b in _elements(message["blocks"]) if b.get("type") == "mrkdwn"]
        assert texts_of(message["blocks"])
    for row in workspace.warehouse.rows(
        "select payload from notify.outbox where channel = 'email'"
    ):
        assert not re.search(r"[\r\n]", row["payload"]["subject"])
        assert len(row["payload"]["subject"]) <= 160


def _assert_inert_page(source: str) -> None:
    page = _Page()
    page.feed(source)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "object", "form", "mj-include"}
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        if tag == "a":
            assert attributes["href"] is None
        if tag == "img":
            assert str(attributes["src"]).startswith("data:image/png;base64,")
    assert "root:" not in source
    assert "49" not in re.sub(r"#[0-9a-f]{6}|\d+px", "", "".join(page.text))


def _elements(node: object) -> list[dict[str, object]]:
    if isinstance(node, dict):
        return [node, *(e for value in node.values() for e in _elements(value))]
    if isinstance(node, list):
        return [e for value in node for e in _elements(value)]
    return []


def test_a_name_is_shown_as_it_is_written(workspace: Workspace) -> None:
    """Escaping is not deleting: the reader sees the odd name."""
    renamed = _publish_with(workspace, "Smith & <Sons> {{ 1 }}")
    page = _Page()
    page.feed(str(render_digest(renamed, DAY, "ops", 1, "html")))
    assert "Smith & <Sons> {{ 1 }}" in "".join(page.text)
    assert "Smith & <Sons> {{ 1 }}" in str(render_digest(renamed, DAY, "ops", 1, "text"))
