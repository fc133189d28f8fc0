"""Secrets of a local installation: made once, kept beside its data, readable by its owner alone."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from breakwater.demo.airflow_environment import Secrets

USER = "admin"


@dataclass(frozen=True, slots=True)
class LocalSecrets:
    """What `make demo` prints, and what its processes share.

    Attributes:
        airflow: the keys of the installation.
        password: of the one local user, who may do everything.
    """

    airflow: Secrets
    password: str


def local_secrets(home: Path) -> LocalSecrets:
    """Return the secrets of an installation; make them when there are none yet."""
    file = home / "secrets.json"
    if file.exists():
        kept = json.loads(file.read_text(encoding="utf-8"))
        return LocalSecrets(Secrets(**kept["airflow"]), kept["password"])
    fresh = LocalSecrets(
        airflow=Secrets(
            jwt=secrets.token_urlsafe(64),
            fernet=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            session=secrets.token_urlsafe(32),
        ),
        password=secrets.token_urlsafe(12),
    )
    _write_private(file, asdict(fresh))
    return fresh


def write_password_file(home: Path, password: str) -> Path:
    """Write the file from which Airflow's simple auth manager reads the local user's password."""
    file = home / "passwords.json"
    _write_private(file, {USER: password})
    return file


def _write_private(file: Path, content: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(content), encoding="utf-8")
