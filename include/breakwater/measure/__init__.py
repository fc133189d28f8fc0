"""Clocks, attainment, KPI facts of a vendor-day; then the close of the whole day."""
