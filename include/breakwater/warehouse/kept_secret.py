"""A secret of the installation: given by the environment, or made once and kept in a file."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from breakwater.core.errors import ConfigurationError

MINIMUM_CHARACTERS = 16


def kept_secret(environment: Mapping[str, str], variable: str, file: Path) -> bytes:
    """Return the environment's secret, or the one in a file.

    Without either a random one is written to the file, readable by its owner alone.

    Raises:
        ConfigurationError: it is too short to be a secret, or others may read its file.
    """
    given = environment.get(variable)
    if given is not None:
        return _checked(given, variable)
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
