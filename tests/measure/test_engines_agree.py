"""Every model gives the same rows on every engine."""

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from case_book import EXCUSALS, Bench, vendor_day
from psycopg import sql
from random_book import RandomBook
from rich_clocks import PROMISED, RICH_CLOCKS, reporting_all, with_promises

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.tables import CLOCK_RUN, KPI_HOUR
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.engine.postgresql import PostgreSQLEngine
from breakwater.measure.excusal.settle import EXCUSAL_MODELS
from breakwater.measure.models import CASE_MODELS, DAY_MODELS, KPI_MODELS, SETTLED_MODELS
from breakwater.measure.results import CLOCK_RUN_ORDER, KPI_HOUR_ORDER
from breakwater.measure.sla.run import SLA_MODELS
from breakwater.warehouse.embedded import EmbeddedPostgreSQL

MODELS = (*CASE_MODELS, *DAY_MODELS, *SLA_MODELS, *EXCUSAL_MODELS, *SETTLED_MODELS, *KPI_MODELS)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_models_agree_row_for_row(
    seed: int, configuration: Configuration, server: EmbeddedPostgreSQL, tmp_path: Path
) -> None:
    """EXCEPT ALL is empty both ways for each model, on a book with everything in it."""
    shipped = vendor_day(configuration)
    reporting = reporting_all(shipped, (*shipped.clocks, *RICH_CLOCKS, PROMISED))
    what = replace(reporting, excusals=EXCUSALS)
    book = RandomBook(seed, what.window)
    events = with_promises(book.events)
    in_process, in_server = DuckDBEngine("1GB", 2), PostgreSQLEngine(server.dsn())
    try:
        for engine, folder in ((in_process, tmp_path / "a"), (in_server, tmp_path / "b")):
            folder.mkdir()
            Bench(engine, folder).run(what, events, book.outcomes)
        for name in MODELS:
            rows = in_process.fetch(name)
            in_server.load(f"other_{name}", rows)
            assert rows.num_rows, f"{name} is empty: nothing was compared"
            assert _difference(in_server._connection, name, f"other_{name}") == [], name  # noqa: SLF001  the only session that sees its tables
        files = [folder / "clock_run.parquet" for folder in (tmp_path / "a", tmp_path / "b")]
        for engine, file in zip((in_process, in_server), files, strict=True):
            engine.write("clock_settled", CLOCK_RUN, CLOCK_RUN_ORDER, file)
        assert files[0].read_bytes() == files[1].read_bytes()
        for engine, file in zip((in_process, in_server), files, strict=True):
            engine.write("kpi_hour", KPI_HOUR, KPI_HOUR_ORDER, file)
        assert files[0].read_bytes() == files[1].read_bytes()
    finally:
        in_process.close()
        in_server.close()


def _difference(connection: psycopg.Connection, left: str, right: str) -> list[tuple[object, ...]]:
    """Return the rows that only one of two tables has, each as often as it is more there."""
    query = sql.SQL(
        "(select 'left' as side, * from {left} except all select 'left', * from {right})"
        " union all (select 'right', * from {right} except all select 'right', * from {left})"
    )
    names = {"left": sql.Identifier(left), "right": sql.Identifier(right)}
    return connection.execute(query.format(**names)).fetchall()
