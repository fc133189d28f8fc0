"""One mail an address through the `smtp` connection, built and sent by us."""
