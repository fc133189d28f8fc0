"""The secret that turns reviewer names into pseudonyms: given, or made once and kept."""

from collections.abc import Mapping
from pathlib import Path

from breakwater.warehouse.kept_secret import kept_secret

VARIABLE = "BREAKWATER_PSEUDONYM_KEY"


def pseudonym_key(environment: Mapping[str, str], home: Path) -> bytes:
    """Return the installation's key: the environment's, or the one in ``home/pseudonym.key``.

    Whoever loses it gives every reviewer a new pseudonym, so it belongs in the backup.

    Raises:
        ConfigurationError: the key is too short to be a secret, or others may read its file.
    """
    return kept_secret(environment, VARIABLE, home / "pseudonym.key")
