"""Breaks live: what a vendor-day's outcomes mean for each break from its first day to its last."""
