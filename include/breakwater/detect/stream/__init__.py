"""Series that come many times a day: one score a row, onset only, causal."""
