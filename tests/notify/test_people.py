"""What people say of incidents: it stands, it ends when it should, and its thread hears of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import psycopg
import pytest
from situations import DAY, NOW, finding, found

from breakwater.contracts.routes import Destination, Route
from breakwater.core.finding import Finding, Severity
from breakwater.core.vocabulary import RunType
from breakwater.notify.incidents import raise_incidents
from breakwater.notify.people import IncidentError, Saying, end_words, incident_named, say
from breakwater.notify.word import WordKind
from breakwater.warehouse.database import Database
from breakwater.warehouse.workspace import Workspace

BREAKS = finding()
NAME = BREAKS.finding_id
WORSE = finding(severity=Severity.CRITICAL, value=48)
UNTIL = NOW + timedelta(hours=8)
MINE = Saying(WordKind.ACKNOWLEDGED, "Ana Ruiz", "asked the vendor", UNTIL)
LATER = Saying(WordKind.SNOOZED, "Ana Ruiz", "the fix is out on Monday", UNTIL)
DONE = Saying(WordKind.RESOLVED, "Ana Ruiz", "all of them were tests of ours")
BACK = Saying("reopened", "Bo Li", "they were not")


@pytest.fixture
def one_channel(workspace: Workspace) -> Workspace:
    """Send everything to one chat channel."""
    destination = Destination(channel="slack", recipient="C0OPS")
    routes = (Route(route="all", send_to=(destination,)),)
    return replace(workspace, configuration=replace(workspace.configuration, routes=routes))


def look(
    workspace: Workspace, *findings: Finding, at: datetime = NOW, silently: bool = False
) -> None:
    """Let a run of the day find these and no others."""
    found(workspace.warehouse, *findings)
    raise_incidents(workspace, DAY, at, RunType.BACKFILL if silently else RunType.SCHEDULED)


def state(warehouse: Database) -> tuple[str, str | None]:
    """Return what the one incident's row says: found or not, and the word that counts."""
    (row,) = warehouse.rows("select state, word from notify.incident")
    return row["state"], row["word"]


def history(warehouse: Database) -> list[tuple[str, str, str]]:
    """List what happened to the one incident."""
    rows = warehouse.rows(
        "select kind, actor, note from notify.incident_transition order by ordinal"
    )
    return [(row["kind"], row["actor"], row["note"]) for row in rows]


def told(warehouse: Database) -> list[tuple[str, str]]:
    """List what went to the channel: how, and the words people read first."""
    rows = warehouse.rows(
        "select operation, payload ->> 'text' as text from notify.outbox order by outbox_id"
    )
    return [(row["operation"], row["text"]) for row in rows]


def test_an_acknowledgement_edits_the_message_and_says_so_in_its_thread(
    one_channel: Workspace, warehouse: Database
) -> None:
    """By whom, until when and why; the edit carries it as a fact, too."""
    look(one_channel, BREAKS)
    assert say(one_channel, [NAME], MINE, NOW) == {NAME: True}
    assert state(warehouse) == ("open", "acknowledged")
    assert [operation for operation, _ in told(warehouse)] == ["post", "update", "reply"]
    assert told(warehouse)[-1][1] == (
        "▲ Major: Acknowledged: missing internal, by Ana Ruiz until Sun 2026-11-15 18:00"
        " (Asia/Singapore): asked the vendor"
    )
    (edit,) = warehouse.rows(
        "select payload::text as p from notify.outbox where operation = 'update'"
    )
    assert "Acknowledged by Ana Ruiz until Sun 2026-11-15 18:00" in edit["p"]
    assert history(warehouse) == [
        ("opened", "breakwater", ""),
        ("acknowledged", "Ana Ruiz", "asked the vendor"),
    ]


@pytest.mark.parametrize("saying", [MINE, LATER, DONE, replace(MINE, what="noted", until=None)])
def test_saying_the_same_again_changes_nothing(
    saying: Saying, one_channel: Workspace, warehouse: Database
) -> None:
    """A button is pressed twice, a command typed twice: one entry, one reply."""
    look(one_channel, BREAKS)
    say(one_channel, [NAME], saying, NOW)
    before = history(warehouse), told(warehouse)
    assert say(one_channel, [NAME], saying, NOW + timedelta(minutes=1)) == {NAME: False}
    assert (history(warehouse), told(warehouse)) == before


def test_a_note_is_kept_and_told_to_nobody(one_channel: Workspace, warehouse: Database) -> None:
    """It changes no state."""
    look(one_channel, BREAKS)
    say(one_channel, [NAME], Saying("noted", "Bo Li", "third time this month"), NOW)
    assert history(warehouse)[-1] == ("noted", "Bo Li", "third time this month")
    assert len(told(warehouse)) == 1


def test_what_is_snoozed_is_not_told_until_its_time_is_over(
    one_channel: Workspace, warehouse: Database
) -> None:
    """Numbers move meanwhile; then one reply says that it is open again, and how it is now."""
    look(one_channel, BREAKS)
    say(one_channel, [NAME], LATER, NOW)
    before = told(warehouse)
    assert before[-1][1].startswith("▲ Major: Snoozed: missing internal, by Ana Ruiz until")
    look(one_channel, finding(value=13), at=NOW + timedelta(hours=1))
    assert end_words(one_channel, UNTIL - timedelta(seconds=1)) == 0
    assert told(warehouse) == before
    assert end_words(one_channel, UNTIL) == 1
    assert end_words(one_channel, UNTIL) == 0
    assert [operation for operation, _ in told(warehouse)[len(before) :]] == ["update", "reply"]
    assert "Restated: missing internal, 12 cases → 13 cases" in told(warehouse)[-1][1]
    assert "Open again: missing internal" in told(warehouse)[-1][1]
    assert history(warehouse)[-1] == (
        "lapsed", "breakwater", "snoozed by Ana Ruiz: its time is over",
    )  # fmt: skip


def test_a_snooze_ends_early_when_it_gets_worse(
    one_channel: Workspace, warehouse: Database
) -> None:
    """Graver than when it was snoozed; back to as grave as then would not count."""
    eased = finding(severity=Severity.WARNING, value=6)
    look(one_channel, BREAKS)
    say(one_channel, [NAME], LATER, NOW)
    for number, again in enumerate([eased, BREAKS]):
        look(one_channel, again, at=NOW + timedelta(minutes=number))
    assert state(warehouse) == ("open", "snoozed")
    look(one_channel, WORSE, at=NOW + timedelta(hours=1))
    assert state(warehouse) == ("open", None)
    assert [kind for kind, _, _ in history(warehouse)][-2:] == ["worsened", "lapsed"]
    assert "◆ Critical: Worsened: missing internal" in told(warehouse)[-1][1]


def test_an_acknowledgement_stands_when_it_gets_worse(
    one_channel: Workspace, warehouse: Database
) -> None:
    """Who looks after it is told of it; nobody else is called."""
    look(one_channel, BREAKS)
    say(one_channel, [NAME], MINE, NOW)
    look(one_channel, WORSE, at=NOW + timedelta(hours=1))
    assert state(warehouse) == ("open", "acknowledged")
    assert "Worsened" in told(warehouse)[-1][1]


def test_what_a_person_called_done_stays_so_while_it_is_found_no_worse(
    one_channel: Workspace, warehouse: Database
) -> None:
    """Every run of its day finds it again; only what is worse is news."""
    look(one_channel, BREAKS)
    say(one_channel, [NAME], DONE, NOW)
    assert told(warehouse)[-1][1].endswith(
        "Resolved: missing internal, was 12 cases, by Ana Ruiz: all of them were tests of ours"
    )
    before = told(warehouse)
    look(one_channel, finding(value=13), at=NOW + timedelta(hours=1))
    assert (state(warehouse), told(warehouse)) == (("resolved", "resolved"), before)
    look(one_channel, WORSE, at=NOW + timedelta(hours=2))
    assert state(warehouse) == ("open", None)
    assert [kind for kind, _, _ in history(warehouse)][-1] == "reopened"


def test_it_can_be_taken_back_while_the_condition_is_still_found(
    one_channel: Workspace, warehouse: Database
) -> None:
    """Gone by the numbers, there is nothing left to work on."""
    look(one_channel, BREAKS)
    say(one_channel, [NAME], DONE, NOW)
    assert say(one_channel, [NAME], BACK, NOW) == {NAME: True}
    assert state(warehouse) == ("open", None)
    assert "Reopened: missing internal" in told(warehouse)[-1][1]
    look(one_channel, at=NOW + timedelta(hours=1))
    with pytest.raises(IncidentError, match="resolved by the numbers"):
        say(one_channel, [NAME], BACK, NOW)


def test_a_word_tells_nothing_of_other_threads(one_channel: Workspace, warehouse: Database) -> None:
    """A backfill changed another vendor's incident in silence; that stays so."""
    other = finding(vendor="dekkan")
    look(one_channel, BREAKS, other)
    look(one_channel, BREAKS, replace(other, value=90), silently=True)
    say(one_channel, [NAME], MINE, NOW)
    replies = [text for operation, text in told(warehouse) if operation == "reply"]
    assert len(replies) == 1
    assert "90 cases" not in str(told(warehouse))


@pytest.mark.parametrize(
    ("saying", "message"),
    [
        (replace(MINE, by=" "), "expected a name"),
        (replace(MINE, by="Ana\nBcc: x"), "expected a name"),
        (replace(MINE, until=None), "within 14 days; found nothing"),
        (replace(MINE, until=NOW), "within 14 days"),
        (replace(MINE, until=NOW + timedelta(days=15)), "within 14 days"),
        (replace(LATER, note=" "), "expected the reason"),
        (replace(DONE, note=""), "expected the reason"),
        (replace(MINE, note="x" * 2_001), "at most 2000 characters"),
    ],
    ids=["nobody", "two-lines", "no-end", "over", "too-long", "no-reason", "done-why", "novel"],
)
def test_what_is_not_whole_is_refused(
    saying: Saying, message: str, one_channel: Workspace, warehouse: Database
) -> None:
    """And nothing is changed."""
    look(one_channel, BREAKS)
    with pytest.raises(IncidentError, match=message):
        say(one_channel, [NAME], saying, NOW)
    assert len(history(warehouse)) == 1


def test_what_cannot_be_printed_is_left_out_of_a_note(
    one_channel: Workspace, warehouse: Database
) -> None:
    """Nor could all of it be stored."""
    look(one_channel, BREAKS)
    say(one_channel, [NAME], replace(MINE, note="\x00a\u202eb\nc\x1b[31m\ud800"), NOW)
    assert history(warehouse)[-1][-1] == "ab\nc[31m"


def test_of_several_all_or_none(one_channel: Workspace, warehouse: Database) -> None:
    """One that is resolved keeps the other as it was."""
    other = finding(vendor="dekkan")
    look(one_channel, BREAKS, other)
    look(one_channel, BREAKS)
    with pytest.raises(IncidentError, match="expected an open one; found it resolved"):
        say(one_channel, [NAME, other.finding_id], MINE, NOW)
    with pytest.raises(IncidentError, match="expected one of that name; found none"):
        say(one_channel, [NAME, "f" * 32], MINE, NOW)
    assert warehouse.rows("select word from notify.incident where word is not null") == []


def test_a_name_may_be_cut_off_while_it_is_one(one_channel: Workspace, warehouse: Database) -> None:
    """Four digits at least, and nothing but digits."""
    look(one_channel, BREAKS)
    with warehouse.transaction() as connection:
        assert incident_named(connection, NAME[:6].upper()) == NAME
        for name in ("abc", "%", NAME[:5] + "_"):
            with pytest.raises(IncidentError, match="hexadecimal digits"):
                incident_named(connection, name)
        with pytest.raises(IncidentError, match="found none"):
            incident_named(connection, "0000" if NAME[:4] != "0000" else "1111")


def test_history_cannot_be_changed(one_channel: Workspace, warehouse: Database) -> None:
    """Not even by somebody with a database shell and a bad day."""
    look(one_channel, BREAKS)
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        warehouse.rows("delete from notify.incident_transition returning 1")
