"""One incident log, exported twice: prefixes stripped and header damaged, yet the same events.

What the second export writes otherwise is said in its contract, and nowhere else. The data are no
part of this repository; without them beside it these tests skip.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from installation import CONFIGURATIONS, SHARED, delivered_rows, exports_of, installation, show

from breakwater.core.errors import ContractError
from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.workspace import Workspace

DATA = SHARED / "uci_incident_log"
LOG, STRIPPED = DATA / "incident_event_log.csv.gz", DATA / "variants" / "ids_stripped_export.csv.gz"
DAY = date(2017, 2, 28)
"""After the last update of the log: everything is delivered late, into its own day."""

NOW = datetime(2017, 3, 2, tzinfo=UTC)

Export = Callable[[dict[str, Any], Path], Workspace]

_numbers = count()

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not beside the repository")


def whole_log(contract: dict[str, Any]) -> dict[str, Any]:
    """Return the desk's contract for a single file of everything."""
    return contract | {
        "source": contract["source"] | {"pattern": "incidents_{day:%Y%m%d}.csv.gz"},
        "delivery": contract["delivery"] | {"accept_late_days": 400},
        "format": {"kind": "csv", "compression": "gzip"},
        "control": {"kind": "none"},
    }


def stripped(contract: dict[str, Any]) -> dict[str, Any]:
    """Return the same for the other export: its header, its codes."""
    codes = contract["codes"]
    return contract | {
        "aliases": {"incident_state": ["ident_state"]},
        "codes": codes
        | {
            "queues": {code.removeprefix("Group "): q for code, q in codes["queues"].items()},
            "priorities": {code[0]: p for code, p in codes["priorities"].items()},
        },
    }


@pytest.fixture
def contract() -> dict[str, Any]:
    """Read the contract that the daily drops of the log are read by."""
    text = (CONFIGURATIONS / "uci_incident_log" / "vendors" / "desk.yaml").read_text()
    found: dict[str, Any] = yaml.safe_load(text)
    return whole_log(found)


@pytest.fixture
def configuration_folder(tmp_path: Path) -> Path:
    """Copy the configuration, for a contract of its own."""
    return Path(shutil.copytree(CONFIGURATIONS / "uci_incident_log", tmp_path / "configuration"))


@pytest.fixture
def exported(
    server: EmbeddedPostgreSQL, tmp_path: Path, configuration_folder: Path
) -> Iterator[Export]:
    """Return what opens an installation for one contract and leaves one file in its folder."""
    with ExitStack() as opened:

        def export(contract: dict[str, Any], file: Path) -> Workspace:
            (configuration_folder / "vendors" / "desk.yaml").write_text(yaml.safe_dump(contract))
            name = f"uci_variants_{next(_numbers)}"
            workspace = opened.enter_context(
                installation(server, name, tmp_path / name, configuration_folder)
            )
            target = exports_of(workspace, "desk") / f"incidents_{DAY:%Y%m%d}.csv.gz"
            shutil.copy(file, target)
            at = datetime(2017, 3, 1, 3, tzinfo=UTC).timestamp()
            os.utime(target, (at, at))
            fetch_export(workspace, "desk", DAY, NOW)
            return workspace

        yield export


def test_both_exports_land_every_update_and_say_the_same(
    exported: Export, contract: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """141,712 rows a side; the same things happened to the same incidents at the same instants."""
    found = []
    for terms, file in ((contract, LOG), (stripped(contract), STRIPPED)):
        workspace = exported(terms, file)
        summary = land_day(workspace, "desk", DAY, NOW).summary
        assert (summary["landed_rows"], summary["quarantined_rows"]) == (141_712, 0)
        found.append(
            Counter(
                (
                    row["record_key"].removeprefix("INC"),
                    row["event_type"],
                    row["event_at"],
                    row["queue"],
                    row["priority"],
                )
                for row in delivered_rows(workspace, "desk", DAY)
            )
        )
    assert found[0].total() == 141_712
    assert found[0] == found[1]
    show(capsys, "UCI log and its stripped export: 141,712 rows each, the same events")


def test_without_the_alias_the_damaged_header_is_refused_by_name(
    exported: Export, contract: dict[str, Any]
) -> None:
    """A header is never guessed: the error names the column and what comes nearest to it."""
    workspace = exported(stripped(contract) | {"aliases": {}}, STRIPPED)
    with pytest.raises(ContractError, match=r"incident_state.*ident_state"):
        land_day(workspace, "desk", DAY, NOW)
