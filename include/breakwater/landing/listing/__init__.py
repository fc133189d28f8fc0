"""From listings of a queue to what happened in it."""
