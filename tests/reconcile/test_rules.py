"""Every reason has a sentence."""

from test_situations import NAMES, SITUATIONS, situation

from breakwater.contracts.matching import RuleList
from breakwater.core.vocabulary import Outcome
from breakwater.reconcile.findings import SEVERITIES
from breakwater.reconcile.rules import RULES, UNKNOWN, sentence_of


def test_every_rule_is_explained_and_tried() -> None:
    """The sentences cover exactly the rules that situations end by."""
    tried = {row["rule"] for name in NAMES for row in situation(name)[1] if "rule" in row}
    assert tried == set(RULES)


def test_every_situation_says_what_it_is_about() -> None:
    """The first line of its first input is a comment."""
    for name in NAMES:
        first = (SITUATIONS / name / "input.case_event.yaml").read_text(encoding="utf-8")
        assert first.startswith("# "), name


def test_every_break_has_a_severity() -> None:
    """A class without one would never be told."""
    assert set(SEVERITIES) == {outcome for outcome in Outcome if outcome.is_break}


def test_a_renamed_rule_is_explained_by_its_kind() -> None:
    """Whatever a rule is called, over midnight too; a name that no rule has is said to be none."""
    listed = RuleList.model_validate(
        {
            "rules": [
                {"kind": "normalised_key", "rule": "reference", "ignore_case": True},
                {"kind": "item_agent", "rule": "same_person"},
                {"kind": "item", "rule": "same_item"},
            ]
        }
    ).rules
    told = {name: sentence_of(name, listed) for name in ("reference", "same_person", "same_item")}
    assert told == {
        "reference": RULES["normalised_key"],
        "same_person": RULES["item_agent"],
        "same_item": RULES["item_nearest"],
    }
    over = sentence_of("reference_over_midnight", listed)
    assert over == f"{RULES['normalised_key']} The action is a neighbouring day's, near midnight."
    assert sentence_of("exact_key_over_midnight", ()).startswith(RULES["exact_key"])
    assert sentence_of("surplus_of_key", listed) == RULES["surplus_of_key"]
    assert sentence_of("gone", listed) == UNKNOWN
    assert sentence_of("gone_over_midnight", listed).startswith(UNKNOWN)
