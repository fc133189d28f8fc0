"""Coop's manual review tables as its own migrations leave them, and rows with their traps."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from breakwater.warehouse.database import Database

TABLES = """
create schema manual_review_tool;
create table manual_review_tool.job_creations (
    id character varying(255) primary key,
    org_id character varying(255) not null,
    queue_id character varying(255) not null,
    item_id character varying(255) not null,
    item_type_id character varying(255) not null,
    created_at timestamp with time zone not null,
    enqueue_source_info jsonb not null,
    policy_ids text[] not null
);
create table manual_review_tool.manual_review_decisions (
    id uuid primary key,
    job_payload jsonb not null,
    queue_id character varying(255) not null,
    reviewer_id character varying(255) not null,
    org_id character varying(255) not null,
    created_at timestamp with time zone not null,
    decision_components jsonb[] not null,
    related_actions jsonb[] not null,
    enqueue_source_info jsonb,
    item_created_at timestamp with time zone,
    decision_reason text
);
create table manual_review_tool.manual_review_queues (
    id character varying(255) primary key,
    name character varying(255) not null,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    org_id character varying(255) not null,
    is_default_queue boolean not null,
    description character varying(255),
    is_appeals_queue boolean not null,
    auto_close_jobs boolean
);
"""

GRANTS = """
grant usage on schema manual_review_tool to coop_reader;
grant select on manual_review_tool.job_creations to coop_reader;
grant select (id, org_id, name) on manual_review_tool.manual_review_queues to coop_reader;
grant select (id, org_id, queue_id, reviewer_id, created_at, item_created_at, job_payload,
              decision_components) on manual_review_tool.manual_review_decisions to coop_reader;
"""
"""What the feed needs, as its page says."""

ORG = "org-harbour"


def make_tables(database: Database) -> None:
    """Create the tables with two queues."""
    with database.transaction() as connection:
        connection.execute(TABLES)
        for identifier, name in (("q-spam", "Spam"), ("q-csam", "Child safety")):
            connection.execute(
                "insert into manual_review_tool.manual_review_queues values"
                " (%s, %s, now(), now(), %s, false, null, false, false)",
                [identifier, name, ORG],
            )


def create_job(
    database: Database, job: str, at: str, *, queue: str = "q-spam", org: str = ORG
) -> None:
    """Insert one job."""
    with database.transaction() as connection:
        connection.execute(
            "insert into manual_review_tool.job_creations values"
            " (%s, %s, %s, %s, 'post', %s, %s, %s)",
            [job, org, queue, f"item-of-{job}", at, '{"kind": "REPORT"}', ["p-spam"]],
        )


def action(*actions: str, policies: Sequence[str] = ("p-spam",)) -> dict[str, Any]:
    """Return a component that takes actions upon an item."""
    return {
        "type": "CUSTOM_ACTION",
        "actions": [{"id": each} for each in actions],
        "policies": [{"id": each} for each in policies],
        "itemIds": ["item"],
        "itemTypeId": "post",
    }


def decide(
    database: Database,
    job: str,
    at: str,
    *components: Mapping[str, Any],
    reviewer: str = "user-7",
    kind: str = "DEFAULT",
    queue: str = "q-spam",
    org: str = ORG,
    number: int = 1,
) -> None:
    """Insert one decision upon a job."""
    payload = {
        "id": job,
        "orgId": org,
        "createdAt": "2026-11-03T08:00:00.000Z",
        "payload": {
            "kind": kind,
            "item": {
                "itemId": f"item-of-{job}",
                "itemTypeIdentifier": {"id": "post"},
                "data": {"text": "words of a user"},
            },
        },
    }
    with database.transaction() as connection:
        connection.execute(
            "insert into manual_review_tool.manual_review_decisions values"
            " (md5(%s)::uuid, %s, %s, %s, %s, %s, %s::jsonb[], '{}', null, null, %s)",
            [
                f"{org}/{job}/{number}",
                json.dumps(payload),
                queue,
                reviewer,
                org,
                at,
                [json.dumps(each) for each in components],
                "a reviewer's own words",
            ],
        )
