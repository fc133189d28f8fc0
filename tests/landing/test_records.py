"""Mapping by contract: our words for the vendor's, and every reason of every bad record."""

from collections import Counter
from typing import Any

import pytest
from vendor_exports import CONTRACT, DAY, ROW, as_csv, contract, rows_of
from whole_export import read_csv_text

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window
from breakwater.landing.mapping.records import Records, map_records
from breakwater.landing.mapping.terms import Terms
from breakwater.landing.quarantine.reason_words import words_of

KEY = b"key of the tests"


def mapped(
    configuration: Configuration,
    *changes: dict[str, str],
    terms: VendorContract | None = None,
    key: bytes = KEY,
) -> Records:
    """Map one row for each set of changes."""
    terms = terms or contract()
    text = as_csv(rows_of(*changes)).decode()
    raw = read_csv_text(text, terms.column_names)
    operations = configuration.operations
    window = Window.for_operational_day(DAY, operations.zone_info)
    return map_records(raw, Terms(terms, operations, DAY, window, terms.effective_from, key))


def only(records: Records, column: str) -> Any:  # noqa: ANN401  a value of any column
    """Return the value of a column of the only record."""
    [value] = records.columns.column(column).to_pylist()
    return value


def test_codes_become_our_words(configuration: Configuration) -> None:
    """One good row, whole."""
    records = mapped(configuration, {"case": " C-9 ", "qa": "0.25", "qa at": "03.11.2026 10:00:00"})
    assert records.refused == ()
    [row] = records.columns.to_pylist()
    assert row == {
        "case_id_vendor": "C-9",
        "item_id": "I-1",
        "record_key": "C-9",
        "site": "riga",
        "queue": "spam",
        "policy": "spam",
        "language": "en",
        "priority": "p4",
        "actor_type": "human",
        "agent": row["agent"],
        "decision": "remove",
        "decision_code_vendor": "DROP",
        "handle_seconds": 95,
        "qa_score": 0.25,
        "qa_rescore": None,
        "pause_reason": None,
        "escalated_to": None,
        "appeal_outcome": None,
    }


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"case": ""}, ["case_id_missing"]),
        ({"case": "   "}, ["case_id_missing"]),
        ({"item": ""}, ["item_id_missing"]),
        ({"queue": ""}, ["queue_missing"]),
        ({"queue": "s"}, ["queue_unknown"]),
        ({"site": "LON"}, ["site_unknown"]),
        ({"policy": "XX"}, ["policy_unknown"]),
        ({"priority": "9"}, ["priority_unknown"]),
        ({"received": ""}, ["received_at_missing"]),
        ({"received": "soon"}, ["received_at_unreadable"]),
        ({"queued": "2026-11-03"}, ["queued_at_unreadable"]),
        ({"assigned": "x"}, ["assigned_at_unreadable"]),
        ({"decided": "03.11.26"}, ["decided_at_unreadable"]),
        ({"paused again": "x"}, ["paused_at_unreadable"]),
        ({"received": "25.10.2026 03:30:00"}, ["local_time_repeated"]),
        ({"received": "29.03.2026 03:30:00"}, ["local_time_skipped"]),
        ({"closed": "03.11.2026 18:00:00"}, ["instant_in_future"]),
        ({"received": "03.11.2026 09:00:06"}, ["received_after_queued"]),
        (
            {"received": "03.11.2026 09:13:00"},
            ["received_after_assigned", "received_after_decided", "received_after_queued"],
        ),
        ({"reopened": "02.11.2026 09:00:00"}, ["received_after_reopened"]),
        ({"resumed": "03.11.2026 09:11:00"}, ["resumed_without_pause"]),
        (
            {"paused": "03.11.2026 09:11:00", "resumed again": "03.11.2026 09:12:00"},
            ["resumed_without_pause"],
        ),
        (
            {"paused": "03.11.2026 09:11:00", "resumed": "03.11.2026 09:10:00"},
            ["resumed_before_paused"],
        ),
        ({"decision": ""}, ["decision_missing"]),
        ({"decided": ""}, ["decided_at_missing"]),
        ({"seconds": "-1"}, ["handle_seconds_negative"]),
        ({"seconds": "1:35"}, ["handle_seconds_unreadable"]),
        ({"seconds": "1e3"}, ["handle_seconds_unreadable"]),
        ({"seconds": "nan"}, ["handle_seconds_unreadable"]),
        ({"qa": "0.5"}, ["qa_scored_at_missing"]),
        ({"qa at": "03.11.2026 10:00:00"}, ["qa_score_missing"]),
        ({"qa": "1.01", "qa at": "03.11.2026 10:00:00"}, ["qa_score_out_of_range"]),
        ({"qa": "-0.1", "qa at": "03.11.2026 10:00:00"}, ["qa_score_out_of_range"]),
        ({"qa": "good", "qa at": "03.11.2026 10:00:00"}, ["qa_score_unreadable"]),
        (
            {"qa again": "2", "qa again at": "03.11.2026 10:00:00"},
            ["qa_rescore_out_of_range"],
        ),
        (
            {"appeal": "?", "appeal decided": "03.11.2026 10:00:00"},
            ["appeal_outcome_unknown"],
        ),
        ({"appeal": "Y"}, ["appeal_decided_at_missing"]),
        ({"appeal decided": "03.11.2026 10:00:00"}, ["appeal_outcome_missing"]),
        ({"item": "a\tb"}, ["text_has_control_characters"]),
        ({"item": "a\x00b"}, ["text_has_control_characters"]),
        ({"item": "a\u202eb"}, ["text_has_control_characters"]),
        ({"agent": "a\x1b[2Jb"}, ["text_has_control_characters"]),
        ({"item": "x" * 301}, ["text_too_long"]),
        (
            {"received": "01.08.2026 09:00:00", "decided": "02.08.2026 12:00:00", "queued": "",
             "assigned": ""},
            ["delivered_too_late"],
        ),
        (
            {"queue": "?", "decided": "never", "seconds": "-5", "priority": "0"},
            [
                "decided_at_unreadable",
                "handle_seconds_negative",
                "priority_unknown",
                "queue_unknown",
            ],
        ),
    ],
)  # fmt: skip
def test_a_bad_record_is_refused_with_every_reason(
    changes: dict[str, str], reasons: list[str], configuration: Configuration
) -> None:
    """And the good records before and after it land."""
    records = mapped(configuration, {}, changes, {})
    [refused] = records.refused
    assert (refused.source_row, list(refused.reasons)) == (2, reasons)
    assert records.source_row.to_pylist() == [1, 3]
    found = Counter(reason for row in records.refused for reason in row.reasons)
    assert found == dict.fromkeys(reasons, 1)


def test_at_the_edge_of_each_rule_a_record_is_good(configuration: Configuration) -> None:
    """One second or one character less than what is refused above."""
    records = mapped(
        configuration,
        {"closed": "03.11.2026 17:59:59"},
        {"received": "03.11.2026 09:00:05"},
        {"seconds": "0", "item": "x" * 300},
        {"qa": "1", "qa at": "03.11.2026 10:00:00"},
        {"paused": "03.11.2026 09:11:00", "resumed": "03.11.2026 09:11:00"},
        {"paused": "03.11.2026 09:11:00"},
        {"received": "02.08.2026 09:00:00", "decided": "03.08.2026 12:00:00", "queued": "",
         "assigned": ""},
    )  # fmt: skip
    assert records.refused == ()


def test_an_unknown_decision_is_no_bad_record(configuration: Configuration) -> None:
    """It lands with the vendor's code; the reconciliation reports it."""
    records = mapped(configuration, {"decision": "SHADOW"})
    assert (only(records, "decision"), only(records, "decision_code_vendor")) == (None, "SHADOW")


def test_a_language_nobody_mapped_is_undetermined(configuration: Configuration) -> None:
    """As BCP 47 spells it; a case is not lost for its language."""
    assert only(mapped(configuration, {"language": "klingon"}), "language") == "und"
    assert only(mapped(configuration, {"language": ""}), "language") == "und"


def test_empty_cells_take_the_defaults(configuration: Configuration) -> None:
    """A priority nobody states is the queue's own: spam is p4."""
    terms = contract(defaults={"site": "riga", "queue": "spam", "policy": "hate"})
    empty = {"site": "", "queue": "", "policy": "", "priority": ""}
    records = mapped(configuration, empty, terms=terms)
    found = [only(records, column) for column in ("site", "queue", "policy", "priority")]
    assert found == ["riga", "spam", "hate", "p4"]
    stated = contract(defaults={"site": "riga", "priority": "p2"})
    assert only(mapped(configuration, {"priority": ""}, terms=stated), "priority") == "p2"


def test_a_market_is_a_code_or_none_and_only_where_the_contract_names_its_column(
    configuration: Configuration,
) -> None:
    """Records of contracts that name no market say what they said before, so their ids stay."""
    assert "market" not in mapped(configuration, {}).columns.column_names
    columns = contract().columns.model_dump(exclude_none=True) | {"market": "language"}
    terms = contract(columns=columns)
    for said, meant in (("DE", "DE"), ("pt-BR", "pt-BR"), ("", None), ("a market?", None)):
        assert only(mapped(configuration, {"language": said}, terms=terms), "market") == meant


def test_spellings_of_no_value_are_empty_cells(configuration: Configuration) -> None:
    """Some systems write a question mark or NULL."""
    terms = contract(missing_values=["?", "NULL"])
    records = mapped(configuration, {"policy": "?", "closed": "NULL", "qa": " ? "}, terms=terms)
    assert records.refused == ()
    assert only(records, "policy") is None


def test_a_key_of_several_columns_never_mixes_them_up(configuration: Configuration) -> None:
    """The parts ("a|b", "c") and ("a", "b|c") are two keys."""
    columns = contract().columns.model_dump(exclude_none=True)
    terms = contract(columns={**columns, "record_key": ["case", "item"]})
    changes = [
        {"case": "a|b", "item": "c"},
        {"case": "a", "item": "b|c"},
        {"case": "a\\", "item": "|"},
        {"case": "plain", "item": "key"},
    ]
    records = mapped(configuration, *changes, terms=terms)
    assert records.columns.column("record_key").to_pylist() == [
        "a\\|b|c",
        "a|b\\|c",
        "a\\\\|\\|",
        "plain|key",
    ]


def test_scores_are_shares_of_the_full_mark(configuration: Configuration) -> None:
    """A vendor that marks from 0 to 100 is not out of range."""
    change = {"qa": "80", "qa at": "03.11.2026 10:00:00"}
    records = mapped(configuration, change, terms=contract(qa_full_mark=100))
    assert only(records, "qa_score") == 0.8


def test_reviewers_are_pseudonyms_that_only_the_key_explains(configuration: Configuration) -> None:
    """The same name is the same person; another key or another vendor gives others."""
    records = mapped(configuration, {}, {}, {"agent": "john.roe"}, {"agent": ""})
    jane, again, john, nobody = records.columns.column("agent").to_pylist()
    assert jane == again
    assert jane != john
    assert nobody is None
    # A letter, a dash, ten characters of base 32: 50 bits.
    assert jane.startswith("A-")
    assert len(jane) == 12
    assert only(mapped(configuration, {}, key=b"another key here"), "agent") != jane
    elsewhere = mapped(configuration, {}, terms=contract(vendor="other"))
    assert only(elsewhere, "agent") != jane


def test_rules_are_automation_and_everybody_else_is_a_person(configuration: Configuration) -> None:
    """Only codes that the contract lists are rules."""
    records = mapped(configuration, {"actor": "BOT"}, {"actor": "bot"}, {"actor": ""})
    found = records.columns.column("actor_type").to_pylist()
    assert found == ["automation", "human", "human"]


def test_a_record_belongs_to_the_day_of_its_decision(configuration: Configuration) -> None:
    """Singapore's day ends at 18:00 in Riga; what is undecided belongs to the export."""
    night = {"received": "02.11.2026 09:00:00", "queued": "", "assigned": ""}
    records = mapped(
        configuration,
        {**night, "decided": "02.11.2026 17:59:59"},
        {**night, "decided": "02.11.2026 18:00:00"},
        {**night, "decided": "", "decision": ""},
    )
    assert [day.isoformat() for day in records.operational_day.to_pylist()] == [
        "2026-11-02",
        "2026-11-03",
        "2026-11-03",
    ]


def test_a_decision_of_a_day_before_the_contract_is_refused(configuration: Configuration) -> None:
    """Nobody owes an account of that day, so nothing may change it."""
    terms = contract(effective_from="2026-11-03")
    late = {"received": "01.11.2026 09:00:00", "decided": "02.11.2026 09:00:00"}
    records = mapped(configuration, {}, {**late, "queued": "", "assigned": ""}, terms=terms)
    assert [row.reasons for row in records.refused] == [("contract_not_in_force",)]


UPDATES = {
    "shape": {
        "kind": "update",
        "at": "queued",
        "state": "pause",
        "events": {"New": "received", "Open": "assigned", "Done": "closed"},
    },
    "columns": {
        "case_id": "case",
        "record_key": ["case", "seconds"],
        "item_id": "item",
        "queue": "queue",
    },
}


def test_each_update_is_one_event_of_the_type_of_its_state(configuration: Configuration) -> None:
    """The state after the update says what happened."""
    terms = contract(**UPDATES)
    records = mapped(configuration, {"pause": "New"}, {"pause": "Done"}, terms=terms)
    found = {h.event_type.value: h.at.to_pylist() for h in records.happenings}
    # 09:00:05 in Riga on 3 November is 07:00:05 UTC.
    assert found == {
        "received": [1793689205, None],
        "assigned": [None, None],
        "closed": [None, 1793689205],
    }
    assert records.columns.column("record_key").to_pylist() == ["C-1|95", "C-2|95"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pause": ""}, "state_missing"),
        ({"pause": "-100"}, "state_unknown"),
        ({"pause": "New", "queued": ""}, "updated_at_missing"),
        ({"pause": "New", "queued": "x"}, "updated_at_unreadable"),
        ({"pause": "New", "seconds": ""}, "record_key_missing"),
    ],
)
def test_a_bad_update_is_refused_with_its_reason(
    changes: dict[str, str], reason: str, configuration: Configuration
) -> None:
    """As a bad case is."""
    terms = contract(**UPDATES)
    records = mapped(configuration, changes, {"pause": "New"}, terms=terms)
    assert [row.reasons for row in records.refused] == [(reason,)]


def test_columns_that_the_contract_does_not_name_are_never_read() -> None:
    """So they can neither be landed nor logged."""
    assert "reporter e-mail" not in contract().column_names
    raw = read_csv_text("reporter e-mail,case\nx@example.org,C-1\n", ["case"])
    assert "x@example.org" not in str(raw)
    assert set(ROW) <= set(contract().column_names)


def test_what_few_vendors_say_of_an_audit_lands_with_its_score(
    configuration: Configuration,
) -> None:
    """Whether the item was planted, and how many critical errors; other values are refused."""
    # Two columns that hold something else in the contract of the tests.
    audits = {"qa_is_golden": "tier", "qa_critical_errors": "pause"}
    others = {k: v for k, v in CONTRACT["columns"].items() if v not in audits.values()}
    terms = contract(columns=others | audits)
    scored = {"qa": "1", "qa at": "03.11.2026 10:00:00"}
    records = mapped(
        configuration,
        scored | {"tier": "1", "pause": "2"},
        scored | {"tier": "false"},
        scored | {"tier": "maybe", "pause": "1.5"},
        scored | {"pause": "-1"},
        terms=terms,
    )
    assert records.columns.column("qa_is_golden").to_pylist() == [True, False]
    assert records.columns.column("qa_critical_errors").to_pylist() == [2, None]
    assert [row.reasons for row in records.refused] == [
        ("qa_critical_errors_out_of_range", "qa_is_golden_unknown"),
        ("qa_critical_errors_out_of_range",),
    ]
    assert all(map(words_of, ("qa_critical_errors_out_of_range", "qa_is_golden_unknown")))
