"""What tests of feeds and landing need of a vendor: a contract, rows, a folder, our own log."""

import csv
import dataclasses
import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.vendor import VendorContract
from breakwater.warehouse.database import Database
from breakwater.warehouse.workspace import Workspace

DAY = date(2026, 11, 3)
"""A Tuesday. In the operation's zone (Singapore) it ends at 16:00 UTC, in Riga at 18:00."""

DEADLINE = datetime(2026, 11, 4, 4, tzinfo=UTC)
"""06:00 in Riga on the morning after."""

ON_TIME = datetime(2026, 11, 4, 3, tzinfo=UTC)
LATER = datetime(2026, 11, 4, 8, tzinfo=UTC)

CONTRACT: dict[str, Any] = {
    "vendor": "acme",
    "name": "Acme Review",
    "region": "emea",
    "source": {"kind": "folder", "uri": "{exports}/acme", "pattern": "acme_{day:%Y%m%d}*"},
    "delivery": {"deadline": "06:00", "zone": "Europe/Riga"},
    "format": {"kind": "csv"},
    "shape": {
        "kind": "case",
        "instants": {
            "received": ["received"],
            "queued": ["queued"],
            "assigned": ["assigned"],
            "paused": ["paused", "paused again"],
            "resumed": ["resumed", "resumed again"],
            "escalated": ["escalated"],
            "decided": ["decided"],
            "reopened": ["reopened"],
            "closed": ["closed"],
            "qa_scored": ["qa at"],
            "qa_rescored": ["qa again at"],
            "appealed": ["appealed"],
            "appeal_decided": ["appeal decided"],
        },
    },
    "columns": {
        "case_id": "case",
        "item_id": "item",
        "queue": "queue",
        "site": "site",
        "policy": "policy",
        "language": "language",
        "priority": "priority",
        "decision": "decision",
        "agent": "agent",
        "actor": "actor",
        "handle_seconds": "seconds",
        "escalated_to": "tier",
        "pause_reason": "pause",
        "qa_score": "qa",
        "qa_rescore": "qa again",
        "appeal_outcome": "appeal",
    },
    "times": {"zone": "Europe/Riga", "formats": ["%d.%m.%Y %H:%M:%S"]},
    "codes": {
        "decisions": {"KEEP": "no_action", "DROP": "remove"},
        "queues": {"S": "spam", "H": "hate"},
        "policies": {"SP": "spam", "HT": "hate"},
        "languages": {"EN": "en", "RU": "ru"},
        "priorities": {"1": "p1", "4": "p4"},
        "sites": {"RIX": "riga"},
        "actors": {"BOT": "automation"},
        "appeal_outcomes": {"Y": "overturned", "N": "upheld"},
    },
    "calendars": {"default": {"zone": "Europe/Riga", "weekly": {"mon": ["09:00-17:00"]}}},
}

ROW = {
    "case": "C-1",
    "item": "I-1",
    "queue": "S",
    "site": "RIX",
    "policy": "SP",
    "language": "EN",
    "priority": "4",
    "decision": "DROP",
    "agent": "jane.doe",
    "actor": "PERSON",
    "seconds": "95",
    "received": "03.11.2026 09:00:00",
    "queued": "03.11.2026 09:00:05",
    "assigned": "03.11.2026 09:10:00",
    "decided": "03.11.2026 09:12:00",
}
"""A case decided on DAY at 07:12 UTC."""


def contract(**changes: Any) -> VendorContract:  # noqa: ANN401  values of a YAML file
    """Return the contract of the tests with some of its parts replaced."""
    return VendorContract.model_validate(CONTRACT | changes)


def column_names(terms: VendorContract) -> list[str]:
    """Name every column that a contract names, in an order of our own."""
    shape = terms.shape.model_dump()
    names = [*terms.columns.model_dump(exclude={"record_key"}, exclude_none=True).values()]
    names += [name for several in shape["instants"].values() for name in several]
    return names


def rows_of(*changes: Mapping[str, str]) -> list[dict[str, str]]:
    """Return one row for each set of changes to ROW; cases are numbered unless they say so."""
    return [ROW | {"case": f"C-{n}"} | dict(each) for n, each in enumerate(changes, start=1)]


def as_csv(rows: Sequence[Mapping[str, str]], encoding: str = "utf-8", **dialect: Any) -> bytes:  # noqa: ANN401  what csv.writer takes
    """Spell rows as delimited text with every column of the contract."""
    text = io.StringIO()
    writer = csv.DictWriter(text, column_names(contract()), restval="", **dialect)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def with_vendor(workspace: Workspace, terms: VendorContract) -> Workspace:
    """Return a workspace whose only vendor has this contract."""
    settings: Configuration = dataclasses.replace(
        workspace.configuration, vendors={terms.vendor: terms}
    )
    return dataclasses.replace(workspace, configuration=settings)


@dataclasses.dataclass(frozen=True)
class VendorFolder:
    """The folder of the tests' vendor below a workspace's exports root."""

    path: Path

    @classmethod
    def of(cls, workspace: Workspace) -> "VendorFolder":
        """Make the folder."""
        path = Path(workspace.exports.removeprefix("file://")) / "acme"
        path.mkdir(parents=True, exist_ok=True)
        return cls(path)

    def drop(
        self, content: bytes, *, name: str = "acme_20261103.csv", at: datetime = ON_TIME
    ) -> Path:
        """Leave a file at an instant."""
        file = self.path / name
        file.write_bytes(content)
        os.utime(file, (at.timestamp(), at.timestamp()))
        return file

    def declare(
        self, rows: int, content: bytes | None = None, *, name: str = "acme_20261103.csv"
    ) -> None:
        """Leave a manifest beside a file; with its hash when the content is given."""
        stated: dict[str, Any] = {"rows": rows}
        if content is not None:
            stated["sha256"] = hashlib.sha256(content).hexdigest()
        (self.path / f"{name}.manifest.json").write_text(json.dumps(stated))


def make_enforcement_log(log: Database) -> None:
    """Create the platform's table as the default settings expect it."""
    with log.transaction() as connection:
        connection.execute("create schema platform")
        connection.execute(
            "create table platform.enforcement_log (action_id text primary key, vendor text,"
            " site text, queue text, policy text, language text, vendor_reference text,"
            " item_id text, decision text, decided_at timestamptz, enforced_at timestamptz,"
            " status text, source text)"
        )


def log_action(log: Database, action_id: str, decided_at: str, **changes: str | None) -> None:
    """Insert one action of the tests' vendor, executed a minute after the decision."""
    action = {
        "action_id": action_id,
        "vendor": "acme",
        "site": "riga",
        "queue": "spam",
        "policy": "spam",
        "language": "en",
        "vendor_reference": "C-1",
        "item_id": "I-1",
        "decision": "remove",
        "decided_at": decided_at,
        "enforced_at": decided_at,
        "status": "executed",
        "source": "review",
    } | changes
    with log.transaction() as connection:
        connection.execute(
            "insert into platform.enforcement_log values (%(action_id)s, %(vendor)s, %(site)s,"
            " %(queue)s, %(policy)s, %(language)s, %(vendor_reference)s, %(item_id)s,"
            " %(decision)s, %(decided_at)s, %(enforced_at)s, %(status)s, %(source)s)",
            action,
        )
