"""One case from the events that tell of it."""
