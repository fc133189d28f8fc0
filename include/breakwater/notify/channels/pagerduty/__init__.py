"""Alerts in PagerDuty by Events API v2: one a thread, resolved when the thread is."""
