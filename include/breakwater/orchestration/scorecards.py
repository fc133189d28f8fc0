"""The tasks of a report: ours is sent at once, the vendors' when a person has approved it."""

from datetime import timedelta

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import chain, task

from breakwater.orchestration import reporting
from breakwater.orchestration.pools import WAREHOUSE

LONGEST_APPROVAL = timedelta(hours=48)
"""After so long nobody is asked any more, and no vendor gets a scorecard."""

_BODY = """Our own readers have this report. Each vendor gets its own scorecard only if you approve.

Look first at what they would read: `breakwater digest <period> --audience vendor_<name>` prints it,
`--format html` as a page. Without an answer nothing is sent, and the run ends as *skipped*."""


def report_tasks(kind: str) -> None:
    """Chain the tasks of a week's or a month's report in the Dag at hand."""
    written = task(pool=WAREHOUSE, task_id="write_report")(reporting.write_report)(kind)
    asked = task.short_circuit(task_id="may_tell")(reporting.may_tell)(kind)
    # Its texts are templates, so they are ours alone: no name, no number, nothing of a vendor.
    approve_scorecards = ApprovalOperator(
        task_id="approve_scorecards",
        subject=f"Send each vendor its scorecard of the {kind}?",
        body=_BODY,
        defaults="Reject",
        response_timeout=LONGEST_APPROVAL,
        assigned_users=reporting.approvers() or None,
    )
    sent = task(pool=WAREHOUSE, task_id="send_scorecards")(reporting.send_scorecards)(kind)
    chain(written, asked, approve_scorecards, sent)
