"""docker-compose.yaml, .env.example and Dockerfile as data."""

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yaml"
VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>[A-Z_]+)(?P<rule>[^}]*)\}")


def read_compose() -> dict[str, object]:
    """Read the file with its anchors resolved, variables as they stand."""
    content: dict[str, object] = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
    return content


def read_env_example() -> dict[str, str]:
    """Read what an operator is asked to fill in."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of variables, and one dollar in the place of two."""
    return VARIABLE.sub(lambda found: values[found["name"]], text).replace("$$", "$")
