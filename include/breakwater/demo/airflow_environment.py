"""Everything Airflow is told, as environment variables: one function for every place it runs in.

The local stack starts its processes with it; a test holds docker-compose.yaml against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from breakwater.contracts.loading import SHIPPED

SHARED_SETTINGS = SHIPPED / "airflow.env"
COMMANDS: dict[str, tuple[str, ...]] = {
    "api-server": ("airflow", "api-server"),
    # Task logs are read from the folder that all processes share: no port is opened for them.
    "scheduler": ("airflow", "scheduler", "--skip-serve-logs"),
    "dag-processor": ("airflow", "dag-processor"),
    "triggerer": ("airflow", "triggerer", "--skip-serve-logs"),
}
"""The processes of an installation, in the order in which they become useful."""

PREPARE = ("python", "-m", "breakwater.orchestration.prepare")
"""Brings both databases to this version and makes the pools; run before the others."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What only the processes of one installation know.

    Attributes:
        jwt: signs the tokens with which tasks and people speak to the API.
        fernet: encrypts connections that are kept in Airflow's database.
        session: signs the cookies of the web pages.
    """

    jwt: str
    fernet: str
    session: str


def shared_settings(file: Path = SHARED_SETTINGS) -> dict[str, str]:
    """Read the settings that do not differ from place to place."""
    settings = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            settings[name] = value
    return settings


def airflow_environment(
    home: Path,
    *,
    code: Path,
    public_url: str,
    inner_url: str,
    database: str,
    secrets: Secrets,
    connections: Mapping[str, str],
) -> dict[str, str]:
    """Return the environment of every Airflow process of an installation.

    Args:
        home: folder of everything that is kept.
        code: the checkout: its Dags, its plugin, its library.
        public_url: where people reach the API server.
        inner_url: where tasks reach it.
        database: SQLAlchemy address of Airflow's own database.
        secrets: see `Secrets`.
        connections: Airflow connections by id, each as URI or JSON.
    """
    opened = {f"AIRFLOW_CONN_{name.upper()}": value for name, value in connections.items()}
    return {
        **shared_settings(),
        **opened,
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(code / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(code / "plugins"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{inner_url}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": secrets.fernet,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
        "AIRFLOW__API__BASE_URL": public_url,
        "AIRFLOW__API__SECRET_KEY": secrets.session,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.jwt,
        "BREAKWATER_CONFIG": str(code / "include" / "config"),
        "BREAKWATER_HOME": str(home),
        "PYTHONPATH": str(code / "include"),
    }
