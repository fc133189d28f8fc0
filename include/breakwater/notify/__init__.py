"""Tells people what was found: once, the right ones, and never because of a backfill."""
