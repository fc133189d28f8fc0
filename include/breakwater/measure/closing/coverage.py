"""Who reported for a day: nobody who owes an export may be missing without being named."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION
from breakwater.measure.closing.landed import why_to_land_again
from breakwater.measure.measure import STAGE, read_inputs, vendor_day
from breakwater.warehouse.database import Connection
from breakwater.warehouse.lake import current_versions
from breakwater.warehouse.stage_run import stage_summary
from breakwater.warehouse.workspace import Workspace

Standing = Literal["reported", "missing", "unfinished", "stale"]

_STAGES = ("land", "reconcile", STAGE)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far each vendor that owes an export has come.

    Attributes:
        standing: by vendor, in order. ``missing``: nothing landed. ``unfinished``: landed, but not
            reconciled or measured. ``stale``: reconciled or measured before what is current was
            landed, or measured before it was reconciled, or to be landed anew. Only what is
            ``reported`` is part of the day's figures.
        fingerprints: of each reported vendor's stages.
        to_land_again: why, by each stale vendor whose rows themselves are out of date.
    """

    standing: dict[str, Standing]
    fingerprints: dict[str, dict[str, str]]
    to_land_again: dict[str, str] = field(default_factory=dict)

    @property
    def named(self) -> dict[str, list[str]]:
        """Vendors by how they stand; `expected` are all of them."""
        standings: tuple[Standing, ...] = get_args(Standing)
        return {"expected": list(self.standing)} | {name: self.those(name) for name in standings}

    def those(self, standing: Standing) -> list[str]:
        """List the vendors that stand so, in order."""
        return [vendor for vendor, found in self.standing.items() if found == standing]


def coverage_of(
    connection: Connection, workspace: Workspace, day: date, expected: Iterable[str]
) -> Coverage:
    """Look up how far each vendor has come with a day."""
    standing: dict[str, Standing] = {}
    fingerprints: dict[str, dict[str, str]] = {}
    to_land_again: dict[str, str] = {}
    for vendor in sorted(expected):
        runs = {stage: stage_summary(connection, day, vendor, stage) for stage in _STAGES}
        done = {stage: run for stage, run in runs.items() if run is not None}
        if "land" not in done:
            standing[vendor] = "missing"
        elif len(done) < len(_STAGES):
            standing[vendor] = "unfinished"
        elif why := why_to_land_again(connection, workspace, vendor, day, done["land"]["summary"]):
            standing[vendor] = "stale"
            to_land_again[vendor] = why
        elif not _is_current(connection, workspace, vendor, day, done):
            standing[vendor] = "stale"
        else:
            standing[vendor] = "reported"
            fingerprints[vendor] = {
                stage: run["outputs_fingerprint"] for stage, run in done.items()
            }
    return Coverage(standing, fingerprints, to_land_again)


def _is_current(
    connection: Connection,
    workspace: Workspace,
    vendor: str,
    day: date,
    runs: dict[str, dict[str, Any]],
) -> bool:
    """Tell whether the last runs of the stages read what is there now."""
    reconciled = runs["reconcile"]["summary"].get("read")
    if reconciled is not None and sorted(reconciled) != _books(connection, vendor, day):
        return False
    what = vendor_day(workspace, vendor, day)
    measured: list[str] = runs[STAGE]["summary"]["read"]
    return measured == read_inputs(connection, what).hashes


def _books(connection: Connection, vendor: str, day: date) -> list[str]:
    """Hash by hash, what reconciling the vendor-day would read of its own."""
    tables = (CASE_EVENT.name, ENFORCEMENT_ACTION.name)
    versions = (v for name in tables for v in current_versions(connection, name, day, vendor))
    return sorted(version.sha256 for version in versions)
