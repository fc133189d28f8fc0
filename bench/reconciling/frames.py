"""What the data frames of peers hold: both books under the same names, and the rows they write."""

import io
import os

import psycopg

from reconciling.about import about

VENDOR_COLUMNS = {
    "event_id": "vendor_id",
    "record_key": "vendor_key",
    "item_id": "vendor_item",
    "queue": "vendor_queue",
    "policy": "vendor_policy",
    "language": "vendor_language",
    "decision": "vendor_decision",
    "event_at": "vendor_at",
}
"""Columns of the vendor's book that matching, comparing or the outcome needs."""
INTERNAL_COLUMNS = {
    "action_id": "internal_id",
    "record_key": "internal_key",
    "item_id": "internal_item",
    "queue": "internal_queue",
    "policy": "internal_policy",
    "language": "internal_language",
    "decision": "internal_decision",
    "decided_at": "internal_at",
    "enforced_at": "enforced_at",
}
"""The same of the platform's book."""
OWN = ("id", "key", "item", "queue", "policy", "language", "decision", "at")
TOLD = (
    "record_id",
    "record_key",
    "item_id",
    "queue",
    "policy",
    "language",
    "decision",
    "decided_at",
)
"""Columns of a row of the outcome: those of the record, in the order of `OWN`."""
MATCHED = ("matched", "matched_within_tolerance")
MAKE_BREAKS = (
    "create table answers.recon_break (record_id text not null, record_key text, item_id text not null,"
    " queue text not null, policy text, language text not null, decision text,"
    " decided_at timestamptz not null, counterpart_id text, drift_seconds bigint,"
    " enforcement_seconds bigint, outcome text not null, side text not null,"
    " primary key (side, record_id))"
)
"""The table of breaks, as somebody makes it who needs no history; keys and instants as ours."""
COPY_LOG = (
    "copy (select action_id, vendor_reference as record_key, item_id, queue, policy, language, decision,"
    " floor(extract(epoch from decided_at))::bigint as decided_at,"
    " floor(extract(epoch from enforced_at))::bigint as enforced_at"
    " from platform.enforcement_log where vendor = 'karavan' and source in ('review', 'automation')"
    " and decided_at >= to_timestamp({start}) and decided_at < to_timestamp({end}))"
    " to stdout (format csv, header true)"
)


def read_log() -> bytes:
    """Copy the day's part of our log out of PostgreSQL as CSV, instants as UTC seconds."""
    window = about().window
    log = io.BytesIO()
    with (
        psycopg.connect(os.environ["BREAKWATER_ENFORCEMENT_LOG"]) as connection,
        connection.cursor() as cursor,
        cursor.copy(COPY_LOG.format(start=window.start, end=window.end)) as copy,
    ):
        for block in copy:
            log.write(block)
    return log.getvalue()
