-- What clocks listen to: every event by its type, and once more by each narrower condition it meets.
select case_id_vendor, event_type as signal, event_at from event
union all
select case_id_vendor, signal, event_at from narrow_signal
