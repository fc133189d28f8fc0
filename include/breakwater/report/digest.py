"""The stage: write each audience's digest of a day, keep it as an edition, hand it to the outbox."""

import base64
import json
import os
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal

from breakwater.contracts.audiences import Audience
from breakwater.core.errors import ConfigurationError
from breakwater.core.vocabulary import RunType
from breakwater.report.answers import read_answers
from breakwater.report.compose import compose
from breakwater.report.correcting import decide_correction
from breakwater.report.deliver import enqueue_edition
from breakwater.report.editions import (
    Published,
    last_told,
    latest_editions,
    publish_edition,
    read_edition,
    said_by,
)
from breakwater.report.html import CHART_CID
from breakwater.report.layout import metrics_read
from breakwater.report.message import Digest, Level
from breakwater.report.morning import morning_of
from breakwater.report.scope import cut
from breakwater.warehouse.database import hold
from breakwater.warehouse.stage_run import WHOLE_DAY, StageResult, record_stage
from breakwater.warehouse.workspace import Workspace

STAGE = "digest"
AIRFLOW_URL = "BREAKWATER_AIRFLOW_URL"
"""Environment variable with the address of Airflow's pages; links to them are left out without."""

Format = Literal["html", "text", "slack", "png", "xlsx"]


def publish_digest(
    workspace: Workspace,
    day: date,
    now: datetime,
    audiences: Sequence[str] | None = None,
    *,
    run_type: RunType,
    deliver: bool,
    airflow_url: str | None = None,
) -> StageResult:
    """Publish a day's digest to its audiences.

    A digest whose figures are those of its latest edition gives no new edition, and nobody is told
    of an edition twice. A later edition is told only when a number really moved since the one that
    its readers were last sent (`decide_correction`).

    Args:
        workspace: the installation.
        day: the operational day.
        now: the instant of publication.
        audiences: only these; all of the configuration when absent.
        run_type: why it is published; a backfill keeps editions and tells nobody, and only a
            scheduled run waits for the morning of its readers.
        deliver: whether this run may tell people.
        airflow_url: address of Airflow's pages; `AIRFLOW_URL` of the environment when absent.

    Raises:
        ConfigurationError: an audience is not configured.
    """
    configuration = workspace.configuration
    zone = configuration.operations.zone_info
    chosen = _choose(configuration.audiences, audiences)
    url = airflow_url or os.environ.get(AIRFLOW_URL)
    may_tell = deliver and run_type is not RunType.BACKFILL
    published, enqueued = 0, 0
    with workspace.warehouse.transaction() as connection:
        hold(connection, STAGE, WHOLE_DAY, day)
        metrics = metrics_read(configuration.operations.aas)
        answers = read_answers(connection, configuration, day, metrics)
        for audience in chosen:
            digest = compose(cut(answers, audience), configuration, url)
            edition = publish_edition(connection, digest, now, is_mailed=bool(audience.email))
            published += edition is not None
            if may_tell:
                # An edition that a silent run published is told by the first run that may.
                latest = edition or read_edition(connection, day, audience.audience, None)
                told = last_told(connection, day, audience.audience)
                said = said_by(connection, latest)
                reason = decide_correction(told, said, configuration.operations.corrections)
                if reason.is_told and _is_sent(latest, digest, audience):
                    waits = run_type is RunType.SCHEDULED
                    morning = morning_of(audience, day, zone) if waits else None
                    enqueued += enqueue_edition(
                        connection, latest, audience, now, not_before=morning
                    )
        return record_stage(
            connection,
            day=day,
            vendor=WHOLE_DAY,
            stage=STAGE,
            inputs=None,
            outputs=latest_editions(connection, day),
            summary={
                "audiences": len(chosen),
                "published": published,
                "unchanged": len(chosen) - published,
                "enqueued": enqueued,
            },
            at=now,
        )


def render_digest(
    workspace: Workspace, day: date, audience: str, edition: int | None, form: Format
) -> str | bytes:
    """Return a published edition in one format; the latest when no number is given.

    The HTML stands alone: its picture is inside, as a browser needs it. PNG and XLSX are bytes.

    Raises:
        NoEditionError: it was never published.
        ConfigurationError: the audience is not configured.
    """
    _choose(workspace.configuration.audiences, [audience])
    with workspace.warehouse.transaction() as connection:
        published = read_edition(connection, day, audience, edition)
    if form == "png":
        return published.chart
    if form == "xlsx":
        return published.spreadsheet
    if form == "html":
        page = published.html
        for cid, png in ({CHART_CID: published.chart} | dict(published.pictures)).items():
            picture = base64.b64encode(png).decode("ascii")
            page = page.replace(f'"cid:{cid}"', f'"data:image/png;base64,{picture}"')
        return page
    if form == "slack":
        return json.dumps(published.slack, ensure_ascii=False, indent=2)
    return published.text


def _choose(known: Iterable[Audience], wanted: Sequence[str] | None) -> list[Audience]:
    by_name = {audience.audience: audience for audience in known}
    if wanted is None:
        return list(by_name.values())
    unknown = sorted(set(wanted) - set(by_name))
    if unknown:
        expected = ", ".join(sorted(by_name))
        raise ConfigurationError(
            tuple(f"audiences: expected one of {expected}; found {name!r}" for name in unknown)
        )
    return [by_name[name] for name in wanted]


def _is_sent(edition: Published, digest: Digest, audience: Audience) -> bool:
    """Send it, unless a quiet day is only kept; a correction of what was sent always goes out."""
    return audience.when_quiet == "send" or edition.number > 1 or digest.level is not Level.CLEAR
