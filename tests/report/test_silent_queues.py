"""A queue that fell silent, as the digest says it."""

from made_days import DAY, NOW

from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.vocabulary import RunType
from breakwater.report.digest import publish_digest, render_digest
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.workspace import Workspace


def test_a_silent_queue_is_in_the_verdict_and_among_what_is_unlike_usual(
    workspace: Workspace,
) -> None:
    """Which queue, and what usually comes."""
    silent = Finding(
        rule=Rule.QUEUE_SILENT,
        operational_day=DAY,
        vendor="pearlline",
        severity=Severity.WARNING,
        scope={"queue": "spam"},
        value=0,
        unit="cases",
        expected=412.5,
    )
    with workspace.warehouse.transaction() as connection:
        replace_findings(connection, DAY, "detect", "*", [silent])
    publish_digest(workspace, DAY, NOW, ["ops"], run_type=RunType.SCHEDULED, deliver=False)
    text = render_digest(workspace, DAY, "ops", None, "text")
    assert isinstance(text, str)
    plain = " ".join(text.split())
    assert "Not one case came to Pearlline" in plain
    assert "no case came" in plain
    assert "usual 412" in plain
    assert "Silent" in plain
