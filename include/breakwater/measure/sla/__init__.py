"""Clocks on business calendars: what was promised, by contract, by ourselves, by law."""
