"""Every stage for any day, without Airflow."""

import sys

import click

from breakwater.cli.breaks import breaks
from breakwater.cli.configuration import check, migrate, schemas
from breakwater.cli.days import close_days
from breakwater.cli.demo import demo, simulate
from breakwater.cli.events import events
from breakwater.cli.excusals import excusals
from breakwater.cli.forecast import forecast
from breakwater.cli.incidents import incidents
from breakwater.cli.kpi import kpi
from breakwater.cli.looking import LOOKING
from breakwater.cli.metrics import metrics
from breakwater.cli.on_call import on_call
from breakwater.cli.preview import preview
from breakwater.cli.quality import quality
from breakwater.cli.quarantine import quarantine
from breakwater.cli.recompute import recompute
from breakwater.cli.retention import retention
from breakwater.cli.stages import STAGES
from breakwater.cli.suggested import suggestions
from breakwater.cli.telling import notify
from breakwater.cli.tie_out import tie_out
from breakwater.cli.verify import verify
from breakwater.core.errors import BreakwaterError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def breakwater() -> None:
    """Close the operational day: fetch, land, reconcile, measure, detect, tell."""


for command in (
    check,
    preview,
    migrate,
    schemas,
    simulate,
    demo,
    close_days,
    quality,
    quarantine,
    breaks,
    events,
    excusals,
    forecast,
    incidents,
    kpi,
    metrics,
    notify,
    on_call,
    recompute,
    retention,
    suggestions,
    tie_out,
    verify,
    *STAGES,
    *LOOKING,
):
    breakwater.add_command(command)


def main() -> None:
    """Run the command line; an error that has a name is one sentence, not a trace.

    Exit codes: 0 done, 1 could not be done now, 2 refused until somebody acts.
    """
    try:
        breakwater()
    except BreakwaterError as error:
        click.secho(str(error), fg="red", err=True)
        sys.exit(error.exit_code)
