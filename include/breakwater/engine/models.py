"""Model files: one named SELECT each, beside the stage that owns them."""

from pathlib import Path


def read_models(folder: Path, *names: str) -> list[tuple[str, str]]:
    """Read models by name, in the order in which they are to be staged."""
    return [(name, (folder / f"{name}.sql").read_text(encoding="utf-8")) for name in names]
