"""The secret that signs the links in messages: given, or made once and kept."""

from collections.abc import Mapping
from pathlib import Path

from breakwater.warehouse.kept_secret import kept_secret

VARIABLE = "BREAKWATER_LINK_KEY"


def link_key(environment: Mapping[str, str], home: Path) -> bytes:
    """Return the installation's key: the environment's, or the one in ``home/link.key``.

    Whoever loses or changes it makes every link that was sent worthless, and nothing else. The
    workers that send and the server that answers need the same one.

    Raises:
        ConfigurationError: the key is too short to be a secret, or others may read its file.
    """
    return kept_secret(environment, VARIABLE, home / "link.key")
