"""Pairs that are suggested: one slip is found wherever it is, and nothing is closed by it."""

import dataclasses
import random
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from landed_books import LandedBooks
from rapidfuzz.distance import OSA
from two_books import DAY, VENDOR, TwoBooks, action, at, vendor_event

from breakwater.cli import breakwater
from breakwater.contracts.loading import load_configuration
from breakwater.contracts.matching import Fuzzy
from breakwater.contracts.operations import Matching
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.reconcile import suggestions
from breakwater.reconcile.suggestions import (
    Alone,
    Suggestion,
    alike,
    suggest_pairs,
    suggestions_of,
)
from breakwater.warehouse.workspace import Workspace

NOON = at("12:00:00")
RULE = Fuzzy(kind="fuzzy")
HOUR = 3600


@pytest.fixture
def books(workspace: Workspace, tmp_path: Path) -> LandedBooks:
    """Open an installation to land books in."""
    return LandedBooks(workspace, tmp_path)


def alone(record_id: str, key: str | None, item: str = "", instant: int = NOON) -> Alone:
    """Make a record that nothing paired."""
    return Alone(record_id, instant, {"record_key": key, "item_id": item})


def found(vendor: list[Alone], internal: list[Alone], rule: Fuzzy = RULE) -> list[tuple[str, str]]:
    """Return the suggested pairs."""
    return [(s.vendor_record, s.internal_record) for s in alike(vendor, internal, rule, HOUR)]


@pytest.mark.parametrize(
    ("stated", "logged", "score"),
    [
        ("C-10442", "C-10447", 1 - 1 / 7),
        ("C-10442", "C-01442", 1 - 1 / 7),
        ("C-10442", "C-1042", 1 - 1 / 7),
        ("C-10442", "CC-10442", 1 - 1 / 8),
        ("C-10442", "C-10442", 1.0),
    ],
    ids=["mistyped", "swapped", "left out", "added", "equal"],
)
def test_a_slip_costs_its_share_of_the_id(stated: str, logged: str, score: float) -> None:
    """A character of seven is a seventh."""
    [suggestion] = alike([alone("v", stated)], [alone("a", logged)], RULE, HOUR)
    assert suggestion == Suggestion("v", "a", round(score, 6), "record_key", "fuzzy")


@pytest.mark.parametrize(
    ("other", "instant"),
    [
        ("D-99999", NOON),
        ("C-10441", NOON + HOUR + 1),
        (None, NOON),
        ("X-20443", NOON),
        ("C-10999", NOON),
    ],
    ids=["another id", "too far", "no id", "two slips of seven", "half of it"],
)
def test_what_is_unlike_or_far_is_not_suggested(other: str | None, instant: int) -> None:
    """Below the score, beyond the window, or nothing to compare."""
    assert found([alone("v", "C-10442")], [alone("a", other, instant=instant)]) == []


def test_the_likest_come_first_then_the_nearest_and_only_so_many() -> None:
    """Equal scores are told by the gap, then by the id; the far one's id is the first of all."""
    internal = [
        alone("0-far", "C-10443", instant=NOON - 60),
        alone("b", "C-10444"),
        alone("a", "C-10445"),
        alone("same", "C-10442", instant=NOON + 600),
    ]
    assert found([alone("v", "C-10442")], internal) == [("v", "same"), ("v", "a"), ("v", "b")]


def test_the_field_that_is_likest_is_named() -> None:
    """Two fields are looked at where the rule says so, and the better one is told."""
    rule = Fuzzy(kind="fuzzy", on=("record_key", "item_id"))
    one, other = alone("v", "C-10442", "I-700001"), alone("a", "C-1044", "I-700001")
    [suggestion] = alike([one], [other], rule, HOUR)
    assert (suggestion.compared_field, suggestion.score) == ("item_id", 1.0)


def test_of_two_fields_the_likelier_is_named_whichever_comes_first() -> None:
    """The first of the rule where both are as like; a worse one later takes nothing back."""
    rule = Fuzzy(kind="fuzzy", on=("record_key", "item_id"))
    for item in ("I-700001", "I-700002", "I-999999"):
        one, other = alone("v", "C-10442", "I-700001"), alone("a", "C-10442", item)
        [suggestion] = alike([one], [other], rule, HOUR)
        assert (suggestion.compared_field, suggestion.score) == ("record_key", 1.0)


def test_the_least_score_and_the_farthest_instant_still_count() -> None:
    """Both limits are reached by what lies on them: equal ids score 1, an hour is within an hour."""
    strict = Fuzzy(kind="fuzzy", minimum_score=1)
    internal = [alone("a", "C-10442", instant=NOON + HOUR), alone("b", "C-10443")]
    assert found([alone("v", "C-10442")], internal, strict) == [("v", "a")]


@pytest.mark.parametrize("text", ["7", "42", "A-7", "A-42"])
def test_short_ids_are_found_too(text: str) -> None:
    """Half of a character is a character; equal ids are the likest there are."""
    assert found([alone("v", text)], [alone("a", text)]) == [("v", "a")]


def test_a_record_without_an_id_hides_no_other() -> None:
    """On either side, first in the list: those after it are looked at."""
    vendor = [alone("v1", None), alone("v2", "C-10442")]
    internal = [alone("a1", None), alone("a2", "C-10443")]
    assert found(vendor, internal) == [("v2", "a2")]


def suggested_among(books: TwoBooks) -> list[tuple[str, str, str]]:
    """Match two books, and return the suggested pairs and who suggests them."""
    configuration = load_configuration()
    suggesting = books.about(configuration).suggesting_rules
    with closing(DuckDBEngine("256MB", 1)) as engine:
        books.match(engine, configuration)
        told = suggest_pairs(engine, suggesting, "enforcement_action", HOUR)
    assert told is not None
    return [(each.vendor_record, each.internal_record, each.rule) for each in told]


def with_rules(*rules: dict[str, object]) -> Matching:
    """Put rules that suggest after the key and the item."""
    fuzzy = [{"kind": "fuzzy", **rule} for rule in rules]
    return Matching.model_validate({"rules": [{"kind": "exact_key"}, {"kind": "item"}, *fuzzy]})


def suggested_by(*rules: dict[str, object]) -> list[tuple[str, str, str]]:
    """Return what some rules suggest among two small books."""
    books = TwoBooks(
        events=(
            vendor_event("v1", NOON, record_key="C-10442", item_id="I-1"),
            vendor_event("v2", NOON, record_key="C-20777", item_id="I-900001"),
        ),
        actions=(
            action("a1", NOON + 90, record_key="C-10424", item_id="I-2"),
            action("a2", NOON, record_key="none-of-them", item_id="I-900010"),
            action("a3", NOON + 3 * HOUR, record_key="C-20778", item_id="I-3"),
        ),
        matching=with_rules(*rules),
    )
    return suggested_among(books)


LONELY = TwoBooks(
    events=(
        vendor_event("v1", NOON, record_key="C-10442", item_id="I-1"),
        # twice in both books: the other two are copies
        vendor_event("v2", NOON + 60, record_key="C-10777", item_id="I-2"),
        vendor_event("v3", NOON + 60, record_key="C-10777", item_id="I-2"),
        # equally near to a4 and a5, and one id is a slip away
        vendor_event("v4", NOON, record_key="C-30111", item_id="I-4"),
        # like the key of the copies, and not like a6
        vendor_event("v5", NOON, record_key="C-18777", item_id="I-5"),
    ),
    actions=(
        action("a1", NOON, record_key="C-10443", item_id="I-11"),
        action("a2", NOON + 60, record_key="C-10777", item_id="I-2"),
        action("a3", NOON + 60, record_key="C-10777", item_id="I-2"),
        action("a4", NOON - 30, record_key="C-30112", item_id="I-4"),
        action("a5", NOON + 30, record_key="L-99999", item_id="I-4"),
        action("a6", NOON + 30, record_key="C-10747", item_id="I-6"),
    ),
    matching=with_rules({"rule": "keys", "at_most": 3}),
)
"""Records that nothing paired: lone ones, copies of a pair on both sides, and a choice of two."""

SUGGESTED = [("v1", "a1", "keys"), ("v4", "a4", "keys")]


def test_a_copy_is_no_slip_and_a_choice_may_be() -> None:
    """Copies of a paired key look like it and are suggested to nobody; who was equally near is."""
    assert suggested_among(LONELY) == SUGGESTED


def test_the_nearest_in_time_are_looked_at_whatever_order_records_come_in() -> None:
    """A minute apart and with one half in common, the last come first: of 50, two are alike."""
    actions = [
        action(f"a{n}", NOON + 60 * n, record_key=f"CASE{n:02}99", item_id=f"I-{n}")
        for n in reversed(range(50))
    ]
    books = TwoBooks(
        events=(
            vendor_event("v1", NOON + 60 * 45, record_key="CASE4598", item_id="I-50"),
            vendor_event("v2", NOON + 60 * 4, record_key="CASE0498", item_id="I-51"),
        ),
        actions=tuple(actions),
        matching=with_rules({"rule": "keys"}),
    )
    assert suggested_among(books) == [("v1", "a45", "keys"), ("v2", "a4", "keys")]


def test_each_rule_has_its_fields_and_its_window() -> None:
    """Keys within the operation's hour, items, and keys within the rule's own four hours or minute."""
    items: dict[str, object] = {"rule": "items", "on": ["item_id"]}
    assert suggested_by({"rule": "keys"}) == [("v1", "a1", "keys")]
    assert suggested_by(items) == [("v2", "a2", "items")]
    far: dict[str, object] = {"rule": "far", "window_seconds": 4 * HOUR}
    assert suggested_by(far) == [("v1", "a1", "far"), ("v2", "a3", "far")]
    assert suggested_by({"rule": "near", "window_seconds": 89}) == []
    assert suggested_by({"rule": "at_once", "window_seconds": 0}) == []
    assert suggested_by() == []


def test_a_pair_is_told_once_by_the_first_rule_that_suggests_it() -> None:
    """In the order of the records, whatever the order of the rules."""
    items: dict[str, object] = {"rule": "items", "on": ["item_id"]}
    wide: dict[str, object] = {"rule": "wide", "window_seconds": 4 * HOUR}
    assert suggested_by({"rule": "keys"}, items, wide) == [
        ("v1", "a1", "keys"),
        ("v2", "a2", "items"),
        ("v2", "a3", "wide"),
    ]
    assert suggested_by(wide, {"rule": "keys"})[0] == ("v1", "a1", "wide")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("0123456789", min_size=8, max_size=10), min_size=1, max_size=12), st.data())
def test_one_slip_in_either_half_is_found(keys: list[str], data: st.DataObject) -> None:
    """Whatever else is left: as many as are alike by comparing all with all."""
    text = data.draw(st.sampled_from(keys))
    place = data.draw(st.integers(0, len(text) - 1))
    kind = data.draw(st.sampled_from(["mistype", "omit", "add"]))
    slipped = text[:place] + {"mistype": "x", "omit": "", "add": text[place] + "x"}[kind]
    slipped += text[place + 1 :]
    rule = Fuzzy(kind="fuzzy", at_most=20)
    internal = [alone(f"a{n}", key) for n, key in enumerate(keys)]
    pairs = {other for _, other in found([alone("v", slipped)], internal, rule)}
    one_slip = {f"a{n}" for n, key in enumerate(keys) if OSA.distance(slipped, key) <= 1}
    swaps_in_the_middle = {
        f"a{n}" for n, key in enumerate(keys) if sorted(key) == sorted(slipped) and key != slipped
    }
    assert one_slip - swaps_in_the_middle <= pairs


def test_the_work_grows_with_the_records_whatever_their_ids(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thousand ids with the same halves on both sides: 80 comparisons a record at the most."""
    count = 0

    class Counting:
        @staticmethod
        def normalized_similarity(one: str, other: str) -> float:
            nonlocal count
            count += 1
            return float(OSA.normalized_similarity(one, other))

    monkeypatch.setattr(suggestions, "OSA", Counting)
    vendor = [alone(f"v{n}", "same-key", instant=NOON + n) for n in range(1000)]
    internal = [alone(f"a{n}", "same-key", instant=NOON + n) for n in range(1000)]
    assert len(found(vendor, internal)) == 3000
    assert count <= 80 * 1000


def test_the_order_of_records_changes_nothing() -> None:
    """Suggestions of a day are the same in whatever order its records come."""
    vendor = [alone(f"v{n}", f"C-1044{n}", instant=NOON + n) for n in range(9)]
    internal = [alone(f"a{n}", f"C-1045{n}", instant=NOON + n) for n in range(9)]
    first = sorted(found(vendor, internal))
    shuffle = random.Random(7)  # noqa: S311  an order, not a secret
    shuffle.shuffle(vendor)
    # What is looked at comes sorted by instant, as the model gives it.
    assert sorted(found(vendor, internal)) == first


def test_a_day_keeps_its_breaks_and_shows_what_is_suggested(
    books: LandedBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both records stay missing; without the rule the suggestion goes, and nothing else moves."""
    events = (vendor_event("v1", NOON, record_key="C-10442"),)
    log = (action("a1", NOON, record_key="C-10424"),)
    books.land(DAY, events, log)
    suggesting = [{"kind": "exact_key"}, {"kind": "item"}, {"kind": "fuzzy", "rule": "slip"}]
    with_rule = _with_rules(books, suggesting)
    result = with_rule.reconcile(DAY)
    missing = {("vendor", "v1"): "missing_internal", ("internal", "a1"): "missing_vendor"}
    assert books.breaks(DAY) == missing
    assert result.summary["suggestions"] == 1
    expected = [Suggestion("v1", "a1", round(1 - 1 / 7, 6), "record_key", "slip")]
    assert _suggested(books) == expected
    assert with_rule.reconcile(DAY).changed is False

    monkeypatch.setattr("breakwater.cli.suggested.open_workspace", lambda: books.workspace)
    shown = CliRunner().invoke(breakwater, ["suggestions", VENDOR, DAY.isoformat()])
    assert (shown.output, shown.exit_code) == ("0.857 record_key v1 a1 (slip)\n", 0)

    result = books.reconcile(DAY)
    assert "suggestions" not in result.summary
    assert _suggested(books) == []
    assert books.breaks(DAY) == missing
    shown = CliRunner().invoke(breakwater, ["suggestions", VENDOR, DAY.isoformat()])
    assert shown.output == f"{VENDOR} {DAY.isoformat()}: nothing is suggested\n"


def test_a_flood_is_no_slip(books: LandedBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where far too much is left, ids are not compared: the book itself is wrong."""
    monkeypatch.setattr(suggestions, "MOST_RECORDS", 1)
    events = [vendor_event(f"v{n}", NOON, record_key=f"C-1044{n}") for n in range(2)]
    books.land(DAY, events, [action("a1", NOON, record_key="C-10449")])
    result = _with_rules(books, [{"kind": "exact_key"}, {"kind": "fuzzy"}]).reconcile(DAY)
    assert result.summary["suggestions"] is None
    assert _suggested(books) == []


def _with_rules(books: LandedBooks, rules: list[dict[str, str]]) -> LandedBooks:
    configuration = books.workspace.configuration
    matching = Matching.model_validate({"rules": rules})
    operations = configuration.operations.model_copy(update={"matching": matching})
    changed = dataclasses.replace(configuration, operations=operations)
    return dataclasses.replace(
        books, workspace=dataclasses.replace(books.workspace, configuration=changed)
    )


def _suggested(books: LandedBooks) -> list[Suggestion]:
    with books.workspace.warehouse.transaction() as connection:
        return suggestions_of(connection, VENDOR, DAY)
