"""What the Dags publish, and how they meet: assets named ``schema.table``, partitioned by day."""

from airflow.sdk import Asset

DAILY_DIGEST = Asset(
    "report.daily_digest",
    uri="x-breakwater://report/daily_digest",
    group="report",
)
"""The operational day is closed and its digest written; the partition key is the ISO day."""
