-- Breaks that a cause explains and no earlier one did.
update seen_break set cause = %(name)s, cause_numbers = %(numbers)s::jsonb
where cause is null
    and outcome = any(%(outcomes)s)
    and (%(site)s::text is null or site = %(site)s)
    and (%(first)s::timestamptz is null or decided_at >= %(first)s)
    and (%(end)s::timestamptz is null or decided_at < %(end)s)
    and (
        %(lowest)s::bigint is null
        or drift_seconds between %(lowest)s and %(highest)s::bigint
    )
    and (
        not %(pending_only)s or outcome <> 'late_enforcement' or enforcement_seconds is null
    )
