"""What the demo leaves to look at: the digest as a page and as a picture, the captured messages."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from breakwater.demo.screenshot import BrowserMissingError, photograph
from breakwater.report.digest import render_digest
from breakwater.warehouse.workspace import Workspace

AUDIENCE = "ops"


@dataclass(frozen=True, slots=True)
class Keepsakes:
    """Where things lie.

    Attributes:
        digest: the digest as HTML.
        picture: a photograph of it, or its chart alone on a machine without Chromium.
        mail: folder of the captured mail.
        chat: page of the captured chat.
    """

    digest: Path
    picture: Path
    mail: Path
    chat: Path


def write_keepsakes(workspace: Workspace, day: date, home: Path) -> Keepsakes:
    """Write the operations team's digest of a day beside the captured messages."""
    digest, picture = home / "digest.html", home / "digest.png"
    page = render_digest(workspace, day, AUDIENCE, None, "html")
    digest.write_text(str(page), encoding="utf-8")
    try:
        photograph(digest.as_uri(), picture)
    except BrowserMissingError:
        chart = render_digest(workspace, day, AUDIENCE, None, "png")
        picture.write_bytes(chart if isinstance(chart, bytes) else chart.encode())
    return Keepsakes(digest, picture, home / "mail", home / "chat" / "index.html")
