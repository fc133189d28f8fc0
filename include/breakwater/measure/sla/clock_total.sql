-- Clocks that are settled in the day, met or run out, whether or not something excuses them.
select count(*) as settled from clock_run where is_due
