"""Ties the vendor's book out against the platform's: every record of either ends in one outcome."""
