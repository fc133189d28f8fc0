"""Two generated books: as landed Parquet, and as a vendor's export beside the platform's log.

About 3 % of the records are in some trouble, 5 % of our actions have no reference. By a number
between 0 and 999 that every case draws: 0 is not in our log, 1 not in the export, 2 twice in the
export, 3 has another decision there, 4 was decided ten minutes later by our clock, 5 to 9 one minute
later, 10 to 12 were enforced late, and from 950 on the reference is missing.
"""

import gzip
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.csv as pacsv

from breakwater.demo.simulator.log_table import COLUMNS, copy_rows, make_table
from breakwater.warehouse.database import Database
from reconciling.about import DAY, VENDOR, about

CODES = {"no_action": "conservé", "remove": "retiré", "label": "étiqueté", "warn": "averti"}
QUEUES = {"hate": "haine", "harassment": "harcèlement", "graphic_violence": "violence"}
POLICIES = QUEUES | {"graphic_violence": "violence graphique"}
INSTANTS = {"recu_le": 5400, "en_file_le": 5390, "pris_le": 300, "decide_le": 0}
"""Columns of the export that hold instants, with how many seconds before the decision they are."""
EMPTY = (
    "suspendu_le", "repris_le", "escalade_le", "rouvert_le", "controle_le", "recontrole_le", "appel_le",
    "appel_tranche_le", "niveau", "attente", "note_controle", "note_recontrole", "issue_appel",
)  # fmt: skip
"""Columns of the export in which nothing happened."""
BATCH_ROWS = 100_000


def write_parquet(rows: int, folder: Path) -> None:
    """Write both books as they land."""
    with _cases(rows) as connection:
        connection.execute(
            f"""copy (select date '{DAY}' as operational_day, '{VENDOR}' as vendor, 'casablanca' as site,
            queue, queue as policy, 'fr' as language, 'p3' as priority, 'C' || x as case_id_vendor,
            md5('row' || x || '-' || copy) as record_id, 'C' || x as record_key, 'I' || x as item_id,
            md5('row' || x || '-' || copy) || '/decided/0' as event_id, 'decided' as event_type,
            event_at, 'human' as actor_type, cast(null as varchar) as agent, vendor_decision as decision,
            decision as decision_code_vendor, cast(30 as bigint) as handle_seconds,
            cast(null as double) as score, cast(null as varchar) as reason,
            repeat('0', 64) as source_sha256, x as source_row
            from exported order by event_id) to '{folder}/case_event.parquet'"""
        )
        connection.execute(
            f"""copy (select date '{DAY}' as operational_day, '{VENDOR}' as vendor, 'casablanca' as site,
            queue, queue as policy, 'fr' as language, action_id, record_key, item_id,
            decision, decided_at, enforced_at, 'executed' as status, 'review' as source,
            cast(null as bigint) as handle_seconds, cast(null as double) as score
            from logged order by action_id) to '{folder}/enforcement_action.parquet'"""
        )


def write_export(rows: int, folder: Path, log: Database) -> Path:
    """Write the vendor's book as it exports it, and ours into the platform's log; return the export.

    The log's instants are UTC. So are the export's: on that day the vendor's clock shows UTC.
    """
    export = folder / f"{VENDOR}_{DAY:%Y%m%d}.csv.gz"
    settings = about().operations.enforcement_log
    instants = ", ".join(
        f"strftime(to_timestamp(event_at - {before}) at time zone 'UTC', '%Y-%m-%d %H:%M:%S') as {name}"
        for name, before in INSTANTS.items()
    )
    empty = ", ".join(f"cast(null as varchar) as {name}" for name in EMPTY)
    with _cases(rows) as connection:
        written = connection.sql(
            f"""select 'C' || x as dossier, 'I' || x as contenu, {_spelled("queue", QUEUES)} as file,
            {_spelled("queue", POLICIES)} as motif, 'français' as langue, 'normale' as urgence,
            {_spelled("vendor_decision", CODES)} as decision, 'agent.' || x % 400 as matricule,
            'agent' as traite_par, '30' as duree_s, {instants}, {empty} from exported order by event_at, x"""
        ).to_arrow_reader(BATCH_ROWS)
        with (
            gzip.open(export, "wb", compresslevel=6) as stream,
            pacsv.CSVWriter(
                stream, written.schema, write_options=pacsv.WriteOptions(quoting_style="needed")
            ) as writer,
        ):
            for batch in written:
                writer.write_batch(batch)
        actions = connection.sql(
            f"""select action_id, '{VENDOR}' as vendor, 'casablanca' as site, queue,
            queue as policy, 'fr' as language, record_key, item_id, decision,
            {_stated("decided_at")}, {_stated("enforced_at")}, 'executed' as status, 'review' as source
            from logged order by decided_at"""
        ).to_arrow_reader(BATCH_ROWS)
        with log.transaction() as transaction:
            make_table(transaction, settings)
            for batch in actions:
                copy_rows(transaction, settings, batch.select(list(COLUMNS)))
    with log.transaction() as transaction:
        transaction.execute("analyze")
    _deliver(export)
    return export


def _deliver(export: Path) -> None:
    """State the export's totals beside it, and let both have arrived before the deadline."""
    with gzip.open(export) as stream:
        rows = sum(1 for _ in stream) - 1
    manifest = export.with_name(export.name + ".manifest.json")
    totals = {"rows": rows, "sha256": sha256(export.read_bytes()).hexdigest()}
    manifest.write_text(json.dumps(totals), encoding="utf-8")
    for file in (export, manifest):
        os.utime(file, (about().window.end, about().window.end))


@contextmanager
def _cases(rows: int) -> Iterator[Any]:
    """Draw the cases; give both books as ``exported`` and ``logged``."""
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "4GB"})
    connection.execute(
        f"""create table base as select x,
        {about().window.start} + cast(hash(x) % 86300 as bigint) as t,
        hash(x + 1000000007) % 1000 as chance,
        ['hate', 'harassment', 'graphic_violence'][1 + cast(hash(x + 3) % 3 as int)] as queue,
        ['remove', 'no_action', 'label'][1 + cast(hash(x + 5) % 3 as int)] as decision
        from range({rows}) r(x)"""
    )
    connection.execute(
        """create view exported as select *, t + copy as event_at,
        case when chance = 3 then 'warn' else decision end as vendor_decision
        from base, (select 0 as copy union all select 1) copies
        where chance <> 1 and (copy = 0 or chance = 2)"""
    )
    connection.execute(
        """create view logged as select 'A' || x as action_id, queue, 'I' || x as item_id, decision,
        case when chance >= 950 then null else 'C' || x end as record_key, t + shift as decided_at,
        t + shift + case when chance in (10, 11, 12) then 7200 else 30 end as enforced_at
        from (select *, case when chance = 4 then 600 when chance between 5 and 9 then 60 else 0 end
            as shift from base) where chance <> 0"""
    )
    try:
        yield connection
    finally:
        connection.close()


def _spelled(column: str, words: dict[str, str]) -> str:
    whens = " ".join(f"when '{ours}' then '{theirs}'" for ours, theirs in words.items())
    return f"case {column} {whens} end"


def _stated(column: str) -> str:
    return (
        f"strftime(to_timestamp({column}) at time zone 'UTC', '%Y-%m-%d %H:%M:%S+00') as {column}"
    )
