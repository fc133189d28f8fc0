"""Whose day is reconciled, and by what it is compared: the shipped configuration's."""

from datetime import date

from breakwater.contracts.loading import load_configuration
from breakwater.core.days import Window
from breakwater.reconcile.books import VendorDay

DAY = date(2026, 3, 2)
VENDOR = "karavan"
"""Its export is a gzip CSV, and on that day its local time is UTC."""
TIME_SECONDS, ENFORCEMENT_SECONDS = 120, 3600
"""The shipped tolerances, as somebody writes them down who has no configuration."""


def about() -> VendorDay:
    """Return the vendor-day with its rules and tolerances."""
    configuration = load_configuration()
    operations = configuration.operations
    window = Window.for_operational_day(DAY, operations.zone_info)
    return VendorDay(configuration.vendor(VENDOR), DAY, window, operations)
