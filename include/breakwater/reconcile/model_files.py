"""The text of this stage's models."""

from functools import cache
from pathlib import Path

from breakwater.engine.models import read_models

MODELS = Path(__file__).parent / "models"


@cache
def model(name: str) -> str:
    """Return the text of one model, its placeholders in braces."""
    return read_models(MODELS, name)[0][1]
