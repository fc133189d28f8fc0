"""The secret behind pseudonyms: given, or made once, and never for others to read."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from breakwater.core.errors import ConfigurationError
from breakwater.warehouse.pseudonym_key import pseudonym_key


def test_a_key_of_the_environment_counts_and_nothing_is_written(tmp_path: Path) -> None:
    """Containers bring their secrets along."""
    environment = {"BREAKWATER_PSEUDONYM_KEY": "sixteen letters!"}
    assert pseudonym_key(environment, tmp_path / "home") == b"sixteen letters!"
    assert not (tmp_path / "home").exists()


def test_without_one_a_random_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """Pseudonyms stay the same from run to run, and differ from installation to installation."""
    first = pseudonym_key({}, tmp_path / "one")
    assert pseudonym_key({}, tmp_path / "one") == first
    assert pseudonym_key({}, tmp_path / "two") != first
    assert len(first) == 64
    assert (tmp_path / "one" / "pseudonym.key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in (tmp_path / "one").iterdir()] == ["pseudonym.key"]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    """The first to finish wins; the others read its key."""
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: pseudonym_key({}, tmp_path), range(32)))
    assert len(keys) == 1


def test_a_short_key_is_no_secret(tmp_path: Path) -> None:
    """The message tells how long it is and not what it is."""
    with pytest.raises(ConfigurationError, match=r"BREAKWATER_PSEUDONYM_KEY.*found 6") as raised:
        pseudonym_key({"BREAKWATER_PSEUDONYM_KEY": "hunter"}, tmp_path)
    assert "hunter" not in str(raised.value)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """A copied folder easily loses its modes."""
    pseudonym_key({}, tmp_path)
    (tmp_path / "pseudonym.key").chmod(0o640)
    with pytest.raises(ConfigurationError, match=r"expected 600; found 640"):
        pseudonym_key({}, tmp_path)
