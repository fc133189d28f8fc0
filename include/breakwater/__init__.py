"""Breakwater closes the operational day of a Trust & Safety media-operations team."""
