"""What holds for any two books under any list of rules: the plain rules' outcome, and tie-out."""

from dataclasses import replace
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st
from plain_rules import PlainRules
from test_reconcile_properties import CONFIGURATION, DECISIONS, INSTANTS, ITEMS, duckdb, ended
from two_books import WINDOW, Row, TwoBooks, action, vendor_event

from breakwater.contracts.operations import Matching

KEYS = st.sampled_from(["1", "01", "2", "02", "3", "4", "5", "6"])
AGENTS = st.sampled_from(["A-1", "A-2", None])
FIRST = st.sampled_from(
    [[{"kind": "exact_key"}], [{"kind": "normalised_key", "strip_leading_zeros": True}], []]
)
LATER: list[dict[str, Any]] = [
    {"kind": "normalised_key", "rule": "zeros", "strip_leading_zeros": True},
    {"kind": "item"},
    {"kind": "item_agent", "window_seconds": 600},
    {"kind": "group", "rule": "one", "shape": "one_to_many", "by": "item", "window_seconds": 300}
    | {"allowed_decisions": ["no_action"]},
    {"kind": "group", "rule": "other", "shape": "many_to_one", "by": "item"},
    {
        "kind": "group",
        "rule": "both",
        "shape": "many_to_many",
        "by": "item",
        "window_seconds": 7200,
    },
]


@st.composite
def lists(draw: st.DrawFn) -> Matching:
    """Draw a list of rules in any order that is allowed."""
    first = draw(FIRST)
    later = draw(st.permutations(LATER))[: draw(st.integers(1, 4))]
    if not first and later[0]["kind"] == "normalised_key":
        later = [LATER[1], *(rule for rule in later if rule is not LATER[1])]
    return Matching.model_validate({"rules": [*first, *later]})


@st.composite
def books(draw: st.DrawFn) -> TwoBooks:
    """Draw two books in which keys, items, reviewers and instants are few."""
    rows = st.lists(st.tuples(KEYS, ITEMS, INSTANTS, DECISIONS, AGENTS), max_size=7)
    events = tuple(
        vendor_event(f"v{n}", at, record_key=key, item_id=item, decision=decision, agent=agent)
        for n, (key, item, at, decision, agent) in enumerate(draw(rows))
    )
    actions: list[Row] = []
    for n, (key, item, at, decision, agent) in enumerate(draw(rows)):
        failed = draw(st.sampled_from([False, False, False, True]))
        told: Row = {"status": "failed", "enforced_at": None} if failed else {}
        known = draw(st.sampled_from([key, None]))
        actions.append(
            action(f"a{n}", at, record_key=known, item_id=item, decision=decision, agent=agent)
            | told
        )
    return TwoBooks(events=events, actions=tuple(actions), matching=draw(lists()))


@settings(max_examples=40, deadline=None)
@given(books())
def test_any_list_of_rules_does_what_the_plain_rules_do(given_books: TwoBooks) -> None:
    """Every record has one outcome and counterpart, whichever rules are tried in whatever order."""
    with duckdb() as engine:
        rows = given_books.match(engine, CONFIGURATION)
    assert len(ended(rows)) == len(rows)
    for row in rows:
        event(row["rule"])
    plain = PlainRules(given_books, WINDOW.end + given_books.matching.edge_seconds).run()
    assert ended(rows) == plain


@settings(max_examples=10, deadline=None)
@given(books())
def test_the_order_of_rows_changes_no_outcome_of_any_list(given_books: TwoBooks) -> None:
    """Nor what else a record could have been, nor its group."""
    turned = replace(
        given_books, events=given_books.events[::-1], actions=given_books.actions[::-1]
    )
    found = []
    for each in (given_books, turned):
        with duckdb() as engine:
            found.append(each.match(engine, CONFIGURATION))
    assert found[0] == found[1]
