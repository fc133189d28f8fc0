"""A digest as the HTML of a mail: MJML makes the tables that Outlook needs."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from breakwater.core.finding import Severity
from breakwater.core.numbers import tied
from breakwater.report.message import Edition, Level, Tone

CHART_CID = "chart"
MOST_RESTATED = 10

ACCENTS = {Level.CLEAR: "#15803d", Level.WATCH: "#b45309", Level.ACT: "#b91c1c"}
SEVERITIES = {
    Severity.INFO: "#1d4ed8",
    Severity.WARNING: "#b45309",
    Severity.MAJOR: "#b91c1c",
    Severity.CRITICAL: "#b91c1c",
}
TONES = {Tone.NEUTRAL: "#5b6675", Tone.BETTER: "#15803d", Tone.WORSE: "#b91c1c"}


def render_html(edition: Edition) -> str:
    """Render the page; its picture is the part of the mail with the id `CHART_CID`."""
    # A template of MJML around escaped text; MJML's own includes and fonts have nothing to load.
    import mjml  # noqa: PLC0415  a compiled extension that only mail needs

    source = _template().render(
        edition=edition,
        digest=edition.digest,
        accent=ACCENTS[edition.digest.level],
        severities=SEVERITIES,
        tones=TONES,
        restated=edition.restated[:MOST_RESTATED],
        restated_left_out=max(0, len(edition.restated) - MOST_RESTATED),
    )
    page: str = mjml.mjml2html(source, fonts={})
    return page


@cache
def _template() -> Template:
    """Load the page in an environment of our own: autoescape on, an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=tied,
    )
    return environment.get_template("digest.mjml")
