"""Editions: an unchanged day is published once, a changed one says what moved, each told once."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from made_days import DAY, NOW

from breakwater.core.errors import ConfigurationError
from breakwater.core.vocabulary import RunType
from breakwater.report.correct import tell_corrections
from breakwater.report.digest import Format, publish_digest, render_digest
from breakwater.report.editions import NoEditionError
from breakwater.report.message import Restated
from breakwater.warehouse.outbox import enqueue, put_aside
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.workspace import Workspace

LATER = NOW + timedelta(hours=3)


def _publish(
    workspace: Workspace,
    *,
    audiences: Sequence[str] | None = ("ops",),
    at: datetime = NOW,
    run_type: RunType = RunType.SCHEDULED,
    deliver: bool = True,
) -> StageResult:
    return publish_digest(workspace, DAY, at, audiences, run_type=run_type, deliver=deliver)


def _restate(workspace: Workspace, more: int = 100) -> None:
    """Let Andeska's spam queue turn out larger, as a late file would."""
    with workspace.warehouse.transaction() as connection:
        connection.execute(
            "update measure.kpi_fact set numerator = numerator + %s where operational_day = %s"
            " and vendor = 'andeska' and queue = 'spam' and metric = 'manual_incoming'",
            [more, DAY],
        )


def _outbox(workspace: Workspace) -> list[dict[str, Any]]:
    return workspace.warehouse.rows("select * from notify.outbox order by outbox_id")


def test_a_live_run_sends_each_address_a_mail_and_the_channel_a_message(quiet: Workspace) -> None:
    """One row an address, so that a refused one cannot hide among others."""
    result = _publish(quiet, audiences=["ops", "policy_legal"])
    assert dict(result.summary) == {
        "audiences": 2,
        "published": 2,
        "unchanged": 0,
        "enqueued": 5,
    }
    sent = [(row["channel"], row["recipient"], row["operation"]) for row in _outbox(quiet)]
    assert sent == [
        ("email", "ops-leads@harbour.example", "post"),
        ("slack", "C0OPS", "post"),
        ("email", "policy-operations@harbour.example", "post"),
        ("email", "legal-operations@harbour.example", "post"),
        ("slack", "C0LEGAL", "post"),
    ]
    assert {row["thread_key"] for row in _outbox(quiet)} == {
        "digest/2026-11-22/ops",
        "digest/2026-11-22/policy_legal",
    }


def test_a_mail_carries_text_page_picture_and_the_headers_of_a_machine(quiet: Workspace) -> None:
    """The picture is inside the mail, and nobody's holiday notice answers it."""
    _publish(quiet)
    mail = _outbox(quiet)[0]["payload"]
    assert mail["subject"].startswith("[All clear] Operations, Sun 22 Nov: ")
    assert "cid:chart" in mail["html"]
    assert mail["text"].startswith("Harbour Trust & Safety · Operations\n")
    (picture,) = mail["inline"]
    assert (picture["cid"], picture["media_type"]) == ("chart", "image/png")
    chart = render_digest(quiet, DAY, "ops", 1, "png")
    assert base64.b64decode(picture["base64"]) == chart
    assert mail["headers"]["Auto-Submitted"] == "auto-generated"
    assert mail["headers"]["List-Id"].endswith("<ops.daily.breakwater.invalid>")


def test_an_unchanged_day_gives_no_new_edition_and_no_message(quiet: Workspace) -> None:
    """A second run hours later changes nothing at all."""
    _publish(quiet)
    before = quiet.warehouse.rows("select * from report.edition")
    again = _publish(quiet, at=LATER)
    assert not again.changed
    assert again.summary["published"] == again.summary["enqueued"] == 0
    assert quiet.warehouse.rows("select * from report.edition") == before
    assert len(_outbox(quiet)) == 2


def test_a_restated_day_gives_a_second_edition_that_says_what_moved(quiet: Workspace) -> None:
    """The message in the channel is updated, the first mail is answered."""
    _publish(quiet)
    _restate(quiet)
    result = _publish(quiet, at=LATER)
    assert result.changed
    assert result.summary["published"] == 1
    text = str(render_digest(quiet, DAY, "ops", None, "text"))
    assert "RESTATED SINCE EDITION 1" in text
    assert "- Manual incoming: 3,541 → 3,641" in text
    assert "- Andeska, Incoming: 833 → 933" in text
    assert "edition 2" in text
    latest = _outbox(quiet)[2:]
    assert [(row["channel"], row["operation"], row["transition"]) for row in latest] == [
        ("email", "reply", "edition-2"),
        ("slack", "update", "edition-2"),
    ]
    assert latest[0]["thread_key"] == _outbox(quiet)[0]["thread_key"]
    assert latest[0]["payload"]["subject"].startswith("[All clear · edition 2] ")


def test_every_edition_stays_as_it_was_published(quiet: Workspace) -> None:
    """What was said that morning can still be shown."""
    _publish(quiet)
    first = render_digest(quiet, DAY, "ops", 1, "text")
    _restate(quiet)
    _publish(quiet, at=LATER)
    assert render_digest(quiet, DAY, "ops", 1, "text") == first
    assert render_digest(quiet, DAY, "ops", 2, "text") != first


def test_a_small_correction_is_kept_and_not_sent_until_it_adds_up(quiet: Workspace) -> None:
    """Nine cases are noise; with a hundred more readers learn of all, since what they were sent."""
    _publish(quiet)
    _restate(quiet, 9)
    small = _publish(quiet, at=LATER)
    assert (small.summary["published"], small.summary["enqueued"]) == (1, 0)
    _restate(quiet, 91)
    large = _publish(quiet, at=LATER)
    assert (large.summary["published"], large.summary["enqueued"]) == (1, 2)
    told = _outbox(quiet)[2]["payload"]["text"]
    assert "RESTATED SINCE EDITION 1" in told
    assert "- Manual incoming: 3,541 → 3,641" in told


def test_a_day_closed_again_corrects_those_who_read_it(quiet: Workspace) -> None:
    """It was restated in silence; whoever was sent the first edition is sent the next, once."""
    _publish(quiet)
    _publish(quiet, audiences=["apac"], deliver=False)
    _restate(quiet)
    _publish(quiet, audiences=["ops", "apac"], run_type=RunType.BACKFILL, deliver=False)
    assert len(_outbox(quiet)) == 2
    assert tell_corrections(quiet, LATER) == 2
    assert [row["operation"] for row in _outbox(quiet)[2:]] == ["reply", "update"]
    assert tell_corrections(quiet, LATER) == 0


def test_an_old_day_and_a_small_change_correct_nobody(quiet: Workspace) -> None:
    """Both are in the editions, for whoever looks."""
    _publish(quiet)
    _restate(quiet, 9)
    _publish(quiet, deliver=False)
    assert tell_corrections(quiet, LATER) == 0
    _restate(quiet)
    _publish(quiet, deliver=False)
    assert tell_corrections(quiet, LATER + timedelta(days=20)) == 0
    assert tell_corrections(quiet, LATER) == 2


def test_a_scheduled_digest_waits_for_its_readers_morning(quiet: Workspace) -> None:
    """Eight in Riga; whoever asks a run to tell people does not wait, nor does a correction."""
    _publish(quiet, audiences=["emea"])
    morning = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    assert [row["not_before"] for row in _outbox(quiet)] == [morning]
    _publish(quiet, audiences=["apac"], run_type=RunType.MANUAL)
    _restate(quiet)
    _publish(quiet, audiences=["ops"], at=morning)
    assert [row["not_before"] for row in _outbox(quiet)[1:]] == [NOW, morning, morning]


def test_other_days_do_not_restate_this_one(quiet: Workspace) -> None:
    """What is usual may move with history; the day's own figures make an edition."""
    _publish(quiet)
    with quiet.warehouse.transaction() as connection:
        connection.execute(
            "update measure.kpi_fact set numerator = numerator * 2 where operational_day < %s",
            [DAY],
        )
    assert _publish(quiet, at=LATER).summary["published"] == 0


@pytest.mark.parametrize(
    ("run_type", "deliver"),
    [(RunType.BACKFILL, True), (RunType.BACKFILL, False), (RunType.SCHEDULED, False)],
)
def test_a_run_that_may_tell_nobody_keeps_the_edition_only(
    quiet: Workspace, run_type: RunType, deliver: bool
) -> None:
    """A backfill never tells, whatever it is asked."""
    result = _publish(quiet, run_type=run_type, deliver=deliver)
    assert result.summary["published"] == 1
    assert result.summary["enqueued"] == 0
    assert _outbox(quiet) == []


def test_an_edition_of_a_silent_run_is_told_by_the_first_run_that_may(quiet: Workspace) -> None:
    """Nothing changed in between, and still nobody has read it."""
    _publish(quiet, deliver=False)
    later = _publish(quiet, at=LATER)
    assert later.summary["published"] == 0
    assert later.summary["enqueued"] == 2
    assert _publish(quiet, at=LATER).summary["enqueued"] == 0


def test_a_quiet_day_is_kept_for_those_who_want_only_news(quiet: Workspace) -> None:
    """Executives hear nothing of a day on which nothing is wrong."""
    result = _publish(quiet, audiences=["executives"])
    assert result.summary["published"] == 1
    assert _outbox(quiet) == []


def test_a_bad_day_is_sent_to_them(bad: Workspace) -> None:
    """Something is wrong: they are told."""
    _publish(bad, audiences=["executives"])
    assert [row["recipient"] for row in _outbox(bad)] == ["trust-safety-leadership@harbour.example"]


def test_a_correction_of_what_was_sent_goes_out_even_on_a_quiet_day(bad: Workspace) -> None:
    """Whoever read that something was wrong reads that it no longer is."""
    _publish(bad, audiences=["executives"])
    with bad.warehouse.transaction() as connection:
        connection.execute("delete from operations.finding")
        connection.execute("update measure.day_close set vendors_reported = vendors_expected")
    _publish(bad, audiences=["executives"], at=LATER)
    assert [row["transition"] for row in _outbox(bad)] == ["edition-1", "edition-2"]


def _words(workspace: Workspace, audience: str) -> str:
    return " ".join(str(render_digest(workspace, DAY, audience, None, "text")).split())


def test_what_could_not_be_delivered_is_told_to_the_operation(quiet: Workspace) -> None:
    """Where somebody can act on it, and nowhere else; it is no figure, and makes no edition."""
    readers = ["ops", "vendor_dekkan"]
    _publish(quiet, audiences=readers)
    with quiet.warehouse.transaction() as connection:
        connection.execute("update notify.outbox set state = 'dead' where recipient = 'C0OPS'")
    assert _publish(quiet, audiences=readers).summary["published"] == 0
    with quiet.warehouse.transaction() as connection:
        connection.execute("update measure.kpi_fact set numerator = numerator + 100")
    _publish(quiet, audiences=readers)
    told = "1 message could not be delivered, to slack C0OPS: breakwater dead-letters."
    assert told in _words(quiet, "ops")
    assert "could not be delivered" not in _words(quiet, "vendor_dekkan")


def test_what_a_person_put_aside_is_named_no_longer(quiet: Workspace) -> None:
    """The last ones come first, three by name; what was looked at does not come up every morning."""
    _publish(quiet, audiences=["ops"])
    with quiet.warehouse.transaction() as connection:
        for number in range(5):
            enqueue(
                connection,
                subject=f"s/{number}",
                transition="1",
                channel="file",
                recipient=f"room{number}",
                thread_key="s",
                operation="post",
                payload={"name": "n", "text": "t"},
                now=NOW,
            )
        connection.execute("update notify.outbox set state = 'dead' where channel = 'file'")
        (last,) = connection.execute("select max(outbox_id) as n from notify.outbox").fetchall()
        assert put_aside(connection, last["n"], by="Ana", note="closed", now=NOW)
        assert not put_aside(connection, last["n"], by="Ana", note="closed", now=NOW)
        connection.execute("update measure.kpi_fact set numerator = numerator + 100")
    _publish(quiet, audiences=["ops"])
    told = "4 messages could not be delivered, to file room3, file room2, file room1 and 1 other:"
    assert told in _words(quiet, "ops")


def test_all_audiences_are_published_unless_some_are_named(quiet: Workspace) -> None:
    """One run writes everybody's digest."""
    result = _publish(quiet, audiences=None, deliver=False)
    assert result.summary["published"] == len(quiet.configuration.audiences) == 12


def test_an_audience_nobody_configured_is_refused_by_name(quiet: Workspace) -> None:
    """The message says what there is."""
    with pytest.raises(ConfigurationError, match=r"expected one of amer, .*; found 'opps'"):
        _publish(quiet, audiences=["opps"])
    with pytest.raises(ConfigurationError, match="found 'opps'"):
        render_digest(quiet, DAY, "opps", None, "text")


def test_an_edition_that_was_never_published_is_refused(quiet: Workspace) -> None:
    """Day, audience and number are named."""
    with pytest.raises(NoEditionError, match="2026-11-22 ops: expected an edition"):
        render_digest(quiet, DAY, "ops", None, "text")
    _publish(quiet)
    with pytest.raises(NoEditionError, match="2026-11-22 ops: expected edition 7"):
        render_digest(quiet, DAY, "ops", 7, "text")


def test_a_day_without_anything_is_said_to_be_without_anything(workspace: Workspace) -> None:
    """Nothing was reported: no number is shown, and no comfort given."""
    _publish(workspace)
    text = str(render_digest(workspace, DAY, "ops", None, "text"))
    assert "◆ Act today." in text
    assert "0 of 5 sources reported" in text
    assert "in time" not in text
    assert render_digest(workspace, DAY, "ops", None, "png") == b""
    assert _outbox(workspace)[0]["payload"]["inline"] == []


def test_links_are_left_out_when_airflow_has_no_address(
    quiet: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address comes from the environment, or there is no link."""
    monkeypatch.delenv("BREAKWATER_AIRFLOW_URL", raising=False)
    _publish(quiet)
    assert "Airflow" not in str(render_digest(quiet, DAY, "ops", None, "html"))
    monkeypatch.setenv("BREAKWATER_AIRFLOW_URL", "https://airflow.harbour.example/")
    _publish(quiet, audiences=["apac"])
    page = str(render_digest(quiet, DAY, "apac", None, "html"))
    runs = "https://airflow.harbour.example/dags/close_day/runs"
    assert f'href="{runs}?partition_key_pattern={DAY.isoformat()}"' in page


def test_a_line_that_came_and_one_that_went_are_both_restated() -> None:
    """The difference of two editions in words."""
    assert Restated("A", "1", "2").text == "A: 1 → 2"
    assert Restated("A", None, "2").text == "A: now 2"
    assert Restated("A", "1", None).text == "A: no longer 1"


def test_a_vendor_that_is_not_through_is_in_the_numbers_and_named(quiet: Workspace) -> None:
    """Newer rows of Dekkan were landed after it was measured: no reason to call it missing."""
    with quiet.warehouse.transaction() as connection:
        connection.execute(
            "update measure.day_close set vendors_reported = array_remove(vendors_reported, 'dekkan')"
        )
    _publish(quiet, audiences=["ops", "vendor_dekkan"])
    text = str(render_digest(quiet, DAY, "ops", None, "text"))
    assert "5 of 5 sources reported." in text
    assert "- The newest rows of Dekkan Review Services are not in these numbers yet." in text
    own = str(render_digest(quiet, DAY, "vendor_dekkan", None, "text"))
    assert "- The newest rows of your export are not in these numbers yet." in own


@pytest.mark.parametrize("form", ["png", "xlsx", "html"])
def test_what_nobody_was_sent_is_drawn_when_somebody_looks(bad: Workspace, form: Format) -> None:
    """A backfill draws nothing; whoever looks sees byte for byte what a live run would have sent."""
    _publish(bad, deliver=False)
    (kept,) = bad.warehouse.rows("select * from report.edition")
    assert (kept["chart"], kept["pictures"], kept["spreadsheet"]) == (None, None, None)
    looked_at = render_digest(bad, DAY, "ops", 1, form)
    with bad.warehouse.transaction() as connection:
        connection.execute("delete from report.edition")
    _publish(bad)
    (sent,) = bad.warehouse.rows("select * from report.edition")
    assert sent["chart"]
    assert render_digest(bad, DAY, "ops", 1, form) == looked_at
