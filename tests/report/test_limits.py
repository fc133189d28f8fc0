"""Sizes at the edge: a mail that Gmail does not clip, blocks that Slack takes."""

import json
from datetime import date, timedelta

import pytest

from breakwater.core.finding import Severity
from breakwater.demo.sinks.blocks import problem_in, texts_of
from breakwater.pictures.data import AnomalyPicture
from breakwater.report import slack
from breakwater.report.html import MOST_RESTATED, render_html
from breakwater.report.message import (
    Cell,
    Column,
    Digest,
    Edition,
    Level,
    Line,
    Link,
    Picture,
    Restated,
    Section,
    Table,
    TableRow,
    Tile,
    Tone,
)
from breakwater.report.slack import MOST_BLOCKS, MOST_CHARACTERS, SHORTENED, render_slack
from breakwater.report.table import MOST_ROWS
from breakwater.report.text import WIDTH, render_text

GMAIL_CLIPS = 102_000
LONG = "W" * 40
"""As long as a name may be."""


def _digest(
    *, lines: int = 6, rows: int = MOST_ROWS, sections: int = 4, name: str = LONG
) -> Digest:
    line = Line(
        Severity.CRITICAL,
        "Critical",
        f"{name} · site {name} · {name} · language {name}",
        f"{name} {name}",
        "12,345 cases late",
        f"longest 12 d 23 h over; 12,345 still open; {name}; deadline unconfirmed",
    )
    cells = (Cell("1 h 12 min", Severity.MAJOR),) * 5
    row = TableRow(name, cells, "▁▂▃▄▅▆▇█▁▂▃▄▅▆", is_total=False)
    return Digest(
        operation=name,
        audience="ops",
        title=name,
        day=date(2026, 11, 22),
        level=Level.ACT,
        verdict=" ".join([f"{name} did not report."] * 3),
        tiles=(Tile(name, name, "12,345,678", "↑ 123 % worse", "usual 1,234", Tone.WORSE),) * 6,
        sections=(Section(name, f"{name}. {name}.", (line,) * lines, 7),) * sections,
        table=Table(name, name, (Column("Incoming", True),) * 5, "SLA trend", (row,) * rows, 3),
        chart=None,
        pictures=(_picture(name), _picture(name)),
        quality=(f"{name} came 3 h 20 min after the deadline.",) * 20,
        sources="4 of 5",
        links=(Link("Runbooks", "https://runbooks.example"),),
    )


def _picture(name: str) -> Picture:
    """Say as much of a picture as can be said."""
    none = (None,) * 29
    days = tuple(date(2026, 10, 25) + timedelta(days=n) for n in range(29))
    data = AnomalyPicture(name, "aht", days, none, none, none, none)
    return Picture("anomaly-1", f"{name}. " * 20, 300, data)


def _restated(count: int) -> tuple[Restated, ...]:
    return tuple(Restated(f"{LONG}, {n}", "1 h 12 min", "2 h 14 min") for n in range(count))


def test_the_largest_page_is_below_what_gmail_clips() -> None:
    """Everything at its limit at once, in the longest names there can be."""
    page = render_html(Edition(_digest(), 2, _restated(200)))
    assert len(page.encode()) < GMAIL_CLIPS
    assert f"and {200 - MOST_RESTATED} more figures" in page


def test_slack_takes_the_largest_digest_and_says_that_it_was_shortened() -> None:
    """More than fits is left out from the end, and the mail is named for the rest."""
    message = render_slack(Edition(_digest(), 2, _restated(200)))
    assert problem_in(message["blocks"]) is None
    assert SHORTENED in texts_of(message["blocks"])
    assert len(json.dumps(message["blocks"], ensure_ascii=False)) <= MOST_CHARACTERS + 200
    assert "came 3 h 20 min" in "".join(texts_of(message["blocks"]))


def test_slack_gets_everything_of_an_ordinary_digest() -> None:
    """Nothing is left out below the limit."""
    digest = _digest(lines=2, rows=5, name="Pearlline")
    texts = texts_of(render_slack(Edition(digest, 1, ()))["blocks"])
    assert SHORTENED not in texts


@pytest.mark.parametrize("sections", [MOST_BLOCKS - 6, MOST_BLOCKS - 5, MOST_BLOCKS + 30])
def test_slack_never_gets_more_blocks_than_it_takes(
    sections: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the limit, one above and far above it, when characters are no question."""
    monkeypatch.setattr(slack, "MOST_CHARACTERS", 10**6)
    digest = _digest(lines=0, rows=1, sections=sections, name="x")
    blocks = render_slack(Edition(digest, 1, ()))["blocks"]
    assert len(blocks) == min(sections + 6, MOST_BLOCKS)
    assert problem_in(blocks) is None


def test_lines_of_text_fit_a_terminal_save_for_the_table() -> None:
    """A name that is longer than a line stays whole."""
    digest = _digest(name="Pearlline")
    text = render_text(Edition(digest, 1, ()))
    table = ("▁", "SLA trend")
    prose = [line for line in text.splitlines() if not any(mark in line for mark in table)]
    assert max(map(len, prose)) <= WIDTH + 4


def test_what_is_left_out_is_counted() -> None:
    """Seven conditions and three vendors more: the reader knows that there are."""
    text = render_text(Edition(_digest(lines=1, rows=1), 1, ()))
    assert "and 7 more" in text
    assert "and 3 smaller ones" in text
