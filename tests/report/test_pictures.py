"""Pictures of anomalies: the same bytes for the same numbers, and their numbers in words."""

import dataclasses
import json
import os
from collections.abc import Mapping
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from made_days import DAY, NOW, bad_findings
from PIL import Image, ImageChops

from breakwater.contracts.events import KnownEvent
from breakwater.core.finding import Rule
from breakwater.core.vocabulary import RunType
from breakwater.pictures.alt import alt_of
from breakwater.pictures.anomaly import WIDTH, draw_anomaly, height_of
from breakwater.pictures.data import AnomalyPicture, Part, Span
from breakwater.report.answers import read_answers
from breakwater.report.digest import publish_digest, render_digest
from breakwater.report.scope import cut
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.workspace import Workspace

GOLDEN = Path(__file__).with_name("looked_at") / "anomaly.png"
DAYS = tuple(date(2026, 10, 25) + timedelta(days=n) for n in range(29))
USUAL = tuple(3000.0 - 150 * day.weekday() for day in DAYS)
DATA = AnomalyPicture(
    title="Manual incoming · Dekkan · spam",
    metric="manual_incoming",
    days=DAYS,
    values=(*(usual + n % 5 * 20 for n, usual in enumerate(USUAL[:-1])), 4120.0),
    expected=USUAL,
    low=tuple(usual * 0.9 for usual in USUAL),
    high=tuple(usual * 1.1 for usual in USUAL),
    events=(Span("Autumn sale", DAYS[-3], DAYS[-1]),),
    parts=(Part("language hi", 0.91), Part("another mix of work", -0.07)),
)


def _pixels(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content)).convert("RGB")


def test_the_picture_is_the_one_that_was_looked_at() -> None:
    """``UPDATE_GOLDEN=1`` writes it; look at the difference."""
    found = draw_anomaly(DATA)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_bytes(found)
    expected = _pixels(GOLDEN.read_bytes())
    assert ImageChops.difference(_pixels(found), expected).getbbox() is None


def test_equal_numbers_give_equal_bytes_and_others_do_not() -> None:
    """So that an edition can be compared, and a mail sent twice is the same mail."""
    first = draw_anomaly(DATA)
    draw_anomaly.cache_clear()
    assert draw_anomaly(DATA) == first
    for other in (
        dataclasses.replace(DATA, values=(*DATA.values[:-1], 3900.0)),
        dataclasses.replace(DATA, events=()),
        dataclasses.replace(DATA, parts=(Part("language hi", 0.5),)),
        dataclasses.replace(DATA, high=tuple(usual * 1.2 for usual in USUAL)),
    ):
        assert draw_anomaly(other) != first


def test_the_picture_is_opaque_white_twice_its_size_and_names_no_software() -> None:
    """Readable on a dark page; metadata would change with every release of a library."""
    content = draw_anomaly(DATA)
    assert _pixels(content).size == (2 * WIDTH, 2 * height_of(DATA))
    assert _pixels(content).getpixel((2, 2)) == (255, 255, 255)
    assert Image.open(BytesIO(content)).info.keys() <= {"transparency"}
    assert len(content) < 60_000


@pytest.mark.parametrize(
    "text", ["$\\frac{1}{0}$", "線上審核", "x" * 300, "", "\u202eabc"], ids=range(5)
)
def test_any_name_can_be_drawn(text: str) -> None:
    """No formula, no missing glyph, no overflow; a warning would fail this test."""
    hostile = dataclasses.replace(DATA, title=text, parts=(Part(text, 1.0),))
    assert _pixels(draw_anomaly(hostile)).size == (2 * WIDTH, 2 * height_of(hostile))


def test_days_without_figures_are_gaps() -> None:
    """Also when there are none at all, or all are the same."""
    nothing = (None,) * len(DAYS)
    for values in (nothing, (0.0,) * len(DAYS)):
        flat = dataclasses.replace(
            DATA, values=values, expected=values, low=values, high=values, parts=(), events=()
        )
        assert _pixels(draw_anomaly(flat)).size == (2 * WIDTH, 2 * height_of(flat))
        assert alt_of(flat)


def test_its_words_hold_its_numbers() -> None:
    """Whoever does not see it reads what it shows."""
    assert alt_of(DATA) == (
        "Manual incoming · Dekkan · spam, 25 Oct to 22 Nov."
        " 4,120 on the last day, usual 2,100, band 1,890 to 2,310."
        " Before: lowest 2,100 on 25 Oct, highest 3,060 on 2 Nov."
        " Known event: Autumn sale, 20 Nov to 22 Nov."
        " Of the change: 91 % language hi; −7 % another mix of work."
    )


def _with_history(workspace: Workspace, series: str = "aht{site}") -> Workspace:
    """Give the bad day's anomaly its days before, a cause and an event."""
    event = KnownEvent.model_validate(
        {"event": "sale", "kind": "campaign", "title": "<Sale>", "first_day": "2026-11-20"}
    )
    finding = next(each for each in bad_findings() if each.rule is Rule.KPI_ANOMALY)
    detail = {
        **finding.detail,
        "series": series,
        "causes": [{"slice": {"queue": "spam"}, "share": 0.8}],
        "events": [{"event": "sale", "title": "<Sale>"}],
    }
    with workspace.warehouse.transaction() as connection:
        part = f"{finding.rule}/{finding.vendor}/{json.dumps(dict(finding.scope))}"
        told = [dataclasses.replace(finding, detail=detail)]
        replace_findings(connection, DAY, "made", part, told)
        for back in range(20):
            connection.execute(
                "insert into detect.score (operational_day, series, metric, vendor, scope, value,"
                " expected, band_low, band_high, is_anomaly, verdict, reason)"
                " values (%s, %s, 'aht', 'pearlline', '{}', %s, 60, 50, 71, false, 'usual', '')",
                [DAY - timedelta(days=back), series, 60 + back % 3 if back else 87],
            )
    configuration = dataclasses.replace(workspace.configuration, events=(event,))
    return dataclasses.replace(workspace, configuration=configuration)


def _inline(workspace: Workspace, audience: str) -> Mapping[str, str]:
    publish_digest(workspace, DAY, NOW, [audience], run_type=RunType.SCHEDULED, deliver=True)
    (row, *_) = workspace.warehouse.rows(
        "select payload from notify.outbox where channel = 'email' and subject like %s",
        [f"digest/{audience}/%"],
    )
    return {each["cid"]: each["base64"] for each in row["payload"]["inline"]}


def test_a_digest_shows_its_worst_anomaly_among_its_days(bad: Workspace) -> None:
    """Inside the mail, with its numbers as the picture's text and in the plain half."""
    told = _with_history(bad)
    assert list(_inline(told, "ops")) == ["chart", "anomaly-1"]
    page = render_digest(told, DAY, "ops", None, "html")
    text = render_digest(told, DAY, "ops", None, "text")
    assert isinstance(page, str)
    assert isinstance(text, str)
    assert "cid:" not in page
    assert page.count("data:image/png;base64,") == 2
    words = "1 min 27 s on the last day, usual 1 min, band 50 s to 1 min 11 s."
    assert words in page
    assert words in " ".join(text.split())
    assert "Known event: &lt;Sale&gt;, 20 Nov to 22 Nov." in page


def test_another_vendor_gets_no_such_picture(bad: Workspace) -> None:
    """What is not in a reader's digest is not in its pictures; nor is what is not for vendors."""
    told = _with_history(bad)
    with told.warehouse.transaction() as connection:
        answers = read_answers(connection, told.configuration, DAY, ["aht"])
    others = next(each for each in told.configuration.audiences if each.vendors == ("dekkan",))
    assert len(answers.histories) == 1
    assert cut(answers, others).answers.histories == ()
    assert list(_inline(told, "vendor_dekkan")) == ["chart"]
    assert list(_inline(told, "vendor_pearlline")) == ["chart", "anomaly-1"]
    text = render_digest(told, DAY, "vendor_pearlline", None, "text")
    assert isinstance(text, str)
    assert "80 % spam" in " ".join(text.split())
    assert "Sale" not in text


def test_an_anomaly_whose_days_are_not_known_gets_no_picture(bad: Workspace) -> None:
    """Three dots would show nothing."""
    told = _with_history(bad)
    with told.warehouse.transaction() as connection:
        connection.execute("delete from detect.score where operational_day < %s", [DAY])
    assert list(_inline(told, "ops")) == ["chart"]
