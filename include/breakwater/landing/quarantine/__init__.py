"""Records that were refused: kept, explained, corrected."""
