"""One case told from both books: what happened, how the books agree, and every clock."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from landed_books import NOW, LandedBooks
from two_books import DAY, VENDOR, ZONE, Row, action, at, rows_of, vendor_event

from breakwater.cli import breakwater
from breakwater.contracts.operations import Matching
from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION, RECON_OUTCOME
from breakwater.core.vocabulary import Outcome, Side
from breakwater.engine.parquet import write_parquet
from breakwater.explain.case import explain_case
from breakwater.explain.find import UnknownCaseError
from breakwater.explain.words import SENTENCES, lines
from breakwater.measure.measure import measure_day
from breakwater.reconcile.rules import RULES, UNKNOWN
from breakwater.warehouse.lake import Partition, current_version, point
from breakwater.warehouse.stage_run import record_stage
from breakwater.warehouse.workspace import Workspace

ONE_OTHER = "It could have been paired with one other record."


def case(name: str, *steps: tuple[str, str], **more: object) -> list[Row]:
    """Tell a case by its steps: what happened, and when."""
    return [
        vendor_event(
            f"{name}-{number}",
            at(clock),
            record_key=name,
            item_id=f"item-{name}",
            event_type=what,
            **({"decision": None, "decision_code_vendor": None} if what != "decided" else {}),
            **more,
        )
        for number, (what, clock) in enumerate(steps)
    ]


EVENTS = [
    *case(
        "C1",
        ("received", "09:00:00"),
        ("queued", "09:05:00"),
        ("decided", "10:00:00"),
        policy="hate",
    ),
    *case("C2", ("received", "09:00:00"), ("queued", "09:05:00"), ("decided", "11:00:00")),
]
LOG = [
    action(
        "A1", at("10:01:00"), record_key="C1", item_id="item-C1", policy="spam", decision="warn"
    ),
    action("A7", at("10:20:00"), record_key="C1", item_id="item-C1"),
]


@pytest.fixture
def closed(workspace: Workspace, tmp_path: Path) -> Workspace:
    """Reconcile and measure a day of two cases: one decided otherwise, one that we do not have."""
    books = LandedBooks(workspace, tmp_path)
    books.land(DAY, EVENTS, LOG)
    with workspace.warehouse.transaction() as connection:
        record_stage(
            connection,
            day=DAY,
            vendor=VENDOR,
            stage="land",
            inputs=[],
            outputs=[],
            summary={},
            at=NOW,
        )
    books.reconcile(DAY)
    measure_day(workspace, VENDOR, DAY, NOW)
    return workspace


def test_a_clock_that_was_taken_away_is_told_as_it_was_measured(closed: Workspace) -> None:
    """Without its stretches: nobody knows any more what paused it."""
    before = list(lines(explain_case(closed, "C1"), ZONE))
    without = replace(closed, configuration=replace(closed.configuration, clocks=()))
    told = list(lines(explain_case(without, "C1"), ZONE))
    assert told[: told.index("Clocks")] == before[: before.index("Clocks")]
    (clock,) = [line for line in told if "A clock that is no longer configured (" in line]
    state = clock.partition("): ")[2]
    assert state.split(",")[0] in {"met", "missed"}, clock
    assert not any("  counts  " in line for line in told)


def test_a_pair_is_told_with_every_field_its_rule_and_its_clocks(closed: Workspace) -> None:
    """The nearest of two actions of its key, another decision, another policy, a minute apart."""
    told = list(lines(explain_case(closed, "C1"), ZONE))
    life = [line for line in told if "Break " in line]
    told = [line for line in told if line not in life]
    assert told[: told.index("Clocks")] == [
        "pearlline case C1, as known at the end of 2026-03-02",
        "",
        "What happened",
        "  Mon 2026-03-02 09:00:00  vendor    received",
        "  Mon 2026-03-02 09:05:00  vendor    queued",
        "  Mon 2026-03-02 10:00:00  vendor    decided remove (code RMV) by a person",
        "  Mon 2026-03-02 10:01:00  platform  decided warn",
        "  Mon 2026-03-02 10:02:00  platform  enforced",
        "  Mon 2026-03-02 10:20:00  platform  decided remove",
        "  Mon 2026-03-02 10:21:00  platform  enforced",
        "",
        "How the books agree",
        "  The vendor's record C1-2 and our A1 are a pair.",
        "    decision_mismatch: the two decisions differ.",
        f"    By rule exact_key: {RULES['exact_key']} {ONE_OTHER}",
        "    decision        vendor remove, platform warn: differs",
        "    policy          vendor hate, platform spam: differs",
        "    decided_at      vendor Mon 2026-03-02 10:00:00, platform Mon 2026-03-02 10:01:00: agrees",
        "    The vendor decided more strictly than the platform.",
        "  Our record A7 stays alone.",
        "    duplicate_internal: our log has it once more than the vendor's book.",
        f"    By rule surplus_of_key: {RULES['surplus_of_key']} {ONE_OTHER}",
        "",
    ]
    seen = "open: seen since Thu 2026-03-05 10:00:00, looked after by nobody."
    assert [line.split(" is ")[1] for line in life] == [seen, seen]
    assert any("P2 decided within 12 hours (decision_p2): met" in line for line in told)


def test_a_group_names_all_of_its_records(workspace: Workspace, tmp_path: Path) -> None:
    """One case, two actions, by a rule that somebody named: each half knows the others."""
    rule = {"kind": "group", "rule": "strikes", "shape": "one_to_many", "by": "key"}
    matching = Matching.model_validate({"rules": [rule, {"kind": "exact_key"}]})
    operations = workspace.configuration.operations.model_copy(update={"matching": matching})
    configuration = replace(workspace.configuration, operations=operations)
    installation = replace(workspace, configuration=configuration)
    books = LandedBooks(installation, tmp_path)
    log = [
        action(name, at("10:00:30"), record_key="C1", item_id="item-C1") for name in ("A1", "A2")
    ]
    books.land(DAY, EVENTS[:3], log)
    books.reconcile(DAY)
    told = list(lines(explain_case(installation, "C1"), ZONE))
    assert f"    By rule strikes: {RULES['group']}" in told
    assert any(line.startswith("    It agrees as a group, together with A") for line in told)


REWRITTEN = {"kind": "normalised_key", "ignore_case": True, "strip_prefixes": ["ref-"]}


@pytest.mark.parametrize("rules", [[REWRITTEN], [{"kind": "exact_key"}, REWRITTEN]])
def test_copies_whose_keys_are_written_differently_are_told(
    workspace: Workspace, tmp_path: Path, rules: list[object]
) -> None:
    """Our log has the case as REF-c1 and as c1, and the vendor a second row of it as ref-C1."""
    matching = Matching.model_validate({"rules": rules})
    operations = workspace.configuration.operations.model_copy(update={"matching": matching})
    configuration = replace(workspace.configuration, operations=operations)
    installation = replace(workspace, configuration=configuration)
    books = LandedBooks(installation, tmp_path)
    log = [
        action("A1", at("10:00:00"), record_key="REF-c1"),
        action("A2", at("12:00:00"), record_key="c1"),
        action("A3", at("12:00:00"), record_key="c2"),
        action("A4", at("13:00:00"), record_key="REF-c3"),
    ]
    copy = vendor_event("copy", at("15:00:00"), record_key="ref-C1", item_id="I9")
    books.land(DAY, [*EVENTS[:3], copy], log)
    books.reconcile(DAY)
    found = {(e.record_id, e.outcome) for e in explain_case(installation, "C1").ended}
    assert found == {
        ("C1-2", Outcome.MATCHED),
        ("A1", Outcome.MATCHED),
        ("A2", Outcome.DUPLICATE_INTERNAL),
        ("copy", Outcome.DUPLICATE_VENDOR),
    }
    (alone,) = explain_case(installation, "REF-c3").ended
    assert (alone.record_id, alone.outcome) == ("A4", Outcome.MISSING_VENDOR)
    if rules[0] is REWRITTEN:
        assert explain_case(installation, "c3").ended == (alone,), "as the list of breaks shows it"


def test_a_rule_that_was_renamed_since_is_told_by_its_name(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The day was reconciled by a list that is no longer in force: the rest of the story stands."""
    matching = Matching.model_validate({"rules": [{"kind": "exact_key", "rule": "reference"}]})
    operations = workspace.configuration.operations.model_copy(update={"matching": matching})
    configuration = replace(workspace.configuration, operations=operations)
    books = LandedBooks(replace(workspace, configuration=configuration), tmp_path)
    books.land(DAY, EVENTS[:3], LOG[:1])
    books.reconcile(DAY)
    told = list(lines(explain_case(workspace, "C1"), ZONE))
    assert f"    By rule reference: {UNKNOWN}" in told


def test_files_of_an_earlier_version_are_told_without_what_they_lack(
    closed: Workspace, tmp_path: Path
) -> None:
    """A day that was reconciled before pairs had groups, alternatives and differences."""
    young = {
        RECON_OUTCOME.name: ["differences", "direction", "alternatives", "match_group"],
        ENFORCEMENT_ACTION.name: ["agent", "handle_seconds", "score"],
    }
    with closed.warehouse.transaction() as connection:
        for table, columns in young.items():
            partition = Partition.of_day(table, DAY, VENDOR)
            version = current_version(connection, partition)
            assert version is not None
            rows = pq.read_table(closed.lake.url(version.path).removeprefix("file://"))
            file = tmp_path / "before.parquet"
            pq.write_table(rows.drop_columns(columns), file)
            written = closed.lake.put_version(partition, file, rows.num_rows)
            point(connection, partition, written, NOW)
    told = list(lines(explain_case(closed, "C1"), ZONE))
    assert f"    By rule exact_key: {RULES['exact_key']}" in told
    assert "    decision_mismatch: the two decisions differ." in told
    assert not any(line.endswith(": agrees") for line in told)


def test_what_stays_alone_says_why(closed: Workspace) -> None:
    """Nothing of ours fits C2."""
    story = explain_case(closed, "C2")
    (ended,) = story.ended
    assert (ended.side, ended.outcome, ended.counterpart_id) == (
        Side.VENDOR,
        Outcome.MISSING_INTERNAL,
        None,
    )
    told = "\n".join(lines(story, ZONE))
    assert "stays alone.\n    missing_internal: our log does not have it.\n" in told


def test_the_latest_day_that_knows_the_case_is_told(closed: Workspace, tmp_path: Path) -> None:
    """Unless another is asked for; before a day is reconciled, less is known."""
    tomorrow = DAY + timedelta(days=1)
    moved = {"operational_day": tomorrow}
    later = [row | moved | {"event_at": row["event_at"] + 86_400} for row in EVENTS[:3]]
    LandedBooks(closed, tmp_path).land(tomorrow, later, [])
    assert explain_case(closed, "C1").day == tomorrow
    assert explain_case(closed, "C1").clocks == ()
    assert explain_case(closed, "C1", day=DAY).day == DAY
    assert explain_case(closed, "C2").day == DAY
    assert explain_case(closed, "C2", day=tomorrow).day == DAY, "the last day that knows it"


def test_both_books_are_told_from_the_first_day_to_the_end_of_the_last(
    closed: Workspace, tmp_path: Path
) -> None:
    """What we did yesterday is there beside what the vendor did; what we do after the day is not."""
    tomorrow = DAY + timedelta(days=1)
    again = EVENTS[2] | {"event_id": "again", "event_at": at("10:00:00", tomorrow)}
    after = at("00:30:00", tomorrow + timedelta(days=1))
    log = [
        *(row | {"operational_day": DAY} for row in LOG),
        action("A8", at("10:00:30", tomorrow), record_key="C1", item_id="item-C1"),
        action("A9", after, record_key="C1", item_id="item-C1"),
    ]
    books = LandedBooks(closed, tmp_path)
    books.land(tomorrow, [], log)
    file = tmp_path / "events.parquet"
    # An export repeats what happened to a case before; all of it is of the day of its decision.
    events = [row | {"operational_day": tomorrow} for row in (*EVENTS[:2], again)]
    count = write_parquet(rows_of(CASE_EVENT, events), CASE_EVENT, file)
    partition = Partition.of_day(CASE_EVENT.name, tomorrow, VENDOR)
    written = closed.lake.put_version(partition, file, count)
    with closed.warehouse.transaction() as connection:
        point(connection, partition, written, NOW)
    books.reconcile(tomorrow)
    told = [
        each.at
        for each in explain_case(closed, "C1").happened
        if (each.book, each.what) == (Side.INTERNAL, "decided")
    ]
    assert told == [at("10:01:00"), at("10:20:00"), at("10:00:30", tomorrow)]


def test_what_only_our_log_has_is_found_by_its_key(closed: Workspace, tmp_path: Path) -> None:
    """A record that is missing in the vendor's book has no case there to be asked for."""
    tomorrow = DAY + timedelta(days=1)
    log = [action("A9", at("12:00:00", tomorrow), record_key="C7", item_id="item-C7")]
    books = LandedBooks(closed, tmp_path)
    books.land(tomorrow, [], log)
    books.reconcile(tomorrow)
    story = explain_case(closed, "C7")
    assert (story.day, [ended.outcome for ended in story.ended]) == (
        tomorrow,
        [Outcome.MISSING_VENDOR],
    )
    assert [(each.book, each.what) for each in story.happened] == [
        (Side.INTERNAL, "decided"),
        (Side.INTERNAL, "enforced"),
    ]


@pytest.mark.parametrize(
    ("vendor", "day"), [(None, None), ("karavan", None), (None, date(2026, 3, 1))]
)
def test_a_case_that_nobody_told_of_is_refused(
    closed: Workspace, vendor: str | None, day: date | None
) -> None:
    """By a name that cannot draw on the terminal."""
    case_id = "C1" if vendor or day else "C9\x1b[2J"
    with pytest.raises(UnknownCaseError, match="found it in none") as refused:
        explain_case(closed, case_id, vendor=vendor, day=day)
    assert "\x1b" not in str(refused.value)


def test_a_vendors_text_is_shown_and_not_obeyed(workspace: Workspace, tmp_path: Path) -> None:
    """A reason with a terminal's escape sequence stays one visible line."""
    row = vendor_event("v1", at("10:00:00"), record_key="C3", reason="x\x1b[31m\nClocks\nmissed")
    LandedBooks(workspace, tmp_path).land(DAY, [row], [])
    told = list(lines(explain_case(workspace, "C3"), ZONE))
    assert told[3].endswith("by a person: x[31m Clocks missed")


def test_every_outcome_has_a_sentence() -> None:
    """None is left without words."""
    assert set(SENTENCES) == set(Outcome)


def test_the_command_finds_the_vendor(closed: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """`breakwater explain C2`, as a person types it."""
    monkeypatch.setattr("breakwater.cli.looking.open_workspace", lambda: replace(closed))
    result = CliRunner().invoke(breakwater, ["explain", "C2"], catch_exceptions=False)
    assert result.output.startswith("pearlline case C2, as known at the end of 2026-03-02\n")
