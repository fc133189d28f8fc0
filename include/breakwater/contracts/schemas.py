"""JSON Schemas of the configuration files, and of what we post to programs, generated from their models."""

import json
from pathlib import Path

import breakwater
from breakwater.contracts.audiences import AudienceFile
from breakwater.contracts.base import Contract
from breakwater.contracts.clocks import ClockFile
from breakwater.contracts.events import EventFile
from breakwater.contracts.excusals import ExcusalFile
from breakwater.contracts.judgements import JudgementFile
from breakwater.contracts.on_call import OnCallFile
from breakwater.contracts.operations import Operations
from breakwater.contracts.recipients import RecipientFile
from breakwater.contracts.routes import RouteFile, SilenceFile
from breakwater.contracts.vendor import VendorContract
from breakwater.contracts.webhook import WebhookDocument

DOCUMENTS = Path(breakwater.__file__).parents[2] / "docs" / "contracts"

MODELS: dict[str, type[Contract]] = {
    "operations": Operations,
    "vendor": VendorContract,
    "clocks": ClockFile,
    "audiences": AudienceFile,
    "routes": RouteFile,
    "silences": SilenceFile,
    "excusals": ExcusalFile,
    "events": EventFile,
    "recipients": RecipientFile,
    "on_call": OnCallFile,
    "judgements": JudgementFile,
    "webhook": WebhookDocument,
}


def write_schemas(folder: Path, *, only_check: bool = False) -> list[str]:
    """Write ``<name>.schema.json`` for each model; return the names that were not current."""
    stale = []
    for name, model in MODELS.items():
        file = folder / f"{name}.schema.json"
        text = json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(file.name)
        if not only_check:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    return stale
