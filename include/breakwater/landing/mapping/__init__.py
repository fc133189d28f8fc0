"""From text columns to records in our words, each bad one with all of its reasons."""
