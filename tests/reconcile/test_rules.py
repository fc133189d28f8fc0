"""Every reason has a sentence."""

from test_situations import NAMES, SITUATIONS, situation

from breakwater.core.vocabulary import Outcome
from breakwater.reconcile.findings import SEVERITIES
from breakwater.reconcile.rules import RULES


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
