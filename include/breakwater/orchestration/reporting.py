"""Reports of weeks and months: ours at once, the vendors' scorecards when a person has approved them."""

import os
from collections.abc import Sequence

from airflow.sdk import Context, get_current_context
from pydantic import JsonValue

from breakwater.core.period import Period, PeriodKind
from breakwater.core.vocabulary import RunType
from breakwater.orchestration.connections import installation
from breakwater.orchestration.days import NoOperationalDayError, instant
from breakwater.orchestration.run_type import asked_to_tell, paging_of, run_type_of
from breakwater.warehouse.workspace import Workspace

APPROVERS = "BREAKWATER_APPROVERS"
"""Environment variable, ``id=Name, id=Name``: who may approve scorecards; everybody who may act on
the Dag when it is empty."""


def approvers() -> list[dict[str, str]]:
    """Read who may approve; the Dag asks while it is parsed, and reads no file for it."""
    pairs = (
        each.partition("=") for each in os.environ.get(APPROVERS, "").split(",") if each.strip()
    )
    return [{"id": user.strip(), "name": name.strip() or user.strip()} for user, _, name in pairs]


def write_report(kind: str) -> JsonValue:
    """Write everybody's report, and send ours, if the run may tell people.

    Raises:
        NoOperationalDayError: the run names no week or month.
        DeliveryError: a message could not be sent yet; trying again is safe and sends it once.
        UndeliverableError: a message was refused for good, or has no channel to leave by.
    """
    context, workspace = get_current_context(), installation()
    about = period_of(context, PeriodKind(kind))
    ours, vendors = _audiences(workspace)
    _publish(workspace, about, vendors, deliver=False)
    return _publish(workspace, about, ours, deliver=_is_told(context, workspace, about))


def may_tell(kind: str) -> bool:
    """Tell whether anybody is to be asked: a run that tells nobody needs no approval."""
    context, workspace = get_current_context(), installation()
    return _is_told(context, workspace, period_of(context, PeriodKind(kind)))


def send_scorecards(kind: str) -> JsonValue:
    """Send each vendor its own scorecard, as it was kept when somebody was asked.

    Figures that moved since are not in it: nobody has approved them.

    Raises:
        DeliveryError: a message could not be sent yet; trying again is safe and sends it once.
        UndeliverableError: a message was refused for good, or has no channel to leave by.
    """
    from breakwater.orchestration.telling import deliver_insisting
    from breakwater.report.correct import tell_kept

    workspace, now = installation(), instant()
    about = period_of(get_current_context(), PeriodKind(kind))
    vendors = [each for each in workspace.configuration.audiences if each.kind == "vendor"]
    written = sum(tell_kept(workspace, about, vendor, now) for vendor in vendors)
    return {"enqueued": written, "delivery": deliver_insisting(workspace)}


def period_of(context: Context, kind: PeriodKind) -> Period:
    """Return what a run is about: its ``period`` parameter, else its partition key.

    The key of a week begins with its Monday, that of a month is ``2026-11``.

    Raises:
        NoOperationalDayError: the run names no week or month.
    """
    asked = context["params"].get("period") or context["dag_run"].partition_key
    if not asked:
        message = (
            f"expected the parameter period, such as {_EXAMPLES[kind]}, or a partition key, as a run"
            " of the asset has; found neither: trigger the run again with a period"
        )
        raise NoOperationalDayError(message)
    try:
        return Period.containing(kind, Period.parse(asked.split(" ")[0]).first)
    except ValueError as error:
        raise NoOperationalDayError(str(error)) from error


_EXAMPLES = {PeriodKind.DAY: "2026-11-22", PeriodKind.WEEK: "2026-W47", PeriodKind.MONTH: "2026-11"}


def _is_told(context: Context, workspace: Workspace, about: Period) -> bool:
    """Decide as for the last day of the period; a person may ask for one that is long over."""
    if run_type_of(context) is RunType.MANUAL:
        return asked_to_tell(context)
    return paging_of(context, about.last, instant(), workspace.configuration.operations).is_allowed


def _audiences(workspace: Workspace) -> tuple[list[str], list[str]]:
    """Return our own audiences, and the vendors'."""
    known = workspace.configuration.audiences
    ours = [each.audience for each in known if each.kind != "vendor"]
    return ours, [each.audience for each in known if each.kind == "vendor"]


def _publish(
    workspace: Workspace, about: Period, audiences: Sequence[str], *, deliver: bool
) -> JsonValue:
    from breakwater.orchestration.telling import deliver_insisting
    from breakwater.report.digest import publish_period

    run_type = run_type_of(get_current_context())
    result = publish_period(
        workspace, about, instant(), audiences, run_type=run_type, deliver=deliver
    )
    return {**result.to_dict(), "delivery": deliver_insisting(workspace) if deliver else None}
