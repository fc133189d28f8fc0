"""The feed of ROOST Coop: manual review as its PostgreSQL tables tell it.

Only `manual_review_tool.manual_review_decisions`, `job_creations` and `manual_review_queues` are
asked, and of them only what measuring needs: no item's content, no reviewer's name or note, nothing
of `public.users` and nothing of `ncmec_reporting`. What a decision on child safety carries with it
(media, messages, addresses) is left out by the database itself and never travels.
"""

from typing import Final

from breakwater.contracts.source import CoopSource
from breakwater.feeds.postgresql import PostgresqlFeed
from breakwater.warehouse.connections import FeedConnection

DECISION: Final = """
    decision.id as decision_id,
    decision.created_at as decided_at,
    decision.queue_id as decision_queue_id,
    decision.reviewer_id,
    decision.item_created_at,
    decision.job_payload ->> 'id' as decided_job_id,
    decision.job_payload ->> 'createdAt' as payload_created_at,
    decision.job_payload -> 'payload' ->> 'kind' as job_kind,
    decision.job_payload -> 'payload' -> 'item' ->> 'itemId' as payload_item_id,
    decision.job_payload -> 'payload' -> 'item' -> 'itemTypeIdentifier' ->> 'id'
        as payload_item_type_id,
    decision.decision_components
"""
"""Columns of a decision, by the names that the other parts of the queries know."""

# Every expression reads one decision's own array: joining it would multiply the decision by its
# actions and policies, as Coop's own dim_mrt_decisions does.
COMPONENTS: Final = """
    (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                'type', component -> 'type',
                'actions', jsonb_path_query_array(component, '$.actions[*].id'),
                'policies', jsonb_path_query_array(component, '$.policies[*].id'),
                'reason', component -> 'reason',
                'appealId', component -> 'appealId',
                'newJobKind', component -> 'newJobKind',
                'originalQueueId', component -> 'originalQueueId',
                'newQueueId', component -> 'newQueueId')) order by place)
     from unnest(decision_components) with ordinality as each_one (component, place)
    ) as components,
    (select string_agg(distinct spelled, '+' order by spelled)
     from unnest(decision_components) as each_one (component)
     left join lateral jsonb_path_query(component, '$.actions[*].id') as actions (id) on true
     cross join lateral (values (
         nullif(concat_ws(':', component ->> 'type', actions.id #>> '{}'), ''))) as spellings (spelled)
    ) as decision,
    (select jsonb_agg(distinct policy.id order by policy.id)
     from unnest(decision_components) as each_one (component)
     cross join lateral jsonb_path_query(component, '$.policies[*].id') as policy (id)
    ) as policy_ids,
    case when decision_id is null then null
         when exists (select from unnest(decision_components) as each_one (component)
                      where component ->> 'type' = 'AUTOMATIC_CLOSE')
         then 'automatic' else 'reviewer' end as decided_by,
    nullif(reviewer_id, '') as reviewer_id
"""

DECISIONS: Final = f"""
with decided as (
    select {DECISION}
    from manual_review_tool.manual_review_decisions as decision
    where decision.org_id = %(org_id)s
      and decision.created_at >= %(start)s and decision.created_at < %(end)s
)
select decision_id::text, decided_job_id as job_id, job_kind,
       job.created_at as job_created_at, payload_created_at, decided_at,
       decision_queue_id as queue_id, queue.name as queue_name, job.queue_id as first_queue_id,
       coalesce(job.item_id, payload_item_id) as item_id,
       coalesce(job.item_type_id, payload_item_type_id) as item_type_id,
       job.enqueue_source_info ->> 'kind' as source, item_created_at,
       {COMPONENTS}
from decided
left join lateral (
    select created_at, queue_id, item_id, item_type_id, enqueue_source_info
    from manual_review_tool.job_creations
    where id = decided_job_id and org_id = %(org_id)s
    order by created_at limit 1
) as job on true
left join manual_review_tool.manual_review_queues as queue
    on queue.id = decision_queue_id and queue.org_id = %(org_id)s
order by decided_at, decision_id
"""  # noqa: S608  parts of one statement, all of them above
"""One row per decision of a window; the job's own columns are null for one that was not recorded."""

JOBS: Final = f"""
with decided as (
    select distinct on (decision.job_payload ->> 'id') {DECISION}
    from manual_review_tool.manual_review_decisions as decision
    where decision.org_id = %(org_id)s
      and decision.created_at >= %(start)s and decision.created_at < %(end)s
    order by decision.job_payload ->> 'id', decision.created_at desc, decision.id
)
select job.id as job_id, job_kind, decision_id::text,
       job.created_at as job_created_at, decided_at,
       job.queue_id, queue.name as queue_name, decision_queue_id,
       job.item_id, job.item_type_id, job.enqueue_source_info ->> 'kind' as source,
       job.policy_ids as job_policy_ids, item_created_at,
       {COMPONENTS}
from manual_review_tool.job_creations as job
left join decided on decided_job_id = job.id
left join manual_review_tool.manual_review_queues as queue
    on queue.id = job.queue_id and queue.org_id = %(org_id)s
where job.org_id = %(org_id)s
  and job.created_at >= %(start)s and job.created_at < %(end)s
order by job.created_at, job.id
"""  # noqa: S608  as above
"""One row per job that was created in a window, with its decision as of the window's end."""

QUERIES: Final = {"decisions": DECISIONS, "jobs": JOBS}


def open_feed(source: CoopSource, connection: FeedConnection) -> PostgresqlFeed:
    """Return the feed of a stream of one organisation; nothing is asked yet.

    Both streams are read in one snapshot of Coop's database, with the limits and the refusals of a
    `postgresql` source. A decision's columns are those of a job's row, too; they are null in `jobs`
    for a job that was not decided by the end of the window.
    """
    return PostgresqlFeed(connection, QUERIES[source.stream], {"org_id": source.org_id})
