"""Composing: from what an audience may see to the digest it reads."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.wording import Names
from breakwater.core.days import Window
from breakwater.pictures.alt import alt_of
from breakwater.pictures.anomaly import height_of
from breakwater.report.layout import LAYOUTS, Layout
from breakwater.report.message import Digest, Link, Picture, Section
from breakwater.report.on_call import on_call_lines
from breakwater.report.pictures import pictures_of
from breakwater.report.quality import quality_of, sources_of
from breakwater.report.scope import View
from breakwater.report.sections.books import books_section
from breakwater.report.sections.legal import legal_section
from breakwater.report.sections.people import people_section
from breakwater.report.sections.promises import promise_section
from breakwater.report.sections.unusual import unusual_section
from breakwater.report.table import table_of
from breakwater.report.tiles import tiles_of
from breakwater.report.trends import chart_of
from breakwater.report.verdict import level_of, verdict_of


def compose(view: View, configuration: Configuration, airflow_url: str | None) -> Digest:
    """Compose the digest of one audience.

    Args:
        view: what it may see; nothing else reaches the page.
        configuration: names, titles, layouts.
        airflow_url: where Airflow is served; None leaves its links out.
    """
    operations, day = configuration.operations, view.answers.day
    names = Names(configuration, day)
    layout = LAYOUTS[view.audience.kind]
    window = Window.for_operational_day(day, operations.zone_info)
    return Digest(
        operation=operations.name,
        audience=view.audience.audience,
        title=view.audience.title,
        day=day,
        level=level_of(view),
        verdict=verdict_of(view, names),
        tiles=tiles_of(view, layout, operations.aas) if view.in_the_numbers else (),
        sections=tuple(_sections(view, names, layout)),
        table=table_of(view, layout, names),
        chart=None if layout.is_about_people or view.answers.period else chart_of(view.figures),
        pictures=tuple(_pictures(view, names)),
        quality=quality_of(view, names, window),
        sources=sources_of(view),
        links=tuple(_links(view, configuration, airflow_url, day)),
        period=view.answers.period,
        on_call=tuple(_on_call(view, configuration)),
    )


def _on_call(view: View, configuration: Configuration) -> Iterator[str]:
    """Say who is on call; a vendor calls its own people, and nobody pages for a week's report."""
    if view.audience.kind != "vendor" and view.answers.period is None:
        zone = ZoneInfo(view.audience.zone)
        duties, day = view.answers.duties, view.answers.day
        yield from on_call_lines(duties, configuration.on_call, day, zone)


def _pictures(view: View, names: Names) -> Iterator[Picture]:
    for number, data in enumerate(pictures_of(view, names), 1):
        yield Picture(f"anomaly-{number}", alt_of(data), height_of(data), data)


def _sections(view: View, names: Names, layout: Layout) -> Iterator[Section]:
    """Write every topic; without any report only those that hold a condition.

    "No case was late" would be false comfort where nothing is known of the day's cases.
    """
    topics = [legal_section, promise_section, books_section, unusual_section]
    if layout.is_about_people:
        topics = [people_section, unusual_section]
    elif not layout.has_promises:
        topics.remove(promise_section)
    if view.answers.period:
        topics.remove(unusual_section)  # each was told on its day
    for topic in topics:
        section = topic(view, names, layout.most_lines)
        if section.lines or view.in_the_numbers:
            yield section


def _links(
    view: View, configuration: Configuration, airflow_url: str | None, day: date
) -> Iterator[Link]:
    """Link to pages that the reader can open; a vendor can open none of them."""
    if view.audience.kind == "vendor":
        return
    if airflow_url:
        # The list of that day's runs: Airflow 3.3 has no address that opens its dialog filled in.
        shown = f"runs?partition_key_pattern={day.isoformat()}"
        runs = f"{airflow_url.rstrip('/')}/dags/close_day/{shown}"
        yield Link(f"Re-run {day.isoformat()} in Airflow", runs)
    runbooks = configuration.operations.runbooks
    if runbooks.startswith("https://"):
        yield Link("Runbooks", runbooks)
