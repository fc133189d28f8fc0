"""KPI history → what is abnormal, and which slice it comes from. Numbers in, findings out."""
