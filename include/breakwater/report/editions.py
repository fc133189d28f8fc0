"""Editions: every published state of a digest is kept, and the next one says what moved."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from breakwater.contracts.audiences import Audience
from breakwater.core.errors import BreakwaterError
from breakwater.core.period import Period
from breakwater.report.correcting import Said
from breakwater.report.enclosures import (
    Enclosures,
    enclosures_of,
    make_enclosures,
    pictures_as_text,
)
from breakwater.report.html import render_html
from breakwater.report.message import Digest, Edition, Measured, Restated
from breakwater.report.others import render_others
from breakwater.report.slack import render_slack
from breakwater.report.text import render_text
from breakwater.warehouse.database import Connection
from breakwater.warehouse.stage_run import fingerprint_of


class NoEditionError(BreakwaterError):
    """An edition was asked for that was never published."""

    def __init__(self, about: Period, audience: str, edition: int | None) -> None:
        """Name the day or period, the audience and the edition."""
        which = "an edition" if edition is None else f"edition {edition}"
        super().__init__(f"{about.name} {audience}: expected {which} of the digest; found none")


@dataclass(frozen=True, slots=True)
class Published:
    """An edition in every format.

    Attributes:
        about: the operational day, week or month.
        audience: who reads.
        number: 1 for the first.
        subject: the line of a mail.
        html: the page; its picture is ``cid:chart``.
        text: the same as plain text.
        slack: ``{text, blocks}``.
        chart: the picture as PNG; empty when there is nothing to draw.
        pictures: the others, by the id under which the page shows them.
        spreadsheet: the tables as XLSX; empty for readers who get no mail.
        others: its message for each further channel of its audience, by channel.
    """

    about: Period
    audience: str
    number: int
    subject: str
    html: str
    text: str
    slack: Mapping[str, object]
    chart: bytes
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    spreadsheet: bytes = b""
    others: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def publish_edition(
    connection: Connection,
    digest: Digest,
    at: datetime,
    audience: Audience,
    *,
    is_sent: bool = True,
) -> Published | None:
    """Keep a digest as the next edition; None when the latest one has the same figures.

    What it says to have moved has moved since the edition that its readers were last sent.

    Args:
        connection: the open transaction.
        digest: what it says.
        at: the instant of publication.
        audience: its readers; whether they get mail, and by which other channels they are told.
        is_sent: whether they may be sent it now. What one carries that is only kept is made when
            somebody looks at it (`read_edition`), and is not in what is returned.
    """
    fingerprint = fingerprint_of(digest.figures())
    latest = connection.execute(
        "select edition, fingerprint from report.edition where operational_day = %s"
        " and period = %s and audience = %s order by edition desc limit 1",
        [digest.about.last, digest.about.kind, digest.audience],
    ).fetchone()
    if latest is not None and latest["fingerprint"] == fingerprint:
        return None
    edition = Edition(digest, 1, ())
    if latest is not None:
        last = last_told(connection, digest.about, digest.audience)
        known = last or _said(connection, digest.about, digest.audience, latest["edition"])
        moved = restated(known.figures, digest.figures())
        edition = Edition(digest, latest["edition"] + 1, moved, since=known.number)
    is_mailed = bool(audience.email)
    enclosed = make_enclosures(edition, is_mailed=is_mailed) if is_sent else None
    published = render(edition, enclosed or Enclosures(), render_others(edition, audience))
    _keep(connection, published, digest, _columns(enclosed, is_mailed=is_mailed), at)
    return published


def last_told(connection: Connection, about: Period, audience: str) -> Said | None:
    """Return what the readers of an audience were last sent about it; None when nothing."""
    row = connection.execute(
        "select max(edition) as edition from report.edition where operational_day = %s"
        " and period = %s and audience = %s and told_at is not null",
        [about.last, about.kind, audience],
    ).fetchone()
    if row is None or row["edition"] is None:
        return None
    return _said(connection, about, audience, row["edition"])


def said_by(connection: Connection, published: Published) -> Said:
    """Return what a published edition says, as numbers."""
    return _said(connection, published.about, published.audience, published.number)


def mark_told(connection: Connection, published: Published, at: datetime) -> None:
    """Write that the messages of an edition are in the outbox, in that transaction."""
    connection.execute(
        "update report.edition set told_at = %s where operational_day = %s and period = %s"
        " and audience = %s and edition = %s and told_at is null",
        [at, published.about.last, published.about.kind, published.audience, published.number],
    )


def _said(connection: Connection, about: Period, audience: str, edition: int) -> Said:
    row = connection.execute(
        "select message->'figures' as figures, message->'measured' as measured from report.edition"
        " where operational_day = %s and period = %s and audience = %s and edition = %s",
        [about.last, about.kind, audience, edition],
    ).fetchone()
    if row is None:
        raise NoEditionError(about, audience, edition)
    # Editions kept before numbers were weighed have none: whatever they lack is news.
    numbers = {label: Measured(**number) for label, number in (row["measured"] or {}).items()}
    return Said(edition, row["figures"], numbers)


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


def render(
    edition: Edition, enclosed: Enclosures, others: Mapping[str, Mapping[str, Any]]
) -> Published:
    """Render an edition in every format."""
    digest = edition.digest
    return Published(
        about=digest.about,
        audience=digest.audience,
        number=edition.number,
        subject=edition.subject,
        html=render_html(edition),
        text=render_text(edition),
        slack=render_slack(edition),
        chart=enclosed.chart,
        pictures=enclosed.pictures,
        spreadsheet=enclosed.spreadsheet,
        others=others,
    )


def _columns(enclosed: Enclosures | None, *, is_mailed: bool) -> tuple[object, ...]:
    """Spell what an edition carries as its columns; null stands for what is not made yet."""
    if enclosed is None:
        return None, None, None if is_mailed else b""
    return enclosed.chart, pictures_as_text(enclosed.pictures), enclosed.spreadsheet


def _keep(
    connection: Connection,
    published: Published,
    digest: Digest,
    enclosed: tuple[object, ...],
    at: datetime,
) -> None:
    numbers = {label: asdict(number) for label, number in digest.measured().items()}
    message = digest.to_dict() | {"figures": digest.figures(), "measured": numbers}
    connection.execute(
        "insert into report.edition (operational_day, period, audience, edition, fingerprint, subject,"
        " message, html, plain_text, slack, others, chart, pictures, spreadsheet, published_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            published.about.last,
            published.about.kind,
            published.audience,
            published.number,
            fingerprint_of(digest.figures()),
            published.subject,
            json.dumps(message, default=str, ensure_ascii=False),
            published.html,
            published.text,
            json.dumps(published.slack, ensure_ascii=False),
            json.dumps(published.others, ensure_ascii=False),
            *enclosed,
            at,
        ],
    )


def latest_editions(connection: Connection, about: Period) -> dict[str, int]:
    """Return the number of each audience's latest edition of a day or period."""
    rows = connection.execute(
        "select audience, max(edition) as edition from report.edition"
        " where operational_day = %s and period = %s group by audience order by audience",
        [about.last, about.kind],
    )
    return {row["audience"]: row["edition"] for row in rows}


def read_edition(
    connection: Connection, about: Period, audience: str, edition: int | None
) -> Published:
    """Read an edition as it was published; the latest when no number is given.

    Raises:
        NoEditionError: it was never published.
    """
    row = connection.execute(
        "select * from report.edition where operational_day = %s and period = %s"
        " and audience = %s and edition = coalesce(%s, edition) order by edition desc limit 1",
        [about.last, about.kind, audience, edition],
    ).fetchone()
    if row is None:
        raise NoEditionError(about, audience, edition)
    enclosed = enclosures_of(row)
    return Published(
        about=about,
        audience=row["audience"],
        number=row["edition"],
        subject=row["subject"],
        html=row["html"],
        text=row["plain_text"],
        slack=row["slack"],
        chart=enclosed.chart,
        pictures=enclosed.pictures,
        spreadsheet=enclosed.spreadsheet,
        others=row["others"],
    )


def published_at(connection: Connection, published: Published) -> datetime:
    """Return the instant at which an edition was written."""
    row = connection.execute(
        "select published_at from report.edition"
        " where operational_day = %s and period = %s and audience = %s and edition = %s",
        [published.about.last, published.about.kind, published.audience, published.number],
    ).fetchone()
    if row is None:
        raise NoEditionError(published.about, published.audience, published.number)
    at: datetime = row["published_at"]
    return at
