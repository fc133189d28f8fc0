"""One small package a channel: how a message looks there, and how it is handed over."""
