"""The local installation: PostgreSQL, Airflow, a mail and a chat server, on this machine alone."""

import json
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

from psycopg.conninfo import conninfo_to_dict

import breakwater
from breakwater.demo.airflow_environment import airflow_environment
from breakwater.demo.health import StackError, Tell, wait_until_healthy
from breakwater.demo.local_secrets import USER, local_secrets, write_password_file
from breakwater.demo.processes import Program, end_programs, known_programs, start_program
from breakwater.demo.rest import AirflowApi
from breakwater.warehouse.embedded import EmbeddedPostgreSQL

CODE = Path(breakwater.__file__).parents[2]
LOOPBACK = "127.0.0.1"
API_PORT, SMTP_PORT, SLACK_PORT = 8080, 2525, 2526
"""Where people expect them; another port is taken when one of these is in use."""

DAG = "close_day"
_AIRFLOW, _SINKS = "airflow", "mail-and-chat"


@dataclass(frozen=True, slots=True)
class Stack:
    """A local installation that was started.

    Attributes:
        home: its folder.
        url: the API server and its web pages.
        user: the local user, who may do everything.
        password: of that user.
        environment: of every process of the installation; ``open_workspace`` reads it as well.
        airflow: the program that runs Airflow.
    """

    home: Path
    url: str
    user: str
    password: str = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)
    airflow: Program = field(repr=False)

    def api(self) -> AirflowApi:
        """Open a session with the API server; it logs in when it is first asked to."""
        return AirflowApi(self.url, self.user, self.password)

    def wait(self, tell: Tell = print, *, seconds: float = 600) -> AirflowApi:
        """Wait until tasks can run; return a session that is logged in.

        Raises:
            StackError: Airflow ended, or was not there in time.
        """
        api = self.api()
        wait_until_healthy(api, self.airflow, DAG, seconds=seconds, tell=tell)
        return api


def start_stack(home: Path, *, wait: bool = True, tell: Tell = print) -> Stack:
    """Start everything that is needed to run the Dag on this machine, bound to it alone.

    Args:
        home: folder of everything; made when absent. Databases and secrets in it are used again.
        wait: whether to return only when tasks can run. Otherwise see `Stack.wait`.
        tell: is given what is still missing, each time that changes.

    Raises:
        StackError: it is running already, or did not come up.
    """
    home = home.resolve()
    if any(known_programs(home)):
        message = f"{home} is in use: end what runs there first, with `make stop`"
        raise StackError(message)
    api_port, smtp_port, slack_port = map(_free_port, (API_PORT, SMTP_PORT, SLACK_PORT))
    environment = _environment(home, api_port, smtp_port, slack_port)
    sinks = ["-m", "breakwater.demo.sinks", "--folder", str(home), "--smtp-port", str(smtp_port)]
    start_program(
        home, _SINKS, [sys.executable, *sinks, "--slack-port", str(slack_port)], environment
    )
    launcher = [sys.executable, "-m", "breakwater.demo.launcher"]
    stack = Stack(
        home=home,
        url=environment["AIRFLOW__API__BASE_URL"],
        user=USER,
        password=local_secrets(home).password,
        environment=environment,
        airflow=start_program(home, _AIRFLOW, launcher, environment),
    )
    if wait:
        stack.wait(tell)
    return stack


def stop_stack(home: Path) -> list[str]:
    """End exactly what `start_stack` started in a folder; return the names of what was running."""
    home = home.resolve()
    ended = end_programs(home, known_programs(home))
    data = home / "postgresql"
    if (data / "postmaster.pid").exists():
        EmbeddedPostgreSQL(data, keeps_running=True).stop()
        ended.append("postgresql")
    return ended


def _environment(home: Path, api_port: int, smtp_port: int, slack_port: int) -> dict[str, str]:
    """Return the environment of every process: this one's, without what is meant for others."""
    server = EmbeddedPostgreSQL(home / "postgresql", keeps_running=True)
    warehouse, own = server.ensure_database("breakwater"), server.ensure_database("airflow")
    secrets = local_secrets(home)
    connections = {
        "warehouse": _connection("postgres", **_postgres_fields(warehouse)),
        "enforcement_log": _connection("postgres", **_postgres_fields(warehouse)),
        "smtp": _connection(
            "smtp",
            host=LOOPBACK,
            port=smtp_port,
            extra={
                "from_email": "breakwater@harbour.example",
                "disable_ssl": True,
                "disable_tls": True,
            },
        ),
        "slack": _connection(
            "slack",
            password="xoxb-local",  # noqa: S106  the local chat server asks for none
            extra={"base_url": f"http://{LOOPBACK}:{slack_port}/api/"},
        ),
    }
    url = f"http://{LOOPBACK}:{api_port}"
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIRFLOW", "BREAKWATER", "PYTHONPATH"))
    }
    return {
        **inherited,
        **airflow_environment(
            home,
            code=CODE,
            public_url=url,
            inner_url=url,
            database=_sqlalchemy_address(own),
            secrets=secrets.airflow,
            connections=connections,
        ),
        "AIRFLOW__API__HOST": LOOPBACK,
        "AIRFLOW__API__PORT": str(api_port),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        # Tomorrow's exports will never come: only runs that somebody asks for.
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(
            write_password_file(home, secrets.password)
        ),
        "BREAKWATER_WAREHOUSE": warehouse,
        "BREAKWATER_SMTP": f"smtp://{LOOPBACK}:{smtp_port}?from=breakwater@harbour.example",
        "BREAKWATER_SLACK": f"http://{LOOPBACK}:{slack_port}/api/",
        "BREAKWATER_SLACK_TOKEN": "xoxb-local",
        "NO_PROXY": LOOPBACK,
    }


def _connection(kind: str, **fields: object) -> str:
    """Spell an Airflow connection as JSON."""
    return json.dumps({"conn_type": kind, **fields})


def _postgres_fields(dsn: str) -> dict[str, object]:
    """Name the parts of a PostgreSQL address as Airflow does."""
    parts = conninfo_to_dict(dsn)
    return {"host": parts["host"], "login": parts["user"], "schema": parts["dbname"]}


def _sqlalchemy_address(dsn: str) -> str:
    """Spell the address of a database behind a socket as SQLAlchemy reads it."""
    parts = conninfo_to_dict(dsn)
    folder = quote_plus(str(parts["host"]), safe="/")
    return f"postgresql+psycopg2://{quote(str(parts['user']))}:@/{parts['dbname']}?host={folder}"


def _free_port(wanted: int) -> int:
    """Return a port that nobody listens on: the one people expect, if it is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    message = f"no port is free on {LOOPBACK}"
    raise StackError(message)
