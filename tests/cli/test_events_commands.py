"""Known events as a person adds, lists, ends and takes them back."""

import pytest
from click.testing import CliRunner

from breakwater.cli import breakwater
from breakwater.core.errors import ConfigurationError
from breakwater.warehouse.known_event import EventRefusedError
from breakwater.warehouse.workspace import Workspace

ADD = (
    *("add", "sale", "--kind", "campaign", "--title", "Sale \x1b[31min India", "--queue", "spam"),
    *("--language", "hi", "--from", "2026-11-19", "--by", "ops"),
)


def typed(*words: str) -> str:
    """Type a command; an error with a name comes out as itself."""
    result = CliRunner().invoke(breakwater, ["events", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.mark.usefixtures("on_disk")
def test_an_event_is_added_listed_ended_and_taken_back() -> None:
    """One line an event; a title does nothing to the terminal."""
    assert typed("list") == "no known event\n"
    assert typed(*ADD) == "sale: added; counts from the next detection on\n"
    head, row = typed("list").splitlines()
    assert head.split() == [
        "event",
        "kind",
        "first",
        "day",
        "last",
        "day",
        "scope",
        "suppresses",
        "where",
        "title",
    ]
    assert "queue spam; language hi" in row
    assert "open" in row
    assert "\x1b" not in row
    typed("end", "sale", "--on", "2026-11-24", "--by", "ops")
    assert "2026-11-24" in typed("list")
    assert typed("list", "--day", "2026-11-25") == "no known event\n"
    typed("withdraw", "sale", "--by", "ops")
    assert typed("list") == "no known event\n"


def test_who_said_what_is_kept(on_disk: Workspace) -> None:
    """Also of an event that was taken back, whose name is not given again."""
    typed(*ADD)
    typed("withdraw", "sale", "--by", "lead")
    (row,) = on_disk.warehouse.rows("select added_by, withdrawn_by from detect.known_event")
    assert row == {"added_by": "ops", "withdrawn_by": "lead"}
    with pytest.raises(EventRefusedError, match="expected a new name"):
        typed(*ADD)


@pytest.mark.usefixtures("on_disk")
def test_what_cannot_hold_is_refused() -> None:
    """A queue that nobody has, an end before the beginning, an event that is not there."""
    with pytest.raises(ConfigurationError, match="expected a queue; found 'nowhere'"):
        typed(*ADD, "--queue", "nowhere")
    with pytest.raises(ConfigurationError, match="last_day must not be before first_day"):
        typed(*ADD, "--to", "2026-11-01")
    typed(*ADD)
    with pytest.raises(EventRefusedError, match="expected an added event that began by"):
        typed("end", "sale", "--on", "2026-11-18")
    with pytest.raises(EventRefusedError, match="nobody: expected an added event"):
        typed("withdraw", "nobody")
