"""The stage: each audience's digest of a day, or its report of a week or a month."""

import base64
import json
import os
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal

from breakwater.contracts.audiences import Audience
from breakwater.core.errors import ConfigurationError
from breakwater.core.period import Period, PeriodKind
from breakwater.core.vocabulary import RunType
from breakwater.report.answers import read_answers
from breakwater.report.editions import latest_editions, read_edition
from breakwater.report.html import CHART_CID
from breakwater.report.layout import metrics_read
from breakwater.report.period_answers import read_period_answers
from breakwater.report.publish import Telling
from breakwater.report.subscriptions import UnsubscribeLinks
from breakwater.warehouse.database import hold
from breakwater.warehouse.stage_run import WHOLE_DAY, StageResult, record_stage
from breakwater.warehouse.workspace import Workspace

STAGE = "digest"
STAGES = {
    PeriodKind.DAY: STAGE,
    PeriodKind.WEEK: "report_week",
    PeriodKind.MONTH: "report_month",
}
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
    return publish_period(
        workspace,
        Period.containing(PeriodKind.DAY, day),
        now,
        audiences,
        run_type=run_type,
        deliver=deliver,
        airflow_url=airflow_url,
    )


def publish_period(
    workspace: Workspace,
    about: Period,
    now: datetime,
    audiences: Sequence[str] | None = None,
    *,
    run_type: RunType,
    deliver: bool,
    airflow_url: str | None = None,
) -> StageResult:
    """Publish a day's digest, or the report of a week or a month, as `publish_digest` tells.

    Raises:
        ConfigurationError: an audience is not configured.
    """
    configuration = workspace.configuration
    telling = Telling(
        configuration=configuration,
        now=now,
        is_told=deliver and run_type is not RunType.BACKFILL,
        waits_for_morning=run_type is RunType.SCHEDULED,
        airflow_url=airflow_url or os.environ.get(AIRFLOW_URL),
        links=UnsubscribeLinks.of(workspace),
    )
    chosen = choose(configuration.audiences, audiences)
    metrics = metrics_read(configuration.operations.aas)
    with workspace.warehouse.transaction() as connection:
        hold(connection, STAGE, WHOLE_DAY, about.last)
        if about.kind is PeriodKind.DAY:
            answers = read_answers(connection, configuration, about.last, metrics)
        else:
            answers = read_period_answers(connection, configuration, about, metrics)
        done = [telling.publish(connection, answers, audience) for audience in chosen]
        return record_stage(
            connection,
            day=about.last,
            vendor=WHOLE_DAY,
            stage=STAGES[about.kind],
            inputs=None,
            outputs=latest_editions(connection, about),
            summary={
                "audiences": len(chosen),
                "published": sum(each.is_new for each in done),
                "unchanged": sum(not each.is_new for each in done),
                "enqueued": sum(each.enqueued for each in done),
            },
            at=telling.now,
        )


def render_digest(
    workspace: Workspace, about: date | Period, audience: str, edition: int | None, form: Format
) -> str | bytes:
    """Return a published edition in one format; the latest when no number is given.

    The HTML stands alone: its picture is inside, as a browser needs it. PNG and XLSX are bytes.

    Raises:
        NoEditionError: it was never published.
        ConfigurationError: the audience is not configured.
    """
    choose(workspace.configuration.audiences, [audience])
    period = about if isinstance(about, Period) else Period.containing(PeriodKind.DAY, about)
    with workspace.warehouse.transaction() as connection:
        published = read_edition(connection, period, audience, edition)
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


def choose(known: Iterable[Audience], wanted: Sequence[str] | None) -> list[Audience]:
    """Return the audiences that are asked for; all of them when none is named.

    Raises:
        ConfigurationError: one is not configured.
    """
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
