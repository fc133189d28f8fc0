"""Editions: every published state of a digest is kept, and the next one says what moved."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from breakwater.core.errors import BreakwaterError
from breakwater.report.chart import draw_chart
from breakwater.report.charts.anomaly import draw_anomaly
from breakwater.report.html import render_html
from breakwater.report.message import Digest, Edition, Restated
from breakwater.report.slack import render_slack
from breakwater.report.text import render_text
from breakwater.warehouse.database import Connection
from breakwater.warehouse.stage_run import fingerprint_of


class NoEditionError(BreakwaterError):
    """An edition was asked for that was never published."""

    def __init__(self, day: date, audience: str, edition: int | None) -> None:
        """Name the day, the audience and the edition."""
        which = "an edition" if edition is None else f"edition {edition}"
        super().__init__(
            f"{day.isoformat()} {audience}: expected {which} of the digest; found none"
        )


@dataclass(frozen=True, slots=True)
class Published:
    """An edition in every format.

    Attributes:
        day: the operational day.
        audience: who reads.
        number: 1 for the first.
        subject: the line of a mail.
        html: the page; its picture is ``cid:chart``.
        text: the same as plain text.
        slack: ``{text, blocks}``.
        chart: the picture as PNG; empty when there is nothing to draw.
        pictures: the others, by the id under which the page shows them.
    """

    day: date
    audience: str
    number: int
    subject: str
    html: str
    text: str
    slack: Mapping[str, object]
    chart: bytes
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def publish_edition(connection: Connection, digest: Digest, at: datetime) -> Published | None:
    """Keep a digest as the next edition; None when the latest one has the same figures."""
    figures = digest.figures()
    fingerprint = fingerprint_of(figures)
    latest = connection.execute(
        "select edition, fingerprint, message->'figures' as figures from report.edition"
        " where operational_day = %s and audience = %s order by edition desc limit 1",
        [digest.day, digest.audience],
    ).fetchone()
    if latest is not None and latest["fingerprint"] == fingerprint:
        return None
    number = latest["edition"] + 1 if latest else 1
    moved = restated(latest["figures"], figures) if latest else ()
    published = render(Edition(digest, number, moved))
    _keep(connection, published, digest, fingerprint, at)
    return published


def restated(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Restated, ...]:
    """List what moved between two editions: first what both have, then what is new or gone."""
    moved = [
        Restated(label, before[label], text)
        for label, text in after.items()
        if label in before and before[label] != text
    ]
    new = [Restated(label, None, text) for label, text in after.items() if label not in before]
    gone = [Restated(label, text, None) for label, text in before.items() if label not in after]
    return (*moved, *new, *gone)


def render(edition: Edition) -> Published:
    """Render an edition in every format."""
    digest = edition.digest
    return Published(
        day=digest.day,
        audience=digest.audience,
        number=edition.number,
        subject=edition.subject,
        html=render_html(edition),
        text=render_text(edition),
        slack=render_slack(edition),
        chart=draw_chart(digest.chart) if digest.chart else b"",
        pictures={each.cid: draw_anomaly(each.data) for each in digest.pictures},
    )


def _keep(
    connection: Connection, published: Published, digest: Digest, fingerprint: str, at: datetime
) -> None:
    message = digest.to_dict() | {"figures": digest.figures()}
    connection.execute(
        "insert into report.edition (operational_day, audience, edition, fingerprint, subject,"
        " message, html, plain_text, slack, chart, pictures, published_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            published.day,
            published.audience,
            published.number,
            fingerprint,
            published.subject,
            json.dumps(message, default=str, ensure_ascii=False),
            published.html,
            published.text,
            json.dumps(published.slack, ensure_ascii=False),
            published.chart,
            json.dumps({cid: _base64(png) for cid, png in published.pictures.items()}),
            at,
        ],
    )


def latest_editions(connection: Connection, day: date) -> dict[str, int]:
    """Return the number of each audience's latest edition of a day."""
    rows = connection.execute(
        "select audience, max(edition) as edition from report.edition"
        " where operational_day = %s group by audience order by audience",
        [day],
    )
    return {row["audience"]: row["edition"] for row in rows}


def read_edition(
    connection: Connection, day: date, audience: str, edition: int | None
) -> Published:
    """Read an edition as it was published; the latest when no number is given.

    Raises:
        NoEditionError: it was never published.
    """
    row = connection.execute(
        "select * from report.edition where operational_day = %s and audience = %s"
        " and edition = coalesce(%s, edition) order by edition desc limit 1",
        [day, audience, edition],
    ).fetchone()
    if row is None:
        raise NoEditionError(day, audience, edition)
    return Published(
        day=row["operational_day"],
        audience=row["audience"],
        number=row["edition"],
        subject=row["subject"],
        html=row["html"],
        text=row["plain_text"],
        slack=row["slack"],
        chart=bytes(row["chart"]),
        pictures={cid: base64.b64decode(text) for cid, text in sorted(row["pictures"].items())},
    )


def _base64(png: bytes) -> str:
    return base64.b64encode(png).decode("ascii")
