"""Which slice drives a change: search over slices, mix and rate, and the telling of a cause once."""
