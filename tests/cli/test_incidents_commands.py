"""The incidents as a person works them: list, show, and what is said of them."""

import json
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner, Result

from breakwater.cli import breakwater
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.vocabulary import RunType
from breakwater.notify.incidents import raise_incidents
from breakwater.notify.people import IncidentError
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.workspace import Workspace

DAY = date(2026, 3, 2)
SEEN = datetime(2026, 3, 3, 2, tzinfo=UTC)


def breaks_of(vendor: str, severity: Severity = Severity.MAJOR, queue: str = "spam") -> Finding:
    """Make a finding of twelve cases."""
    return Finding(
        rule=Rule.RECON_BREAKS,
        operational_day=DAY,
        vendor=vendor,
        severity=severity,
        scope={"outcome": "missing_internal", "queue": queue},
        value=12,
        unit="cases",
        threshold=5,
    )


MILD = breaks_of("dekkan", Severity.WARNING, queue="spam\x1b[31m")
GRAVE = breaks_of("pearlline")


@pytest.fixture(autouse=True)
def raised(on_disk: Workspace) -> None:
    """Two incidents of one day."""
    with on_disk.warehouse.transaction() as connection:
        replace_findings(connection, DAY, "reconcile", "*", [MILD, GRAVE])
    raise_incidents(on_disk, DAY, SEEN, RunType.SCHEDULED)


def typed(*words: str, code: int = 0) -> str:
    """Type a command; an error with a name comes out as itself."""
    result: Result = CliRunner().invoke(breakwater, ["incidents", *words])
    if isinstance(result.exception, IncidentError):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


def test_the_gravest_comes_first_and_names_do_nothing_to_the_terminal() -> None:
    """Columns that a person reads from left to right; what is resolved only when asked for."""
    _, first, second = typed("list").splitlines()
    assert first.startswith(GRAVE.finding_id[:12])
    assert first.split("  ")[-2].strip() == "open"
    assert r"spam\x1b[31m" in second
    assert typed("list", "--vendor", "dekkan", "--state", "resolved") == "no incident\n"
    assert typed("list", "--most", "1").splitlines()[-1] == "and 1 more"
    (only,) = map(json.loads, typed("list", "--vendor", "dekkan", "--format", "json").splitlines())
    assert (only["incident"], only["state"], only["value"]) == (MILD.finding_id, "open", 12)


def test_what_is_said_shows_with_who_said_it() -> None:
    """Acknowledged, snoozed, resolved, taken back, noted: each in the list or the history."""
    name = GRAVE.finding_id[:6]
    acknowledge = ("ack", name, "--by", "Ana Ruiz", "--for", "4h", "--note", "asked them")
    assert typed(*acknowledge) == f"{GRAVE.finding_id[:12]}: acknowledged\n"
    assert "acknowledged by Ana Ruiz until 2" in typed("list", "--state", "acknowledged")
    typed("snooze", name, "--by", "Ana Ruiz", "--for", "2d", "--reason", "out on Monday")
    assert typed("list", "--state", "acknowledged") == "no incident\n"
    typed("resolve", name, "--by", "Bo Li", "--reason", "tests of ours")
    assert typed("resolve", name, "--by", "Bo Li", "--reason", "tests of ours").endswith(
        "resolved, as before\n"
    )
    typed("reopen", name, "--by", "Bo Li", "--note", "they were not")
    typed("note", name, "--by", "Cy", "--note", "third time")
    shown = typed("show", name)
    assert "  number     12 cases, limit 5 cases\n" in shown
    assert "  told" not in shown
    told = [
        line.partition("  Ana Ruiz: ")[2] for line in shown.splitlines() if "Ana Ruiz: " in line
    ]
    assert [line.split()[0] for line in told] == ["acknowledged", "snoozed"]
    assert told[1].endswith(", major, 12 cases: out on Monday")
    assert "Bo Li: resolved, major, 12 cases: tests of ours" in shown
    assert "Bo Li: reopened, major, 12 cases: they were not" in shown
    assert "Cy: noted, major, 12 cases: third time" in shown
    assert "breakwater: opened (scheduled run, scheduled_live_day), major, 12 cases" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("snooze", "NAME", "--for", "4h"), "Missing option '--reason'"),
        (("snooze", "NAME", "--reason", "why"), "expected --for or --until"),
        (("ack", "NAME", "--for", "4 hours"), "as 30m, 4h or 2d"),
        (("ack", "NAME", "--for", "4h", "--until", "2026-03-04T10:00"), "found both"),
        (("note", "NAME"), "Missing option '--note'"),
    ],
    ids=["no-reason", "no-end", "spelling", "two-ends", "empty-note"],
)
def test_what_is_missing_is_named(words: tuple[str, ...], said: str) -> None:
    """Before anything is looked up."""
    assert said in typed(*(GRAVE.finding_id if w == "NAME" else w for w in words), code=2)


def test_an_end_is_read_in_the_zone_of_the_operation() -> None:
    """An hour that has passed is refused, with the instant as it was understood."""
    words = ("--until", "2026-03-04T10:00", "--by", "Ana")
    with pytest.raises(IncidentError, match="found 2026-03-04T02:00:00"):
        typed("ack", GRAVE.finding_id, *words)
