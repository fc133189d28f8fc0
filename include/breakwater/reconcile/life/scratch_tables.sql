-- What one vendor-day's breaks are before they are held against what is known of them. Of one
-- transaction, which may follow several days; a connection that is kept has the tables already.
create temp table if not exists break_source (
    record_id text, source_sha256 text, source_row bigint, handle_seconds bigint
) on commit delete rows;
create temp table if not exists seen_record (
    unit text, side text, record_id text, record_key text, item_id text, outcome text, rule text,
    site text, queue text, policy text, language text, decision text, decided_at timestamptz,
    drift_seconds bigint, enforcement_seconds bigint, differences text, direction text,
    handle_seconds bigint, source_sha256 text,
    source_row bigint
) on commit delete rows;
create temp table if not exists seen_break (
    unit text, anchor text, place bigint, outcome text, rule text, site text, queue text,
    policy text, language text, record_key text, item_id text, vendor_record text,
    internal_record text, vendor_decision text, internal_decision text, decided_at timestamptz,
    drift_seconds bigint, enforcement_seconds bigint, differences text, direction text, case_count bigint, handle_seconds bigint,
    severity text, amount numeric, currency text, cause text, cause_numbers jsonb
) on commit delete rows;
create temp table if not exists identified (
    unit text primary key, break_id text unique
) on commit delete rows;
create temp table if not exists moved (
    break_id text primary key, outcome_before text, was_present boolean, closed_rule_before text
) on commit delete rows;
create temp table if not exists gone (
    break_id text primary key, rule text
) on commit delete rows;
create temp table if not exists ruled (
    break_id text primary key, rule text
) on commit delete rows;
-- They are empty unless this transaction followed another day before: no reason for new files.
delete from break_source;
delete from seen_record;
delete from seen_break;
delete from identified;
delete from moved;
delete from gone;
delete from ruled;
