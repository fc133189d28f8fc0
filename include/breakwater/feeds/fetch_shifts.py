"""Fetch a vendor's export of shifts, where its contract has one: beside the cases, never before them."""

import logging
from dataclasses import replace
from pathlib import Path

from breakwater.contracts.file_format import NoControl
from breakwater.contracts.vendor import Delivery
from breakwater.core.errors import FeedUnavailableError
from breakwater.feeds.fetch_files import fetch_files
from breakwater.feeds.vendor_day import VendorDay

log = logging.getLogger(__name__)


def fetch_shifts(about: VendorDay, scratch: Path) -> None:
    """Bring the shifts of a vendor-day into the lake and the ledger, if they are there.

    They are waited for until the deadline of the cases. From then on a place that does not answer
    holds nothing up: the day is closed without them, and landing says so.

    Raises:
        FeedUnavailableError: the source did not answer, and may still do so in time.
        ConfigurationError: the connection or the pattern cannot be used.
    """
    shifts = about.contract.shifts
    if shifts is None:
        return
    delivery = about.contract.delivery
    contract = about.contract.model_copy(
        update={
            "source": shifts.source,
            "format": shifts.format,
            "control": NoControl(),
            "delivery": Delivery(deadline=delivery.deadline, zone=delivery.zone),
        }
    )
    try:
        fetch_files(replace(about, contract=contract, book="shifts"), scratch)
    except FeedUnavailableError:
        if not about.is_past_deadline:
            raise
        log.warning("%s %s: the shifts could not be fetched", about.vendor, about.day)
