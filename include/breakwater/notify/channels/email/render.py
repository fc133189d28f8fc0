"""A message as a mail: subject, text and HTML; text is never an afterthought."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from breakwater.core.numbers import tied
from breakwater.core.plain import one_line
from breakwater.notify.channels.text import as_text
from breakwater.notify.message import Message
from breakwater.pictures.stored import as_json
from breakwater.warehouse.picture import picture_id_of

LONGEST_SUBJECT = 160
PICTURE_CID = "picture"
MACHINE_HEADERS = {
    # So that nobody's holiday notice answers an alert.
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
}


def render(message: Message) -> dict[str, Any]:
    """Render to the payload of the e-mail channel."""
    return {
        "subject": one_line(message.subject, LONGEST_SUBJECT),
        "text": as_text(message),
        "html": _template().render(message=message, picture_cid=PICTURE_CID),
        "inline": _inline(message),
        "headers": dict(MACHINE_HEADERS),
    }


def _inline(message: Message) -> list[dict[str, Any]]:
    """Name the picture; it is drawn before the mail is sent."""
    if message.picture is None:
        return []
    picture = picture_id_of(as_json(message.picture.data))
    return [{"cid": PICTURE_CID, "media_type": "image/png", "picture": picture}]


@cache
def _template() -> Template:
    """Load the page in an environment of our own: autoescape on, an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=tied,
    )
    return environment.get_template("alert.html")
