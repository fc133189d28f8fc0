"""Tells one case from both books: what happened, how they agree, and every clock on it."""
