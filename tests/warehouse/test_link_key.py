"""The secret behind links is one of its own."""

from pathlib import Path

from breakwater.warehouse.link_key import link_key
from breakwater.warehouse.pseudonym_key import pseudonym_key


def test_links_and_pseudonyms_have_keys_of_their_own(tmp_path: Path) -> None:
    """Who gives one away has not given the other."""
    assert link_key({}, tmp_path) == link_key({}, tmp_path)
    assert link_key({}, tmp_path) != pseudonym_key({}, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["link.key", "pseudonym.key"]


def test_a_key_of_the_environment_counts(tmp_path: Path) -> None:
    """The workers that send and the server that answers are given the same one."""
    assert link_key({"BREAKWATER_LINK_KEY": "sixteen letters!"}, tmp_path) == b"sixteen letters!"
