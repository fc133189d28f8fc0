"""What people read, word for word. ``UPDATE_GOLDEN=1`` writes the files; review the difference."""

import json
import os
from io import BytesIO
from pathlib import Path

import pytest
from made_days import DAY, NOW
from PIL import Image, ImageChops

from breakwater.core.vocabulary import RunType
from breakwater.demo.sinks.blocks import problem_in
from breakwater.report.digest import Format, publish_digest, render_digest
from breakwater.warehouse.workspace import Workspace

GOLDEN = Path(__file__).with_name("golden")
AIRFLOW = "https://airflow.harbour.example"
READERS = {
    "quiet": ("ops", "vendor_andeska", "wellbeing"),
    "bad": ("ops", "policy_legal", "vendor_pearlline", "vendor_karavan"),
}
SUFFIXES: dict[Format, str] = {"html": "html", "text": "txt", "slack": "json", "png": "png"}


@pytest.mark.parametrize("situation", sorted(READERS))
def test_a_day_reads_as_reviewed_in_every_format(
    situation: str, request: pytest.FixtureRequest
) -> None:
    """Mail page, text, chat and picture of a situation, for several readers."""
    workspace: Workspace = request.getfixturevalue(situation)
    audiences = READERS[situation]
    publish_digest(
        workspace,
        DAY,
        NOW,
        audiences,
        run_type=RunType.SCHEDULED,
        deliver=False,
        airflow_url=AIRFLOW,
    )
    for audience in audiences:
        for form, suffix in SUFFIXES.items():
            found = render_digest(workspace, DAY, audience, 1, form)
            if form == "html":
                assert isinstance(found, str)
                found = _without_picture(found)
            if form == "slack":
                assert isinstance(found, str)
                assert problem_in(json.loads(found)["blocks"]) is None
            if found == b"":
                assert audience == "wellbeing", "everybody else reads a chart"
                continue
            _assert_golden(GOLDEN / f"{situation}_day" / f"{audience}.{suffix}", found)


def _without_picture(page: str) -> str:
    """Leave the picture's bytes out of the page; they have a file of their own."""
    head, _, rest = page.partition('src="data:image/png;base64,')
    return head + 'src="' + rest.partition('"')[2] if rest else page


def _assert_golden(path: Path, found: str | bytes) -> None:
    content = found.encode() if isinstance(found, str) else found
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert path.exists(), f"{path} is missing; UPDATE_GOLDEN=1 writes it"
    if path.suffix == ".png":
        # Pixels, not bytes: how well a library compresses is no news.
        expected, drawn = (_pixels(data) for data in (path.read_bytes(), content))
        assert ImageChops.difference(expected, drawn).getbbox() is None
    else:
        assert content.decode() == path.read_text(encoding="utf-8")


def _pixels(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content)).convert("RGB")


def test_no_golden_file_is_left_behind() -> None:
    """Every file belongs to a situation and a reader of this module."""
    expected = {
        f"{situation}_day/{audience}.{suffix}"
        for situation, audiences in READERS.items()
        for audience in audiences
        for suffix in SUFFIXES.values()
        if (audience, suffix) != ("wellbeing", "png")
    }
    assert {str(path.relative_to(GOLDEN)) for path in GOLDEN.rglob("*.*")} == expected
