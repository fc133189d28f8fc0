"""Everything a stage needs, opened once: configuration, warehouse, lake, enforcement log."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import breakwater
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.loading import SHIPPED, load_configuration
from breakwater.core.days import Window
from breakwater.warehouse.connections import Connections, connections_of
from breakwater.warehouse.database import Database
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.lake import Lake, local_uri
from breakwater.warehouse.link_key import link_key
from breakwater.warehouse.pseudonym_key import pseudonym_key

HOME = Path(breakwater.__file__).parents[2] / ".local"
"""Where an installation without settings keeps everything: beside the checkout's code."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One installation.

    Attributes:
        configuration: what the YAML files say.
        warehouse: where answers live.
        enforcement_log: the platform's own database, read only.
        lake: where rows and received files live.
        exports: root of the vendors' folders, for ``{exports}`` in their contracts.
        outbox_folder: where the file channel writes.
        pseudonym_key: the secret that turns reviewer names into pseudonyms.
        link_key: the secret that signs links in messages; without one there are none.
        connections: finds the systems that vendors' contracts name.
    """

    configuration: Configuration
    warehouse: Database
    enforcement_log: Database
    lake: Lake
    exports: str
    outbox_folder: Path
    pseudonym_key: bytes = field(repr=False)
    link_key: bytes = field(default=b"", repr=False)
    connections: Connections = field(default=connections_of({}), repr=False, compare=False)
    _server: EmbeddedPostgreSQL | None = field(default=None, repr=False, compare=False)

    def window(self, day: date) -> Window:
        """Return the UTC window of an operational day in the operation's zone."""
        return Window.for_operational_day(day, self.configuration.operations.zone_info)


def open_workspace(
    environment: Mapping[str, str] = os.environ, connections: Connections | None = None
) -> Workspace:
    """Open the installation that environment variables describe.

    ========================== ======================================== ==========================
    variable                   what                                     default
    ========================== ======================================== ==========================
    BREAKWATER_HOME            folder of everything that has no setting ``.local`` in the checkout
    BREAKWATER_CONFIG          folder of the YAML files                 ``include/config``
    BREAKWATER_WAREHOUSE       PostgreSQL URI of the warehouse          an embedded server
    BREAKWATER_ENFORCEMENT_LOG PostgreSQL URI of the platform's log     the warehouse's
    BREAKWATER_LAKE            fsspec URI of the lake                   ``HOME/lake``
    BREAKWATER_EXPORTS         fsspec URI of the vendors' folders       ``HOME/exports``
    BREAKWATER_OUTBOX          folder of the file channel               ``HOME/outbox``
    BREAKWATER_PSEUDONYM_KEY   secret behind reviewer pseudonyms        ``HOME/pseudonym.key``
    BREAKWATER_LINK_KEY        secret that signs links in messages      ``HOME/link.key``
    ========================== ======================================== ==========================

    Systems that contracts name by a connection are found by ``connections``; without it, in the
    ``AIRFLOW_CONN_<NAME>`` variables.
    """
    home = Path(environment.get("BREAKWATER_HOME", str(HOME)))
    warehouse = environment.get("BREAKWATER_WAREHOUSE")
    server = None
    if warehouse is None:
        server = EmbeddedPostgreSQL(home / "postgresql")
        warehouse = server.ensure_database("breakwater")
    return Workspace(
        configuration=load_configuration(Path(environment.get("BREAKWATER_CONFIG", str(SHIPPED)))),
        warehouse=Database(warehouse),
        enforcement_log=Database(environment.get("BREAKWATER_ENFORCEMENT_LOG", warehouse)),
        lake=Lake(environment.get("BREAKWATER_LAKE", local_uri(home / "lake"))),
        exports=environment.get("BREAKWATER_EXPORTS", local_uri(home / "exports")),
        outbox_folder=Path(environment.get("BREAKWATER_OUTBOX", str(home / "outbox"))),
        pseudonym_key=pseudonym_key(environment, home),
        link_key=link_key(environment, home),
        connections=connections or connections_of(environment),
        _server=server,
    )
