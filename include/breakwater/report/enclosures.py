"""What an edition carries besides its words: pictures, and tables to go on counting with.

They depend on the digest alone, so those of an edition that nobody is sent can be made when
somebody looks at it: a backfill of a year draws none.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from breakwater.pictures.anomaly import draw_anomaly
from breakwater.report.chart import draw_chart
from breakwater.report.message import Digest, Edition
from breakwater.report.spreadsheet import render_spreadsheet


@dataclass(frozen=True, slots=True)
class Enclosures:
    """What is made of a digest's numbers.

    Attributes:
        chart: the picture as PNG; empty when there is nothing to draw.
        pictures: the others, by the id under which the page shows them.
        spreadsheet: the tables as XLSX; empty for readers who get no mail.
    """

    chart: bytes = b""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    spreadsheet: bytes = b""


def make_enclosures(edition: Edition, *, is_mailed: bool) -> Enclosures:
    """Draw the pictures of an edition, and write its spreadsheet for readers who get mail."""
    digest = edition.digest
    return Enclosures(
        chart=draw_chart(digest.chart) if digest.chart else b"",
        pictures={each.cid: draw_anomaly(each.data) for each in digest.pictures},
        spreadsheet=render_spreadsheet(edition) if is_mailed else b"",
    )


def pictures_as_text(pictures: Mapping[str, bytes]) -> str:
    """Spell pictures as they are stored: JSON with Base64."""
    return json.dumps({cid: base64.b64encode(png).decode("ascii") for cid, png in pictures.items()})


def enclosures_of(row: Mapping[str, Any]) -> Enclosures:
    """Return what a stored edition carries; what was not made yet is made of its message.

    Args:
        row: of ``report.edition``.
    """
    if row["chart"] is None:
        edition = Edition(_digest_of(row["message"]), row["edition"], ())
        return make_enclosures(edition, is_mailed=row["spreadsheet"] is None)
    pictures = {cid: base64.b64decode(text) for cid, text in sorted(row["pictures"].items())}
    return Enclosures(bytes(row["chart"]), pictures, bytes(row["spreadsheet"]))


def _digest_of(message: Mapping[str, Any]) -> Digest:
    """Read a digest back from what is stored of it."""
    known = {name: message[name] for name in Digest.__dataclass_fields__ if name in message}
    return _adapter().validate_python(known)


@cache
def _adapter() -> TypeAdapter[Digest]:
    return TypeAdapter(Digest)
