"""The secret that turns reviewer names into pseudonyms: given, or made once and kept."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from breakwater.core.errors import ConfigurationError

VARIABLE = "BREAKWATER_PSEUDONYM_KEY"
MINIMUM_CHARACTERS = 16


def pseudonym_key(environment: Mapping[str, str], home: Path) -> bytes:
    """Return the installation's key: the environment's, or the one in ``home``.

    Without either a random key is written to ``home/pseudonym.key``, readable by its owner alone.
    Whoever loses it gives every reviewer a new pseudonym, so it belongs in the backup.

    Raises:
        ConfigurationError: the key is too short to be a secret, or others may read its file.
    """
    given = environment.get(VARIABLE)
    if given is not None:
        return _checked(given, VARIABLE)
    file = home / "pseudonym.key"
    if not file.exists():
        _write_once(file, secrets.token_hex(32))
    if file.stat().st_mode & 0o077:
        found = f"{file.stat().st_mode & 0o777:o}"
        raise ConfigurationError((f"{file}: mode: expected 600; found {found}",))
    return _checked(file.read_text(encoding="ascii").strip(), str(file))


def _checked(key: str, where: str) -> bytes:
    if len(key) < MINIMUM_CHARACTERS:
        expected = f"at least {MINIMUM_CHARACTERS} characters"
        raise ConfigurationError((f"{where}: expected {expected}; found {len(key)}",))
    return key.encode()


def _write_once(file: Path, key: str) -> None:
    """Create the file whole or not at all; of two processes the first one's key stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=file.parent)  # mode 0600 from the start
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(key + "\n")
        try:
            os.link(beside, file)
        except FileExistsError:
            return
    finally:
        Path(beside).unlink()
