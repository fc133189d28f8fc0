"""KPI facts as sums and counts per slice: one model a metric, or a small family of them."""
