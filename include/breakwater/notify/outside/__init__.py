"""Asking systems outside: hosts that are allowed, addresses that are checked, one whole answer."""
