"""What commands that send have in common."""

import json
import os

import click

from breakwater.cli.arguments import now
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.workspace import Workspace


def show(result: StageResult) -> None:
    """Print what a stage did, as one line of JSON."""
    click.echo(json.dumps(result.to_dict(), ensure_ascii=False, default=str))


def send_due(workspace: Workspace) -> StageResult:
    """Tell what waited for its instant, and hand over what is due by the open channels."""
    from breakwater.notify.channels.environment import senders_from_environment
    from breakwater.notify.wake import wake_and_send

    outside = workspace.configuration.operations.outside
    senders = senders_from_environment(workspace.outbox_folder, os.environ, outside)
    return wake_and_send(workspace, now(), senders)
